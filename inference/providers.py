"""This file decides which execution providers Lineside knows, and which one a model may be tried on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from inference.errors import ProviderError


class Provider(StrEnum):
    """Where a network runs; the value is onnxruntime's name."""

    CPU = "CPUExecutionProvider"
    CUDA = "CUDAExecutionProvider"
    DIRECTML = "DmlExecutionProvider"

    @property
    def short_name(self) -> str:
        """Name for a person: CPU, CUDA, DirectML."""
        return {Provider.CPU: "CPU", Provider.CUDA: "CUDA", Provider.DIRECTML: "DirectML"}[self]


class ProviderChoice(StrEnum):
    """What a person may ask for."""

    AUTO = "auto"
    """The fastest of those present that gives the pack's golden verdicts."""
    CPU = "cpu"
    CUDA = "cuda"
    DIRECTML = "directml"


_ASKED = {ProviderChoice.CPU: Provider.CPU, ProviderChoice.CUDA: Provider.CUDA, ProviderChoice.DIRECTML: Provider.DIRECTML}

_INSTALL_HINT = {
    Provider.CPU: "Install Lineside again",
    Provider.CUDA: "Choose the CPU, or install the CUDA flavour of Lineside on a computer with an NVIDIA GPU",
    Provider.DIRECTML: "Choose the CPU, or use the Windows installation of Lineside",
}


def choose_provider(asked: ProviderChoice | None, present: Sequence[Provider]) -> tuple[Provider, ...]:
    """Which providers to try.

    Args:
        asked: What the person asked for; None is AUTO.
        present: What this installation offers (:func:`inference.runtime.list_providers`).

    Returns:
        One provider where one was asked for; all present ones, GPUs first, for AUTO. Never something else than asked.

    Raises:
        ProviderError: The asked one is not present.
    """
    if asked is None or asked is ProviderChoice.AUTO:
        order = (Provider.CUDA, Provider.DIRECTML, Provider.CPU)
        found = tuple(provider for provider in order if provider in present)
        if not found:
            raise ProviderError("onnxruntime offers no provider that Lineside knows", do="Install Lineside again")
        return found
    wanted = _ASKED[asked]
    if wanted not in present:
        raise ProviderError(
            f"{wanted.short_name} was asked for and this installation does not have it",
            value=f"there is {', '.join(provider.short_name for provider in present) or 'none'}",
            do=_INSTALL_HINT[wanted],
        )
    return (wanted,)
