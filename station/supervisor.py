"""This file decides how the line watches over itself: gone sources, delays running out, disk, overload, counts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from inference.reasons import Reason
from station.clock import Clock
from station.frames import SourceId

_log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.2


class Supervisor:
    """One thread that looks at everything several times a second.

    Args:
        doubts: Says of every source why it gives no verdict (None: it gives one). Only the change is passed on.
        on_doubt: Called when a source's doubt begins or ends.
        chores: (every so many seconds, what to do), in the order to be done.
        clock: Source of time.
    """

    def __init__(
        self,
        doubts: Callable[[], Mapping[SourceId, Reason | None]],
        on_doubt: Callable[[SourceId, Reason | None], None],
        chores: Sequence[tuple[float, Callable[[], None]]],
        clock: Clock,
    ) -> None:
        self._doubts = doubts
        self._on_doubt = on_doubt
        self._chores = tuple(chores)
        self._due_s = [0.0] * len(self._chores)
        self._known: dict[SourceId, bool] = {}
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, deadline_s: float) -> bool:
        """End the thread, waiting at most *deadline_s*; True when it has ended. May be called twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def look(self) -> None:
        """Look at everything once; the thread does it five times a second."""
        for source_id, reason in self._doubts().items():
            in_doubt = reason is not None
            if in_doubt or self._known.get(source_id, True):
                self._on_doubt(source_id, reason)
            self._known[source_id] = in_doubt
        now_s = self._clock.monotonic_s()
        for number, (every_s, chore) in enumerate(self._chores):
            if now_s >= self._due_s[number]:
                self._due_s[number] = now_s + every_s
                chore()

    def _work(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - top of a worker loop: logged, and tried again
                _log.exception("The supervisor stumbled")
