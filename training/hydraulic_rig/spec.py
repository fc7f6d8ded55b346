"""This file decides what the hydraulic-rig network sees and answers: channels, ranges, conditions and their names."""

from __future__ import annotations

from collections.abc import Mapping

from inference.contract import Channel, Label, Output, OutputKind, SequenceInput, Text, WindowKind
from training.hydraulic_rig.cycles import CHANNELS, LEVELS, TARGETS

PACK_NAME = "hydraulic-rig"
OPSET = 17
MAX_GAP_S = 3.0
NOVELTY = "novelty"
"""Name of the output that tells how far a cycle lies from the recorded ones."""

_CHANNELS: Mapping[str, tuple[str, float, float, float, float, float, str, str]] = {
    # unit, mean, std, low, high, stuck_after_s, title en, title zh
    "TS1": ("°C", 45.0, 8.0, 15.0, 80.0, 30.0, "Oil temperature 1", "油温 1"),
    "TS2": ("°C", 50.0, 7.5, 15.0, 85.0, 30.0, "Oil temperature 2", "油温 2"),
    "TS3": ("°C", 47.0, 7.5, 15.0, 85.0, 30.0, "Oil temperature 3", "油温 3"),
    "TS4": ("°C", 40.0, 8.0, 10.0, 75.0, 30.0, "Oil temperature 4", "油温 4"),
    "VS1": ("mm/s", 0.61, 0.08, 0.2, 4.0, 20.0, "Vibration", "振动"),
    "CE": ("%", 32.5, 11.5, 5.0, 65.0, 20.0, "Cooling efficiency", "冷却效率"),
    "CP": ("kW", 1.84, 0.27, 0.7, 4.5, 20.0, "Cooling power", "冷却功率"),
    "SE": ("%", 55.0, 25.7, -1.0, 115.0, 20.0, "Efficiency factor", "效率系数"),
    "FS1": ("l/min", 6.2, 3.2, -0.5, 28.0, 20.0, "Volume flow 1", "流量 1"),
    "FS2": ("l/min", 9.68, 0.46, 6.0, 13.0, 10.0, "Volume flow 2", "流量 2"),
}
"""Mean and spread of each channel over the data set, rounded; limits well outside of what was ever recorded; the longest time a
channel stood still in the recordings is 9 s (a temperature)."""

SEQUENCE_INPUT = SequenceInput(
    name="cycle",
    kind=WindowKind.CYCLE,
    length_s=60.0,
    step_s=1.0,
    max_gap_s=MAX_GAP_S,
    reference="golden/healthy.npz",
    channels=tuple(
        Channel(
            name=name,
            unit=_CHANNELS[name][0],
            rate_hz=10.0 if name.startswith("FS") else 1.0,
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

TARGET_TITLES: Mapping[str, Text] = {
    "cooler": Text(en="Cooler", zh="冷却器"),
    "valve": Text(en="Valve", zh="换向阀"),
    "pump": Text(en="Pump", zh="液压泵"),
    "accumulator": Text(en="Accumulator", zh="蓄能器"),
}
UNITS: Mapping[str, str] = {"cooler": "%", "valve": "%", "pump": "", "accumulator": "bar"}

_LABELS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "cooler": (
        ("full efficiency", "Full efficiency", "效率正常"),
        ("reduced efficiency", "Reduced efficiency", "效率下降"),
        ("close to total failure", "Close to total failure", "接近完全失效"),
    ),
    "valve": (
        ("optimal switching", "Optimal switching", "切换正常"),
        ("small lag", "Small lag", "轻微滞后"),
        ("severe lag", "Severe lag", "严重滞后"),
        ("close to total failure", "Close to total failure", "接近完全失效"),
    ),
    "pump": (
        ("no leakage", "No leakage", "无泄漏"),
        ("weak leakage", "Weak leakage", "轻微泄漏"),
        ("severe leakage", "Severe leakage", "严重泄漏"),
    ),
    "accumulator": (
        ("optimal pressure", "Optimal pressure", "压力正常"),
        ("slightly reduced pressure", "Slightly reduced pressure", "压力略低"),
        ("severely reduced pressure", "Severely reduced pressure", "压力严重偏低"),
        ("close to total failure", "Close to total failure", "接近完全失效"),
    ),
}


def labels_of(target: str) -> tuple[Label, ...]:
    """Classes of *target*, healthiest first, evenly spaced in severity."""
    count = len(LEVELS[target])
    return tuple(
        Label(name=name, title=Text(en=en, zh=zh), severity=round(place / (count - 1), 4), value=float(LEVELS[target][place]))
        for place, (name, en, zh) in enumerate(_LABELS[target])
    )


def output_of(target: str, threshold: float, near_miss: float) -> Output:
    """The pack's output for *target*."""
    return Output(
        name=target,
        kind=OutputKind.PROBABILITIES,
        shape=(1, len(LEVELS[target])),
        target=target,
        title=TARGET_TITLES[target],
        labels=labels_of(target),
        unit=UNITS[target],
        threshold=threshold,
        near_miss=near_miss,
    )


CLASS_COUNTS = tuple(len(LEVELS[target]) for target in TARGETS)


def novelty_output(limit: float) -> Output:
    """The pack's output for the novelty."""
    return Output(name=NOVELTY, kind=OutputKind.NOVELTY, shape=(1, 1), novelty_limit=limit)
