"""This file decides how the window makes the horn heard: one thread that plays a pattern at a time, the newest wins.

Neither a slow nor a hanging sound driver is felt by anybody else. Where nothing can be heard the state says so, in a sentence.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from gui.horn_tones import RATE_HZ, pattern_pcm
from gui.sound_device import SoundError, play
from station.horn_view import HornView
from station.view import LiveTest

_log = logging.getLogger(__name__)
Play = Callable[[NDArray[np.int16], threading.Event], str]

_ASK_AGAIN_S = 30.0
"""A device that was not there is asked for again after so long, not with every burst."""
_HANGS_AFTER_S = 8.0
_TEST_PAUSE_S = 0.6
_TEST_PATIENCE_S = 20.0


class Hearing(Enum):
    """Whether the horn can be heard."""

    UNTRIED = "untried"
    HEARD = "heard"
    NOT_HEARD = "not_heard"


@dataclass(frozen=True, slots=True)
class SoundState:
    """How the newest sound went. *sentence* says in English why nothing was heard."""

    hearing: Hearing = Hearing.UNTRIED
    sentence: str = ""


def play_nowhere(pcm: NDArray[np.int16], stop: threading.Event) -> str:
    """Take the sound and make none: for pictures of the window and for tests."""
    del pcm, stop
    return "nothing"


@dataclass(slots=True)
class _Sound:
    pcm: NDArray[np.int16]
    stop: threading.Event
    done: threading.Event
    error: SoundError | None = None
    is_test: bool = False


class HornPlayer:
    """Plays the horn's patterns. Made, told and stopped in the GUI thread; :meth:`test` waits and wants a worker thread.

    Args:
        play_sound: Plays and returns when it is over; raises SoundError.
        monotonic_s: Clock.
    """

    def __init__(self, play_sound: Play = play, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._play, self._monotonic_s = play_sound, monotonic_s
        self._changed = threading.Condition()
        self._next: _Sound | None = None
        self._playing: _Sound | None = None
        self._began_s = 0.0
        self._failed_s = float("-inf")
        self._state = SoundState()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._bursts: int | None = None

    @property
    def state(self) -> SoundState:
        """How the newest sound went; any thread."""
        with self._changed:
            if self._playing is not None and self._monotonic_s() - self._began_s > _HANGS_AFTER_S + len(self._playing.pcm) / RATE_HZ:
                return SoundState(Hearing.NOT_HEARD, "The sound device does not answer. Check it, or restart the computer.")
            return self._state

    def follow(self, horn: HornView) -> None:
        """Begin a pattern where *horn* has a new burst, and be quiet where nothing asks any more. At every tick of the window."""
        is_new = horn.bursts != self._bursts
        self._bursts = horn.bursts
        if horn.priority is None or horn.burst_priority is None or horn.priority > horn.burst_priority:
            self.quiet()  # what the newest burst was for is acknowledged, silenced or over
        elif is_new:
            self._begin(_Sound(pattern_pcm(horn.burst_priority, horn.volume), threading.Event(), threading.Event()))

    def quiet(self) -> None:
        """End what sounds, except a test."""
        with self._changed:
            for sound in (self._playing, self._next):
                if sound is not None and not sound.is_test:
                    sound.stop.set()

    def test(self, priorities: Sequence[int], volume: float) -> LiveTest:
        """Play the pattern of each of *priorities* after one another, and say whether that went well. Waits until it is over."""
        began_s = self._monotonic_s()
        pause = np.zeros(round(_TEST_PAUSE_S * RATE_HZ), np.int16)
        parts = [part for priority in priorities for part in (pattern_pcm(priority, volume), pause)]
        sound = _Sound(np.concatenate(parts), threading.Event(), threading.Event(), is_test=True)
        self._begin(sound)
        if not sound.done.wait(_TEST_PATIENCE_S):
            return LiveTest(ok=False, sentence="The sound device does not answer. Check it, or restart the computer.")
        elapsed_ms = (self._monotonic_s() - began_s) * 1000
        if sound.error is not None:
            return LiveTest(ok=False, sentence=str(sound.error), elapsed_ms=elapsed_ms)
        sentence = f"{len(priorities)} patterns were played. If you heard nothing, check the loudspeaker and the computer's volume."
        return LiveTest(ok=True, sentence=sentence, elapsed_ms=elapsed_ms)

    def stop(self, deadline_s: float = 1.0) -> None:
        """End what sounds and the thread, waiting at most *deadline_s*; may be called twice."""
        with self._changed:
            self._stopping = True
            for sound in (self._playing, self._next):
                if sound is not None:
                    sound.stop.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(deadline_s)

    def _begin(self, sound: _Sound) -> None:
        with self._changed:
            if self._stopping:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="horn", daemon=True)
                self._thread.start()
            for before in (self._playing, self._next):
                if before is not None and (sound.is_test or not before.is_test):
                    before.stop.set()
            if self._next is not None:
                self._next.done.set()
            self._next = sound
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._stopping)
                if self._stopping or self._next is None:
                    return
                sound, self._next = self._next, None
                self._playing, self._began_s = sound, self._monotonic_s()
            if sound.is_test or self._began_s - self._failed_s >= _ASK_AGAIN_S:
                self._sound(sound)
            with self._changed:
                self._playing = None
            sound.done.set()

    def _sound(self, sound: _Sound) -> None:
        try:
            how = self._play(sound.pcm, sound.stop)
        except SoundError as error:
            sound.error = error
            self._fail(str(error))
            return
        except Exception as error:  # noqa: BLE001 - top of a worker loop: a state, a log line, and the window lives on
            _log.exception("The horn stumbled")
            sound.error = SoundError("The sound device fails", value=f"{type(error).__name__}: {error}", do="See the log")
            self._fail(str(sound.error))
            return
        with self._changed:
            if self._state.hearing is not Hearing.HEARD:
                _log.info("The horn sounds through %s", how)
            self._failed_s = float("-inf")
            self._state = SoundState(Hearing.HEARD)

    def _fail(self, sentence: str) -> None:
        with self._changed:
            if self._state.sentence != sentence:
                _log.warning("The horn cannot be heard: %s", sentence)
            self._failed_s = self._monotonic_s()
            self._state = SoundState(Hearing.NOT_HEARD, sentence)
