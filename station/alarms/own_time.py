"""This file decides what time is for the delays of a source that is replayed: the recording's own, not the computer's."""

from __future__ import annotations

import math


class OwnTime:
    """The time line of one rule that listens to a recording. Not thread-safe; owned by the engine.

    It goes on with the recording's own time while inputs come, with the computer's while the source is gone (a recording
    that cannot be read has no time of its own), and stands still otherwise: when a replay ends, no delay runs out.

    Attributes:
        now_s: Where the time line stands, s; never goes back.
    """

    __slots__ = ("_heard_s", "_own_s", "_silent_s", "now_s")

    def __init__(self) -> None:
        self.now_s = 0.0
        self._own_s: float | None = None
        self._heard_s: float | None = None
        self._silent_s: float | None = None

    def heard(self, own_s: float | None, monotonic_s: float) -> float:
        """An input came; returns where the time line stands.

        Args:
            own_s: Its time in the recording, s. A time that goes back or is no number moves nothing; None for an input
                of which it is not known: then the computer's time since the last input counts.
            monotonic_s: When it came, monotonic, s.
        """
        if own_s is None:
            step_s = 0.0 if self._heard_s is None else monotonic_s - self._heard_s
        elif math.isfinite(own_s):
            step_s = 0.0 if self._own_s is None else own_s - self._own_s
            self._own_s = own_s
        else:
            step_s = 0.0
        self._heard_s, self._silent_s = monotonic_s, None
        if step_s > 0:
            self.now_s += step_s
        return self.now_s

    def silent(self, monotonic_s: float) -> float:
        """The source gives nothing, as of *monotonic_s*; returns where the time line stands."""
        if self._silent_s is not None:
            self.now_s += max(0.0, monotonic_s - self._silent_s)
        self._silent_s = monotonic_s
        return self.now_s

    def back(self) -> float:
        """The source is back; its inputs move the time line again. Returns where it stands."""
        self._silent_s = None
        return self.now_s
