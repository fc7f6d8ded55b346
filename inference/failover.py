"""This file decides what happens when a GPU fails while it judges: the CPU takes over, and a note says so.

The CPU gives the verdicts the pack was made with, so nothing is lost but speed. It is never silent: the provider of every
later finding says CPU, and :attr:`FailoverSession.note` says why. The CPU proves itself first (whoever opens it sees to
that); a failed GPU is never asked again, not even where the CPU cannot take over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from inference.errors import ProviderError
from inference.findings import FloatArray
from inference.providers import Provider
from inference.runtime import Session, TensorInfo

_log = logging.getLogger(__name__)


class FailoverSession:
    """A session that leaves a failing GPU for the CPU, once and for good. One thread at a time."""

    def __init__(self, session: Session, open_on_cpu: Callable[[], Session]) -> None:
        """Wrap *session*; *open_on_cpu* opens and proves the same network on the CPU when it is needed."""
        self._session = session
        self._open_on_cpu = open_on_cpu
        self._note = ""
        self._has_left = False

    @property
    def provider(self) -> Provider:
        """Where it runs now."""
        return self._session.provider

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """Inputs as the network declares them."""
        return self._session.inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """Outputs as the network declares them."""
        return self._session.outputs

    @property
    def note(self) -> str:
        """Why it runs on the CPU now; empty while nothing failed. May be read from any thread."""
        return self._note

    def run(self, feeds: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Run the network once; on a failing GPU again on the CPU.

        Raises:
            ProviderError: The CPU failed as well, or does not give the golden verdicts.
        """
        if not self._has_left:
            try:
                return self._session.run(feeds)
            except ProviderError as error:
                if self._session.provider is Provider.CPU:
                    raise
                self._has_left = True
                self._note = f"{self._session.provider.short_name} failed, the CPU judges now: {error.value or error.what}"
                _log.warning("%s", self._note)
        if self._session.provider is not Provider.CPU:
            self._session = self._open_on_cpu()
        return self._session.run(feeds)
