"""This file decides what the turbofan-life network sees and answers: channels, ranges, window of flights, remaining life."""

from __future__ import annotations

from collections.abc import Mapping

from inference.contract import Channel, Label, Output, OutputKind, SequenceInput, Text, TimeUnit, WindowKind
from training.turbofan_life.engines import CHANNELS

PACK_NAME = "turbofan-life"
OPSET = 17
LENGTH = 192
"""Flights of a full window: most of a life, for an engine that shows no wear after so many is of the long-lived ones."""
LEAST = 31
"""Flights from which on a window is judged."""
MAX_GAP = 3
"""More missing flights in a row empty the window."""
LIFE_FULL = 125.0
"""Remaining flights at which the score is 0: before that, wear hardly shows."""

_CHANNELS: Mapping[str, tuple[str, float, float, float, float, float | None, str, str]] = {
    # unit, mean of new engines, spread over all flights, low, high, stuck after flights, title en, title zh
    "sensor_2": ("°R", 642.307, 0.525, 639.8, 646.2, 8, "Total temperature, LPC outlet (T24)", "低压压气机出口总温 (T24)"),
    "sensor_3": ("°R", 1585.76, 6.62, 1551.0, 1630.0, 8, "Total temperature, HPC outlet (T30)", "高压压气机出口总温 (T30)"),
    "sensor_4": ("°R", 1401.14, 9.69, 1361.0, 1458.0, 8, "Total temperature, LPT outlet (T50)", "低压涡轮出口总温 (T50)"),
    "sensor_6": ("psia", 21.6049, 0.0151, 21.41, 21.65, None, "Total pressure, bypass duct (P15)", "外涵道总压 (P15)"),
    "sensor_7": ("psia", 553.957, 2.753, 544.4, 575.7, 8, "Total pressure, HPC outlet (P30)", "高压压气机出口总压 (P30)"),
    "sensor_8": ("rpm", 2388.03, 0.127, 2386.5, 2389.1, 12, "Physical fan speed (Nf)", "风扇物理转速 (Nf)"),
    "sensor_9": ("rpm", 9054.94, 20.97, 8961.0, 9301.0, 8, "Physical core speed (Nc)", "核心机物理转速 (Nc)"),
    "sensor_10": ("-", 1.30002, 0.0026, 1.28, 1.33, None, "Engine pressure ratio (epr)", "发动机压比 (epr)"),
    "sensor_11": ("psia", 47.3042, 0.2923, 46.23, 48.99, 8, "Static pressure, HPC outlet (Ps30)", "高压压气机出口静压 (Ps30)"),
    "sensor_12": ("pps/psi", 521.907, 2.586, 512.9, 542.3, 8, "Fuel flow to Ps30 (phi)", "燃油流量与 Ps30 之比 (phi)"),
    "sensor_13": ("rpm", 2388.028, 0.127, 2386.5, 2389.1, 12, "Corrected fan speed (NRf)", "风扇换算转速 (NRf)"),
    "sensor_14": ("rpm", 8136.91, 17.72, 8051.0, 8342.0, 8, "Corrected core speed (NRc)", "核心机换算转速 (NRc)"),
    "sensor_15": ("-", 8.4118, 0.0562, 8.05, 8.69, 8, "Bypass ratio (BPR)", "涵道比 (BPR)"),
    "sensor_17": ("-", 391.973, 1.699, 385.0, 403.0, 24, "Bleed enthalpy (htBleed)", "引气焓值 (htBleed)"),
    "sensor_20": ("lbm/s", 38.9512, 0.2366, 37.71, 40.28, 8, "High-pressure turbine coolant bleed (W31)", "高压涡轮冷却引气 (W31)"),
    "sensor_21": ("lbm/s", 23.371, 0.1418, 22.6, 24.22, 8, "Low-pressure turbine coolant bleed (W32)", "低压涡轮冷却引气 (W32)"),
}
"""The means are those of an engine's first 20 flights, so that a channel set to its mean reads as new. Limits lie a quarter of the range
seen in training beyond it; the longest time a channel stood still there is 5 flights, sensor_17 11; sensors 6 and 10 do for good."""

SEQUENCE_INPUT = SequenceInput(
    name="flights",
    kind=WindowKind.SLIDING,
    time_unit=TimeUnit.CYCLE,
    length_s=float(LENGTH),
    min_length_s=float(LEAST),
    step_s=1.0,
    max_gap_s=float(MAX_GAP),
    channels=tuple(
        Channel(
            name=name,
            unit=_CHANNELS[name][0],
            mean=_CHANNELS[name][1],
            std=_CHANNELS[name][2],
            low=_CHANNELS[name][3],
            high=_CHANNELS[name][4],
            stuck_after_s=_CHANNELS[name][5],
            title=Text(en=_CHANNELS[name][6], zh=_CHANNELS[name][7]),
        )
        for name in CHANNELS
    ),
)

LIFE, NOVELTY = "life", "novelty"
"""Names of the outputs."""


def score_of(life: float) -> float:
    """Score of *life* flights left, as the runner computes it: 0 from :data:`LIFE_FULL` on, 1 at none."""
    return min(1.0, max(0.0, 1.0 - life / LIFE_FULL))


def life_output(warn_below: float, watch_below: float) -> Output:
    """The remaining life: FAULT at or under *warn_below* flights, worth a look from *watch_below* on."""
    return Output(
        name=LIFE,
        kind=OutputKind.REMAINING_LIFE,
        shape=(1, 3),
        target="engine",
        title=Text(en="Remaining life", zh="剩余寿命"),
        labels=(
            Label(name="flies on", title=Text(en="Flies on", zh="可继续飞行"), severity=0.0),
            Label(name="near its end", title=Text(en="Near its end", zh="临近寿命终点"), severity=1.0),
        ),
        unit="flights",
        threshold=round(score_of(warn_below), 4),
        near_miss=round(score_of(watch_below), 4),
        life_full=LIFE_FULL,
    )


def novelty_output(limit: float) -> Output:
    """How unlike the training engines a window is."""
    return Output(name=NOVELTY, kind=OutputKind.NOVELTY, shape=(1, 1), novelty_limit=limit)
