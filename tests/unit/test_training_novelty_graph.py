"""The novelty as exported gives the numbers it was fitted with. Runs where PyTorch is (`nox -s train` installs it)."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest

from training.novelty import fit_familiarity

torch = pytest.importorskip("torch", reason="only the training environment has PyTorch")


def export(module: object, example: object) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (example,), buffer, opset_version=17, dynamo=False, input_names=["x"], output_names=["y"])
    return buffer.getvalue()


def run(network: bytes, tensor: np.ndarray) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"x": tensor})[0])


def test_the_graph_measures_what_numpy_measures() -> None:
    from training.novelty_graph import MahalanobisNovelty

    random = np.random.default_rng(1)
    rows = (random.normal(size=(400, 30)) @ random.normal(size=(30, 30)) + 40).astype(np.float32)
    familiarity = fit_familiarity(rows, np.arange(400) % 3)
    network = export(MahalanobisNovelty(familiarity).eval(), torch.zeros(1, 30))
    wild = np.concatenate([rows[:20], rows[:3] * 50, np.full((1, 30), 1e30, np.float32)])
    found = np.concatenate([run(network, row[np.newaxis]) for row in wild])
    assert found.shape == (24, 1)
    np.testing.assert_allclose(found[:, 0], familiarity.measure(wild), rtol=2e-3, atol=2e-3)
