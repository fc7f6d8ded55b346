"""The horn's sound: patterns that differ, a thread that nobody waits for, and a sentence where nothing can be heard."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from gui import sound_device
from gui.horn_player import Hearing, HornPlayer
from gui.horn_tones import PATTERNS, RATE_HZ, pattern_pcm
from gui.sound_device import SoundError, play_on
from station.horn import EVERY_S
from station.horn_view import HornView

WAIT_S = 10.0


def pulses(pcm: NDArray[np.int16]) -> list[tuple[int, int]]:
    """Where sound begins and ends, in samples."""
    loud = np.convolve(np.abs(pcm.astype(float)), np.ones(200) / 200, "same") > 30
    edges = np.flatnonzero(np.diff(loud.astype(int)))
    return list(zip(edges[::2], edges[1::2], strict=True))


@pytest.mark.parametrize(("priority", "count"), [(1, 10), (2, 3), (3, 2), (4, 1)])
def test_each_priority_has_its_own_number_of_pulses(priority: int, count: int) -> None:
    pcm = np.pad(pattern_pcm(priority, 0.8), 500)
    assert len(pulses(pcm)) == count


def test_the_more_urgent_the_louder_and_the_faster() -> None:
    loudness = [np.abs(pattern_pcm(priority, 1.0)).max() for priority in (1, 2, 3, 4)]
    assert all(more > less for more, less in pairwise(loudness))
    assert PATTERNS[1].pulse_s < PATTERNS[2].pulse_s < PATTERNS[3].pulse_s
    assert np.abs(pattern_pcm(1, 0.25)).max() < np.abs(pattern_pcm(1, 1.0)).max() / 3


@pytest.mark.parametrize("priority", [1, 2, 3, 4])
def test_pulses_have_four_harmonics_where_the_standard_wants_them(priority: int) -> None:
    """IEC 60601-1-8: fundamental 150 to 1000 Hz, at least four harmonics within 300 to 4000 Hz and within 15 dB."""
    pitch_hz = PATTERNS[priority].pitch_hz[0]
    pulse = pattern_pcm(priority, 1.0)[: round(PATTERNS[priority].pulse_s * RATE_HZ)].astype(float)
    spectrum = np.abs(np.fft.rfft(pulse * np.hanning(len(pulse)), 8 * len(pulse)))
    frequency = np.fft.rfftfreq(8 * len(pulse), 1 / RATE_HZ)

    def level_db(at_hz: float) -> float:
        return float(20 * np.log10(spectrum[np.abs(frequency - at_hz) < 15].max() / spectrum.max()))

    assert 150 <= pitch_hz <= 1000
    heard = [number for number in range(1, 6) if 300 <= pitch_hz * number <= 4000 and level_db(pitch_hz * number) > -15]
    assert len(heard) >= 4


def test_a_burst_is_over_before_the_next_one() -> None:
    for priority, every_s in EVERY_S.items():
        assert PATTERNS[priority].length_s < every_s - 0.5


class Speaker:
    """Takes what is played; a test says when it is over."""

    def __init__(self) -> None:
        self.played: list[int] = []
        self.stopped = 0
        self.error: SoundError | None = None
        self.holds = False
        self.began = threading.Semaphore(0)

    def __call__(self, pcm: NDArray[np.int16], stop: threading.Event) -> str:
        self.played.append(len(pcm))
        self.began.release()
        if self.error is not None:
            raise self.error
        if self.holds:
            assert stop.wait(WAIT_S)
            self.stopped += 1
        return "a speaker"


def lengths(*priorities: int) -> list[int]:
    return [len(pattern_pcm(priority, 0.8)) for priority in priorities]


def begins(speaker: Speaker) -> None:
    assert speaker.began.acquire(timeout=WAIT_S)


def test_each_burst_is_played_once() -> None:
    speaker = Speaker()
    player = HornPlayer(speaker)
    for bursts, priority in ((0, None), (1, 2), (1, 2), (2, 1)):
        player.follow(HornView(priority, bursts, priority))
        if bursts > len(speaker.played):
            begins(speaker)
    player.stop()
    assert speaker.played == lengths(2, 1)
    assert player.state.hearing is Hearing.HEARD


def test_a_window_that_opens_on_a_sounding_horn_sounds() -> None:
    speaker = Speaker()
    player = HornPlayer(speaker)
    player.follow(HornView(1, 17, 1))
    begins(speaker)
    player.stop()
    assert speaker.played == lengths(1)


def test_silence_ends_the_burst() -> None:
    speaker = Speaker()
    speaker.holds = True
    player = HornPlayer(speaker)
    player.follow(HornView(1, 1, 1))
    begins(speaker)
    player.follow(HornView(None, 1, 1, silenced=True))
    player.stop(WAIT_S)
    assert speaker.stopped == 1


def test_a_more_urgent_burst_ends_the_one_before() -> None:
    speaker = Speaker()
    speaker.holds = True
    player = HornPlayer(speaker)
    player.follow(HornView(3, 1, 3))
    begins(speaker)
    player.follow(HornView(1, 2, 1))
    begins(speaker)
    player.stop(WAIT_S)
    assert speaker.played == lengths(3, 1)


def test_without_a_device_it_says_so_and_asks_again_later() -> None:
    speaker, now = Speaker(), [0.0]
    speaker.error = SoundError("There is no sound device", do="Connect a loudspeaker")
    player = HornPlayer(speaker, lambda: now[0])
    told = player.test([1, 2], 0.8)
    assert not told.ok
    assert told.sentence == "There is no sound device. Connect a loudspeaker."
    begins(speaker)
    assert player.state.hearing is Hearing.NOT_HEARD
    player.follow(HornView(1, 1, 1))
    now[0] = 5.0
    assert not player.test([1], 0.8).ok, "a person's test always asks"
    assert len(speaker.played) == 2, "the burst did not ask again so soon"
    speaker.error, now[0] = None, 60.0
    begins(speaker)
    player.follow(HornView(1, 2, 1))
    begins(speaker)
    player.stop(WAIT_S)
    assert player.state.hearing is Hearing.HEARD


def test_a_driver_that_hangs_is_told() -> None:
    speaker, now = Speaker(), [0.0]
    speaker.holds = True
    player = HornPlayer(speaker, lambda: now[0])
    player.follow(HornView(1, 1, 1))
    begins(speaker)
    assert player.state.hearing is Hearing.UNTRIED
    now[0] = 30.0
    assert "does not answer" in player.state.sentence
    player.stop(WAIT_S)


def test_a_mishap_does_not_end_the_horn() -> None:
    speaker = Speaker()
    speaker.error = ValueError("a bug")  # type: ignore[assignment]
    player = HornPlayer(speaker)
    assert "ValueError" in player.test([1], 0.8).sentence
    speaker.error = None
    assert player.test([1], 0.8).ok
    player.stop(WAIT_S)


def test_the_library_plays_to_the_end_and_stops_early() -> None:
    """With the device that swallows everything in real time: the same code as with a loudspeaker."""
    miniaudio = pytest.importorskip("miniaudio")
    swallowing = [miniaudio.Backend.NULL]
    stop = threading.Event()
    assert play_on(swallowing, pattern_pcm(4, 0.1), stop) == "Null"
    stop.set()
    long = np.zeros(20 * RATE_HZ, np.int16)
    assert play_on(swallowing, long, stop) == "Null"


def test_a_computer_without_sound_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_device, "_may_have_device", lambda: False)
    with pytest.raises(SoundError, match="no sound device"):
        sound_device.play(pattern_pcm(1, 0.5), threading.Event())
