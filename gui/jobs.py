"""This file decides how slow work leaves the GUI thread and how its response comes back into it.

Two plain threads work; a Qt object living in the GUI thread hands the responses out. Nothing of a widget is
touched outside of the GUI thread, and a response for a widget that is gone is dropped.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from inference.errors import LinesideError

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Ticket:
    number: int
    work: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class _Receiver:
    owner: QObject
    done: Callable[[Any], None]
    failed: Callable[[str], None] | None


@dataclass(frozen=True, slots=True)
class _Response:
    number: int
    value: Any
    error: str
    """One sentence; empty when the work went well."""


class Jobs(QObject):
    """Runs callables on worker threads. Create, call and stop it in the GUI thread.

    Signals:
        failed: One sentence about a job whose caller did not ask to be told of failures itself.

    Args:
        workers: Number of threads.
    """

    failed = Signal(str)
    _answered = Signal()

    def __init__(self, workers: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: queue.SimpleQueue[_Ticket | None] = queue.SimpleQueue()
        self._responses: queue.SimpleQueue[_Response] = queue.SimpleQueue()
        self._receivers: dict[int, _Receiver] = {}
        self._next = 0
        self._stopped = threading.Event()
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._threads = [threading.Thread(target=self._loop, name=f"gui-job-{n}", daemon=True) for n in range(workers)]
        for thread in self._threads:
            thread.start()

    def run(
        self,
        owner: QObject,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[str], None] | None = None,
    ) -> int:
        """Run *work* on a worker thread and hand its value to *done* in the GUI thread.

        Args:
            owner: The widget that asks; once it is deleted, nothing is called any more.
            work: Must not touch any widget; takes what it needs by ``functools.partial``.
            done: Called in the GUI thread with what *work* returned.
            failed: Called in the GUI thread with one sentence; without it :attr:`failed` is emitted.

        Returns:
            Number of the job, for :meth:`cancel`.
        """
        number = self._next
        self._next += 1
        if self._stopped.is_set():
            return number
        self._receivers[number] = _Receiver(owner, done, failed)
        self._work.put(_Ticket(number, work))
        return number

    def cancel(self, number: int) -> None:
        """Drop the response of a job; work that has begun runs to its end unheard."""
        self._receivers.pop(number, None)

    @property
    def waiting(self) -> int:
        """Jobs whose response is still to come."""
        return len(self._receivers)

    def stop(self, deadline_s: float = 3.0) -> bool:
        """End every worker; responses not yet handed out are dropped. May be called twice.

        Returns:
            True when every thread ended before the deadline.
        """
        self._stopped.set()
        self._receivers.clear()
        for _ in self._threads:
            self._work.put(None)
        end = time.monotonic() + deadline_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        left = [thread.name for thread in self._threads if thread.is_alive()]
        if left:
            _log.warning("Jobs still running at close: %s", ", ".join(left))
        return not left

    def _loop(self) -> None:
        while True:
            ticket = self._work.get()
            if ticket is None:
                return
            if self._stopped.is_set() or ticket.number not in self._receivers:
                continue
            self._responses.put(_answer(ticket))
            # Emitting wakes the GUI thread by a queued event; the value itself travels in the queue.
            if not self._stopped.is_set():
                self._answered.emit()

    @Slot()
    def _on_answered(self) -> None:
        while True:
            try:
                response = self._responses.get_nowait()
            except queue.Empty:
                return
            receiver = self._receivers.pop(response.number, None)
            if receiver is None or not shiboken6.isValid(receiver.owner):
                continue
            if not response.error:
                receiver.done(response.value)
            elif receiver.failed is not None:
                receiver.failed(response.error)
            else:
                self.failed.emit(response.error)


def _answer(ticket: _Ticket) -> _Response:
    try:
        return _Response(ticket.number, ticket.work(), "")
    except LinesideError as error:
        return _Response(ticket.number, None, str(error))
    except Exception as error:  # noqa: BLE001 - top of the worker loop: becomes a notification and a log line
        _log.error("A background job failed", exc_info=error)
        return _Response(ticket.number, None, f"{type(error).__name__}: {error}")
