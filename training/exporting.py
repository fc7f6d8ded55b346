"""This file decides how a fitted network becomes an ONNX file, for every pack alike, that it says the same there, and how long it takes."""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from inference.errors import PackError
from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import RuntimeSession, open_session


def export_onnx(graph: nn.Module, example: Tensor, input_name: str, output_names: Sequence[str], *, opset: int) -> bytes:
    """*graph* as an ONNX file's bytes: the static shape of *example*, batch norms folded."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The TorchScript exporter is the one that still writes opset 17; torch calls it old, warns that shapes become constants and that an
        # LSTM's batch is fixed: both are what a pack wants.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        warnings.simplefilter("ignore", UserWarning)
        torch.onnx.export(
            graph.eval(),
            (example,),
            buffer,
            opset_version=opset,
            input_names=[input_name],
            output_names=list(output_names),
            dynamo=False,
        )
    return buffer.getvalue()


def refuse_difference(difference: float, most: float, where: str) -> float:
    """*difference* between PyTorch and onnxruntime, when it is at most *most*.

    Raises:
        PackError: It is more.
    """
    if not difference <= most:  # nor a NaN
        raise PackError("the exported network says something else than the trained one", where=where, value=f"{difference:.6f}")
    return difference


def time_inference(session: RuntimeSession, tensor: FloatArray, runs: int = 50) -> float:
    """Shortest of some runs of one input, ms: what the network takes when nothing else is in its way."""
    feeds = {session.inputs[0].name: tensor}
    taken: list[float] = []
    for _ in range(runs):
        begin = time.perf_counter()
        session.run(feeds)
        taken.append(1e3 * (time.perf_counter() - begin))
    return min(taken)


def time_threads(network: bytes, tensor: FloatArray, where: str) -> tuple[float, float]:
    """:func:`time_inference` of an ONNX file's bytes on the CPU, at one and at two threads, ms; *where* is for errors."""
    one, two = (time_inference(open_session(network, Provider.CPU, threads=threads, where=where), tensor, 200) for threads in (1, 2))
    return one, two


def time_plain(network: nn.Module, tensor: FloatArray, *, opset: int) -> tuple[float, float]:
    """What a naive recipe's network takes through onnxruntime, ms at one and at two threads.

    Its weights do not matter, so that it can be timed in the same run as the pack's own network.

    Args:
        network: From *tensor* to one tensor.
        tensor: One input.
        opset: As the pack's own.
    """
    exported = export_onnx(network, torch.from_numpy(tensor), "input", ["output"], opset=opset)
    return time_threads(exported, tensor, "naive recipe")
