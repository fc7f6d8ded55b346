"""This file decides which simulated examples CARD.md shows of what the turbofan-life pack cannot tell."""

from __future__ import annotations

import numpy as np

from inference.explanation import Explain
from inference.findings import Finding, Verdict
from inference.sequence_runner import SequenceRunner
from station.simulation.turbofan import TurbofanModel
from training.card_pictures import CardPicture, show_series
from training.turbofan_life.spec import LEAST, LENGTH

EXAMPLE_SEED = 5
_LONG_LIFE = 340
_EVERY = 3
_LIFE, _NOISY_AT, _TRIES = 210, 150, 20
_NOISY = "sensor_10"


def show_failures(runner: SequenceRunner) -> tuple[CardPicture, ...]:
    """An engine far from its end that is told too short a life, and a channel's faint noise that passes."""
    return (_show_long_life(runner), _show_noise(runner))


def _judge(runner: SequenceRunner, window: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]) -> Finding:
    return runner.judge_window(window, Explain.NEVER)[0]


def _show_long_life(runner: SequenceRunner) -> CardPicture:
    engine = TurbofanModel(EXAMPLE_SEED, "compressor", _LONG_LIFE)
    flights = range(LEAST, _LONG_LIFE, _EVERY)
    told = [_judge(runner, dict(engine.window(flight, min(flight, LENGTH)))) for flight in flights]
    left = np.array([engine.remaining_at(flight) for flight in flights], dtype=np.float64)
    value, lower, upper = (np.array([getattr(one, name) for one in told], dtype=np.float64) for name in ("value", "lower", "upper"))
    missed = [flight for flight, low, high, truth in zip(flights, lower, upper, left, strict=True) if not low <= truth <= high]
    return CardPicture(
        "far-from-its-end",
        show_series({"life told, flights": value, "upper end": upper, "lower end": lower}, dict.fromkeys(("life told, flights",), left)),
        f"A simulated engine of {_LONG_LIFE} flights (gray: the truth). Before wear shows it is told {value[0]:.0f} flights with "
        f"{left[0]:.0f} left: too short a life, which the interval does not hold either ({len(missed)} of {len(left)} windows, without a "
        f"break until flight {_last_of_first(missed, _EVERY)}).",
    )


def _last_of_first(flights: list[int], step: int) -> int:
    """The last of the flights that follow each other from the first one on."""
    last = flights[0] if flights else 0
    for flight in flights[1:]:
        if flight != last + step:
            break
        last = flight
    return last


def _show_noise(runner: SequenceRunner) -> CardPicture:
    channel = next(one for one in runner.spec.channels if one.name == _NOISY)
    random = np.random.default_rng(EXAMPLE_SEED)
    refused = 0
    shown = genuine = np.empty(0)
    for seed in range(_TRIES):
        window = dict(TurbofanModel(EXAMPLE_SEED + seed, "compressor", _LIFE).window(_NOISY_AT, _NOISY_AT))
        noise = random.normal(channel.mean, channel.std, _NOISY_AT)
        if _judge(runner, {**window, _NOISY: noise}).verdict is Verdict.NO_VERDICT:
            refused += 1
        elif not shown.size:
            shown, genuine = noise, window[_NOISY]
    return CardPicture(
        "faint-noise",
        show_series({f"{_NOISY}, epr": shown}, {f"{_NOISY}, epr": genuine}),
        f"Simulated engines whose engine pressure ratio reads noise as wide as wear moves it (gray: what it read). It stands still on a "
        f"sound engine, moves when the fan wears, and the two are of one size: {refused} of {_TRIES} such windows get NO VERDICT.",
    )
