"""A provider proves itself with the golden set: at start, when it takes over, and in the doctor; one that lies is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

import inference.model_opening
import station.doctor
from inference.errors import PackError, ProviderError
from inference.findings import FloatArray, Verdict
from inference.image_runner import ImageRunner
from inference.model_opening import OpenedModel, Proof, open_model, open_on
from inference.pack import load_pack
from inference.providers import Provider, ProviderChoice
from inference.runtime import RuntimeSession, TensorInfo, open_session
from tests.model_factory import add_golden, make_blob_pack
from tests.unit.pictures import encode_png, paint


class PretendedGpu:
    """The CPU under a GPU's name; what it answers goes through *answer*, which may also fail."""

    def __init__(self, inner: RuntimeSession, answer: Callable[[FloatArray], FloatArray]) -> None:
        self._inner = inner
        self.answer = answer
        self.provider = Provider.CUDA

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        return self._inner.inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        return self._inner.outputs

    def run(self, feeds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        return {name: self.answer(tensor) for name, tensor in self._inner.run(feeds).items()}


def honest(tensor: FloatArray) -> FloatArray:
    return tensor


def slightly_off(tensor: FloatArray) -> FloatArray:
    """No verdict changes, but each score by more than the tolerance of 0.02."""
    return np.asarray(tensor * np.float32(0.95), dtype=np.float32)


def flipped(tensor: FloatArray) -> FloatArray:
    return np.asarray(1.0 - tensor, dtype=np.float32)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = make_blob_pack(tmp_path / "blob")
    add_golden(folder, {"dark.png": encode_png(paint()), "spot.png": encode_png(paint(spot=230))})
    return folder


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[FloatArray], FloatArray]], list[PretendedGpu]]:
    """Give this computer a GPU that answers as told; the sessions opened on it are listed."""

    def put(answer: Callable[[FloatArray], FloatArray]) -> list[PretendedGpu]:
        opened: list[PretendedGpu] = []

        def open_either(model: bytes, provider: Provider, *, threads: int, where: str) -> RuntimeSession | PretendedGpu:
            session = open_session(model, Provider.CPU, threads=threads, where=where)
            if provider is Provider.CPU:
                return session
            opened.append(PretendedGpu(session, answer))
            return opened[-1]

        monkeypatch.setattr(inference.model_opening, "open_session", open_either)
        for module in (inference.model_opening, station.doctor):
            monkeypatch.setattr(module, "list_providers", lambda: (Provider.CUDA, Provider.CPU))
        return opened

    return put


GpuMaker = Callable[[Callable[[FloatArray], FloatArray]], list[PretendedGpu]]


def judge_spot(model: OpenedModel) -> tuple[Verdict, str]:
    assert isinstance(model.runner, ImageRunner)
    [finding] = model.runner.judge(paint(spot=230))
    return finding.verdict, finding.provider


@pytest.mark.parametrize(
    ("answer", "said"), [(slightly_off, "more than 0.02 off"), (flipped, "DEFECT instead of OK")], ids=["score off", "verdict flips"]
)
def test_a_provider_that_lies_is_left_at_start_and_the_note_says_why(
    pack: Path, gpu: GpuMaker, answer: Callable[[FloatArray], FloatArray], said: str
) -> None:
    gpu(answer)
    model = open_model(pack)
    assert model.note.startswith("CUDA was left: Golden input ")
    assert said in model.note
    assert judge_spot(model) == (Verdict.DEFECT, "CPUExecutionProvider")
    with pytest.raises(PackError, match="golden verdicts on CUDA"):
        open_model(pack, ProviderChoice.CUDA)


def test_an_honest_gpu_may_judge(pack: Path, gpu: GpuMaker) -> None:
    gpu(honest)
    model = open_model(pack, ProviderChoice.CUDA)
    assert model.golden is not None
    assert model.golden.ok
    assert judge_spot(model) == (Verdict.DEFECT, "CUDAExecutionProvider")


def fail(_: FloatArray) -> FloatArray:
    raise ProviderError("The network failed on CUDA", value="device lost")


def test_a_gpu_that_fails_at_start_is_left(pack: Path, gpu: GpuMaker) -> None:
    gpu(fail)
    model = open_model(pack)
    assert (model.provider, model.note) == (Provider.CPU, "CUDA was left: device lost.")


def test_the_cpu_proves_itself_before_it_takes_over(pack: Path, gpu: GpuMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    proven: list[Provider] = []
    check = inference.model_opening.check_golden

    def count(runner: ImageRunner, of: object) -> object:
        proven.append(Provider(runner.provider))
        return check(runner, of)  # type: ignore[arg-type]

    monkeypatch.setattr(inference.model_opening, "check_golden", count)
    opened = gpu(honest)
    model = open_model(pack, ProviderChoice.CUDA)
    assert proven == [Provider.CUDA]
    opened[0].answer = fail
    assert judge_spot(model) == (Verdict.DEFECT, "CPUExecutionProvider")
    assert proven == [Provider.CUDA, Provider.CPU]
    assert model.note == "CUDA failed, the CPU judges now: device lost"
    judge_spot(model)
    assert len(proven) == 2


def test_a_cpu_that_cannot_prove_itself_does_not_take_over(pack: Path, gpu: GpuMaker) -> None:
    opened = gpu(honest)
    model = open_model(pack, ProviderChoice.CUDA)
    expected = pack / "golden" / "expected.json"
    expected.write_text(expected.read_text(encoding="utf-8").replace("DEFECT", "OK"), encoding="utf-8")
    opened[0].answer = fail
    for _ in range(2):
        with pytest.raises(ProviderError, match="golden verdicts on CPU"):
            judge_spot(model)
        opened[0].answer = honest


def test_whoever_skips_the_proof_skips_it_at_the_change_too(pack: Path, gpu: GpuMaker) -> None:
    opened = gpu(honest)
    (pack / "golden" / "expected.json").unlink()
    model = open_on(load_pack(pack), Provider.CUDA, threads=1, proof=Proof.SKIP)
    opened[0].answer = fail
    assert judge_spot(model) == (Verdict.DEFECT, "CPUExecutionProvider")


@pytest.mark.parametrize(("answer", "outcome"), [(honest, "good"), (flipped, "failed"), (slightly_off, "failed"), (fail, "note")])
def test_the_doctor_judges_the_golden_set_on_every_provider(
    pack: Path, gpu: GpuMaker, answer: Callable[[FloatArray], FloatArray], outcome: str
) -> None:
    gpu(answer)
    checks = {check.name: check for check in station.doctor._look_at_pack(pack)}
    assert checks["blob on CPU"].outcome == "good"
    assert "2 golden answers as expected" in checks["blob on CPU"].sentence
    assert checks["blob on CUDA"].outcome == outcome
