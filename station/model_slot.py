"""This file decides when a judge's model is opened, and when it is opened again after it failed."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Generic, TypeVar

from inference.errors import LinesideError
from inference.findings import Finding, Verdict
from inference.reasons import Reason, ReasonCode
from station.clock import Clock

_log = logging.getLogger(__name__)
_REOPEN_AFTER_S = 5.0

M = TypeVar("M")


class ModelSlot(Generic[M]):
    """Holds the open model of one judge; used by the judge's thread only (``failure`` may be read by any).

    Args:
        pack: Name of the pack.
        open_model: Loads the pack and proves its golden set.
        clock: Source of time.
    """

    def __init__(self, pack: str, open_model: Callable[[], M], clock: Clock) -> None:
        self.pack = pack
        self.failure: Reason | None = None
        self._open_model = open_model
        self._clock = clock
        self._model: M | None = None
        self._failed_s = -math.inf

    def ready(self) -> M | None:
        """The model, opened when it is not; None while it cannot be used (tried again every 5 s)."""
        if self._model is not None or self._clock.monotonic_s() - self._failed_s < _REOPEN_AFTER_S:
            return self._model
        try:
            self._model = self._open_model()
            self.failure = None
        except Exception as error:  # noqa: BLE001 - top of a worker: becomes NO VERDICT with the reason
            self._cannot_open(error)
        return self._model

    def failed(self, error: Exception) -> Finding:
        """Put the model away after it raised *error*; returns the NO VERDICT that the input gets."""
        self._give_up(Reason.of(ReasonCode.MODEL_FAILED, detail=str(error)))
        return self.without_verdict()

    def without_verdict(self) -> Finding:
        """The NO VERDICT of an input for which there is no model."""
        return no_verdict(self.pack, self.failure or Reason.of(ReasonCode.NOT_STARTED))

    def _cannot_open(self, error: Exception) -> None:
        """Say it in the log, once for as long as the reason stays the same."""
        reason = Reason.of(ReasonCode.NO_MODEL, detail=str(error))
        if reason != self.failure:
            _log.error("Pack %s cannot be used: %s", self.pack, error, exc_info=not isinstance(error, LinesideError))
        self._give_up(reason)

    def _give_up(self, reason: Reason) -> None:
        self._model, self.failure, self._failed_s = None, reason, self._clock.monotonic_s()


def no_verdict(pack: str, reason: Reason) -> Finding:
    """The finding of an input that no model judged."""
    return Finding(
        target=pack,
        verdict=Verdict.NO_VERDICT,
        label="",
        score=math.nan,
        threshold=math.nan,
        model=pack,
        version="",
        sha256="",
        provider="",
        elapsed_ms=0.0,
        reason=reason,
    )
