"""This file decides how onnxruntime is used: the one typed adapter over it. Nothing else in the house imports it."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # it ships no types; this module is the typed face of it

from inference.errors import ProviderError
from inference.findings import FloatArray
from inference.providers import Provider

DIRECTML_LOCK = threading.Lock()
"""DirectML wants one thread at a time in the whole process (onnxruntime#20713, #22867)."""

_SOURCE_PLACE = re.compile(r"\S+\.(?:cc|cpp|h):\d+ \S+ ")
_DTYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64", "tensor(int64)": "int64"}


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """What a network says of one input or output: name, shape (None: free), numpy's name of the type."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


class Session(Protocol):
    """A loaded network. One thread at a time; on the CPU provider runs of several threads may overlap."""

    @property
    def provider(self) -> Provider:
        """Where it runs now."""
        ...

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """Inputs as the network declares them."""
        ...

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """Outputs as the network declares them."""
        ...

    def run(self, feeds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Run the network once; float32 arrays by output name. Releases the GIL.

        Raises:
            ProviderError: The provider failed.
        """
        ...


class _Node(Protocol):
    """What onnxruntime tells of an input or output."""

    name: str
    shape: list[object]
    type: str


class _OrtSession(Protocol):
    """The part of onnxruntime's session that is used."""

    def get_inputs(self) -> list[_Node]: ...

    def get_outputs(self) -> list[_Node]: ...

    def run(self, output_names: list[str], feeds: dict[str, FloatArray]) -> list[FloatArray]: ...


class RuntimeSession:
    """A network loaded by onnxruntime on exactly one provider (the CPU serves what a GPU provider does not implement)."""

    def __init__(self, session: _OrtSession, provider: Provider) -> None:
        self._session = session
        self._provider = provider
        self._inputs = tuple(_describe(node) for node in session.get_inputs())
        self._outputs = tuple(_describe(node) for node in session.get_outputs())
        self._output_names = [info.name for info in self._outputs]
        self._lock: contextlib.AbstractContextManager[object] = DIRECTML_LOCK if provider is Provider.DIRECTML else contextlib.nullcontext()

    @property
    def provider(self) -> Provider:
        """Where it runs."""
        return self._provider

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """Inputs as the network declares them."""
        return self._inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """Outputs as the network declares them."""
        return self._outputs

    def run(self, feeds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Run the network once; float32 arrays by output name. Releases the GIL; threads: see :class:`Session`.

        Raises:
            ProviderError: onnxruntime reports a failure, e.g. a removed GPU.
        """
        try:
            with self._lock:
                arrays = self._session.run(self._output_names, dict(feeds))
        except _runtime_errors() as error:
            raise ProviderError(
                f"The network failed on {self._provider.short_name}", value=_first_line(error), do="Run doctor to check the provider"
            ) from None
        return {name: np.asarray(array) for name, array in zip(self._output_names, arrays, strict=True)}


def list_providers() -> tuple[Provider, ...]:
    """Providers that this installation offers and Lineside knows."""
    known = {provider.value: provider for provider in Provider}
    return tuple(known[name] for name in onnxruntime.get_available_providers() if name in known)


def runtime_version() -> str:
    """Version of onnxruntime."""
    return str(onnxruntime.__version__)


def open_session(model: bytes, provider: Provider, *, threads: int, where: str) -> RuntimeSession:
    """Load a network on exactly *provider*.

    Args:
        model: The bytes of the ONNX file (the very ones whose hash was checked).
        provider: Where it shall run.
        threads: Threads within an operator, at least 1.
        where: The pack, for errors.

    Raises:
        ProviderError: The provider is missing, refuses the network, or another one took its place.
    """
    if provider not in list_providers():
        raise ProviderError(
            f"{provider.short_name} is not part of this installation",
            where=where,
            value=f"there is {', '.join(p.short_name for p in list_providers())}",
            do="Choose one that is there",
        )
    _stop_telemetry()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, threads)
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    # Spinning threads cost 67 % of a core at 15 Hz for nothing and starve the window.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    provider_options: dict[str, str] = {}
    if provider is Provider.DIRECTML:
        options.enable_mem_pattern = False
    if provider is Provider.CUDA:
        provider_options["cudnn_conv_algo_search"] = "HEURISTIC"
    lock = DIRECTML_LOCK if provider is Provider.DIRECTML else contextlib.nullcontext()
    try:
        with lock:
            session = onnxruntime.InferenceSession(
                model, sess_options=options, providers=[provider.value], provider_options=[provider_options], enable_fallback=0
            )
    except _runtime_errors() as error:
        raise ProviderError(
            f"{provider.short_name} cannot load the network", where=where, value=_first_line(error), do="Choose another provider or pack"
        ) from None
    got = session.get_providers()[0]
    if got != provider.value:
        raise ProviderError(
            f"{provider.short_name} was asked for and {got} came instead", where=where, do="Check the driver, or choose the CPU"
        )
    return RuntimeSession(session, provider)


def _runtime_errors() -> tuple[type[BaseException], ...]:
    """List what onnxruntime raises: its own exceptions have no common base below Exception."""
    state = onnxruntime.capi.onnxruntime_pybind11_state
    own = tuple(kind for name in dir(state) if isinstance(kind := getattr(state, name), type) and issubclass(kind, Exception))
    return (*own, RuntimeError, ValueError, OSError)


def _stop_telemetry() -> None:
    """Nothing leaves the PC: onnxruntime's Windows builds report usage to their maker unless told not to."""
    stop = getattr(onnxruntime, "disable_telemetry_events", None)
    if stop is not None:
        stop()


def _describe(node: _Node) -> TensorInfo:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in node.shape)
    return TensorInfo(str(node.name), shape, _DTYPES.get(node.type, str(node.type)))


def _first_line(error: BaseException) -> str:
    """The first line of onnxruntime's message, without the source file it was raised in."""
    line = str(error).strip().split("\n", 1)[0]
    return _SOURCE_PLACE.sub("", line)[:160].strip().rstrip(".") or type(error).__name__
