"""Providers: no silent fallback, a visible failover; wheels: exactly one of each."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import inference.model_opening
from inference.errors import PackError, ProviderError
from inference.failover import FailoverSession
from inference.findings import FloatArray
from inference.installation import InstallationError, check_flavours, check_installation
from inference.model_opening import open_model
from inference.providers import Provider, ProviderChoice, choose_provider
from inference.runtime import RuntimeSession, TensorInfo, list_providers, open_session
from tests.model_factory import add_golden, blob_model, make_blob_pack
from tests.unit.pictures import encode_png, paint


class Stub:
    """A session on a pretended provider."""

    inputs = (TensorInfo("x", (1,), "float32"),)
    outputs = (TensorInfo("y", (1,), "float32"),)

    def __init__(self, provider: Provider, *, fails: bool) -> None:
        self.provider = provider
        self.fails = fails

    def run(self, feeds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        if self.fails:
            raise ProviderError("The network failed", value="887A0005 device removed")
        return {"y": feeds["x"]}


FEED: Mapping[str, FloatArray] = {"x": np.ones(1, dtype=np.float32)}


@pytest.mark.skipif(Provider.CUDA in list_providers(), reason="this computer has CUDA")
def test_asking_for_a_missing_provider_is_an_error_and_not_the_cpu(tmp_path: Path) -> None:
    folder = make_blob_pack(tmp_path / "blob")
    with pytest.raises(ProviderError, match=r"CUDA was asked for and this installation does not have it .*Choose the CPU"):
        open_model(folder, ProviderChoice.CUDA)
    with pytest.raises(ProviderError, match="CUDA is not part of this installation"):
        open_session(blob_model(), Provider.CUDA, threads=1, where="blob")


def test_another_provider_than_asked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.runtime.list_providers", lambda: (Provider.CUDA, Provider.CPU))
    with (
        pytest.raises(ProviderError, match=r"CUDA (was asked for and CPUExecutionProvider came instead|cannot load the network)"),
        pytest.warns(UserWarning, match="not in available provider names"),
    ):
        open_session(blob_model(), Provider.CUDA, threads=1, where="blob")


def test_the_choice_is_only_what_was_asked() -> None:
    both = (Provider.CPU, Provider.CUDA)
    assert choose_provider(None, both) == (Provider.CUDA, Provider.CPU)
    assert choose_provider(ProviderChoice.AUTO, (Provider.CPU,)) == (Provider.CPU,)
    assert choose_provider(ProviderChoice.CPU, both) == (Provider.CPU,)
    with pytest.raises(ProviderError, match="DirectML was asked for"):
        choose_provider(ProviderChoice.DIRECTML, both)
    with pytest.raises(ProviderError, match="no provider"):
        choose_provider(None, ())


def test_a_failing_gpu_hands_over_to_the_cpu_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    session = FailoverSession(Stub(Provider.DIRECTML, fails=True), lambda: Stub(Provider.CPU, fails=False))
    assert (session.provider, session.note) == (Provider.DIRECTML, "")
    assert session.run(FEED)["y"][0] == 1.0
    assert session.provider is Provider.CPU
    assert session.note == "DirectML failed, the CPU judges now: 887A0005 device removed"
    assert session.note in caplog.text


def test_a_gpu_that_failed_is_never_asked_again_even_without_a_cpu_to_take_over() -> None:
    gpu = Stub(Provider.CUDA, fails=True)
    asked = []

    def no_cpu() -> Stub:
        asked.append(1)
        raise ProviderError("The pack does not give its golden verdicts on CPU")

    session = FailoverSession(gpu, no_cpu)
    for _ in range(2):
        with pytest.raises(ProviderError, match="golden verdicts on CPU"):
            session.run(FEED)
        gpu.fails = False
    assert len(asked) == 2


def test_a_failing_cpu_is_an_error() -> None:
    session = FailoverSession(Stub(Provider.CPU, fails=True), lambda: Stub(Provider.CPU, fails=False))
    with pytest.raises(ProviderError):
        session.run(FEED)


def test_an_unproven_provider_is_left_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_blob_pack(tmp_path / "blob")
    add_golden(folder, {"dark.png": encode_png(paint()), "spot.png": encode_png(paint(spot=230))})
    honest = inference.model_opening.open_on

    def lying(pack: object, provider: Provider, **settings: object) -> object:
        if provider is Provider.CUDA:
            raise PackError("The pack does not give its golden verdicts on CUDA")
        return honest(pack, provider, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(inference.model_opening, "list_providers", lambda: (Provider.CUDA, Provider.CPU))
    monkeypatch.setattr(inference.model_opening, "open_on", lying)
    model = open_model(folder)
    assert model.provider is Provider.CPU
    assert model.note == "CUDA was left: The pack does not give its golden verdicts on CUDA."
    assert model.golden is not None
    assert model.golden.ok


def test_a_wrong_input_is_a_provider_error_in_one_line() -> None:
    session = open_session(blob_model(), Provider.CPU, threads=1, where="blob")
    with pytest.raises(ProviderError, match="network failed on CPU") as caught:
        session.run({"image": np.zeros((1, 3, 2, 2), dtype=np.float32)})
    assert "\n" not in str(caught.value)


def test_the_session_tells_its_tensors() -> None:
    session = open_session(blob_model(), Provider.CPU, threads=2, where="blob")
    assert isinstance(session, RuntimeSession)
    assert session.inputs == (TensorInfo("image", (1, 3, 24, 32), "float32"),)
    assert session.outputs == (TensorInfo("map", (1, 1, 24, 32), "float32"),)


def test_this_installation_has_one_of_each() -> None:
    check_installation()


def test_two_flavours_or_none_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InstallationError, match=r"Several wheels bring onnxruntime .*onnxruntime 1, onnxruntime-gpu 2"):
        check_flavours("onnxruntime", ("onnxruntime 1", "onnxruntime-gpu 2"), frozen=False)
    with pytest.raises(InstallationError, match="No wheel brings cv2"):
        check_flavours("cv2", (), frozen=False)
    check_flavours("cv2", (), frozen=True)
    with pytest.raises(InstallationError, match="No wheel brings no_such_package"):
        check_flavours("no_such_package", (), frozen=True)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr("inference.installation.list_installed", lambda _flavours: ())
    check_installation()


def test_messages_do_not_carry_the_makers_source_files(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "E:\\_work\\1\\s\\dml_provider_factory.cc:324 onnxruntime::Create Failed to load dxcore.dll\nmore"

    def fail(*_: object, **__: object) -> object:
        raise RuntimeError(said)

    monkeypatch.setattr("inference.runtime.onnxruntime.InferenceSession", fail)
    with pytest.raises(ProviderError, match=r"CPU cannot load the network \(blob: Failed to load dxcore\.dll\)"):
        open_session(blob_model(), Provider.CPU, threads=1, where="blob")
