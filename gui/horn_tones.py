"""This file decides how each priority sounds: made here, so that no sound file has an owner.

The patterns follow IEC 60601-1-8: bursts of pulses, more and faster ones the more urgent, each pulse with at least four harmonics between
300 and 4000 Hz, so that a person can tell where it comes from and one lost frequency does not lose it. A pattern is told apart by its
rhythm alone, whatever the loudspeaker does to its pitch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
_HARMONICS = (1.0, 0.6, 0.45, 0.3, 0.2)
_RISE_S = 0.015
"""Long enough not to click, short enough to be heard at once."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The pulses of one priority.

    Attributes:
        pitch_hz: Fundamental of each pulse, in order.
        pulse_s: Length of a pulse, s.
        gap_s: Silence after each pulse, s.
        rests: Numbers of pulses that a longer rest follows.
        rest_s: That rest, s.
        level: Loudness against the most urgent pattern, 0 to 1.
    """

    pitch_hz: tuple[float, ...]
    pulse_s: float
    gap_s: float
    rests: tuple[int, ...]
    rest_s: float
    level: float

    @property
    def length_s(self) -> float:
        """From the first pulse to the end of the last, s."""
        return len(self.pitch_hz) * (self.pulse_s + self.gap_s) - self.gap_s + self.rest_s * len(self.rests)


PATTERNS: Mapping[int, Pattern] = {
    1: Pattern((659.0, 659.0, 659.0, 784.0, 784.0) * 2, 0.12, 0.07, (2, 4, 7), 0.2, 1.0),
    2: Pattern((523.0, 523.0, 523.0), 0.2, 0.15, (), 0.0, 0.8),
    3: Pattern((440.0, 349.0), 0.25, 0.2, (), 0.0, 0.6),
    4: Pattern((330.0,), 0.25, 0.2, (), 0.0, 0.3),
}
"""Ten fast pulses, three, two falling, one soft."""


def pattern_pcm(priority: int, volume: float) -> NDArray[np.int16]:
    """The pattern of *priority* as sound.

    Args:
        priority: 1..4.
        volume: 0 to 1.

    Returns:
        int16 (samples,), one channel at :data:`RATE_HZ`.
    """
    pattern = PATTERNS[priority]
    parts = []
    for number, pitch_hz in enumerate(pattern.pitch_hz):
        parts.append(_pulse(pitch_hz, pattern.pulse_s))
        last = number == len(pattern.pitch_hz) - 1
        pause_s = 0.0 if last else pattern.gap_s + (pattern.rest_s if number in pattern.rests else 0.0)
        parts.append(np.zeros(round(pause_s * RATE_HZ)))
    wave = np.concatenate(parts) * pattern.level * volume
    return np.asarray(np.round(wave * np.iinfo(np.int16).max), np.int16)


def _pulse(pitch_hz: float, length_s: float) -> NDArray[np.float64]:
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    wave = sum(strength * np.sin(2 * np.pi * pitch_hz * (number + 1) * time_s) for number, strength in enumerate(_HARMONICS))
    envelope = np.clip(np.minimum(time_s, time_s[-1] - time_s) / _RISE_S, 0.0, 1.0)
    shaped = np.asarray(wave, np.float64) * envelope
    return np.asarray(shaped / np.abs(shaped).max(), np.float64)
