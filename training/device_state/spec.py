"""This file decides what the device-state network sees and answers: channels, ranges, kinds of failure and their names."""

from __future__ import annotations

from collections.abc import Mapping

from inference.contract import Channel, Label, Output, OutputKind, RowDoubt, TableInput, Text
from station.simulation.machine import MACHINE_CHANNELS, MACHINE_KINDS, QUALITIES, TYPE_CHANNEL

PACK_NAME = "device-state"
OPSET = 17
TARGET = "machine"
STATE_OUTPUT, NOVELTY_OUTPUT = "state", "novelty"
HEALTHY = "no failure"

STUCK_ROWS, STUCK_TEMPERATURE_ROWS = 3.0, 30.0
"""A reading that stays the same for so many differing rows is dead. In the data no speed or torque repeats more than once, no wear at all
in order of time (every product wears the tool) and hardly ever in another order, and no temperature more than 17 times."""
DOUBT = RowDoubt(rows=20, impossible=6)
"""Of the genuine rows 1 in 300 is refused by itself: six of 20 do not happen by chance."""

_CHANNELS: Mapping[str, tuple[str, float, float, float, float, float, float, str, str]] = {
    # unit, mean, std, low, high, stuck after (rows), still within, title en, title zh
    "Air temperature [K]": ("K", 300.0, 2.0, 290.0, 310.0, STUCK_TEMPERATURE_ROWS, 0.05, "Air temperature", "环境温度"),
    "Process temperature [K]": ("K", 310.0, 1.5, 300.0, 320.0, STUCK_TEMPERATURE_ROWS, 0.05, "Process temperature", "过程温度"),
    "Rotational speed [rpm]": ("rpm", 1540.0, 180.0, 1000.0, 3200.0, STUCK_ROWS, 0.5, "Rotational speed", "转速"),
    "Torque [Nm]": ("Nm", 40.0, 10.0, 2.0, 85.0, STUCK_ROWS, 0.05, "Torque", "扭矩"),
    "Tool wear [min]": ("min", 107.0, 63.6, 0.0, 270.0, STUCK_ROWS, 0.9, "Tool wear", "刀具磨损"),
}
"""Mean and spread of each channel over the data set, rounded; limits outside of what it holds; less than the resolution it is told with."""


def _channel(name: str) -> Channel:
    if name == TYPE_CHANNEL:
        # Taken away, for an explanation, it is the medium quality.
        medium = float(QUALITIES.index("M"))
        return Channel(name=name, unit="", mean=medium, values=QUALITIES, title=Text(en="Product quality", zh="产品等级"))
    unit, mean, std, low, high, stuck, still, en, zh = _CHANNELS[name]
    title = Text(en=en, zh=zh)
    return Channel(name=name, unit=unit, mean=mean, std=std, low=low, high=high, stuck_after_s=stuck, still_within=still, title=title)


TABLE_INPUT = TableInput(name="row", channels=tuple(_channel(name) for name in MACHINE_CHANNELS), doubt=DOUBT)

_KIND_TITLES: Mapping[str, tuple[str, str]] = {
    "heat dissipation": ("Heat is not carried away", "散热不良"),
    "power": ("Power outside its limits", "功率超出范围"),
    "overstrain": ("Worn tool overstrained", "磨损刀具过载"),
    "tool wear": ("Tool worn out", "刀具磨损失效"),
}

LABELS = (
    Label(name=HEALTHY, title=Text(en="No failure", zh="正常"), severity=0.0),
    *(Label(name=kind, title=Text(en=_KIND_TITLES[kind][0], zh=_KIND_TITLES[kind][1]), severity=1.0) for kind in MACHINE_KINDS),
)


def state_output(threshold: float, near_miss: float) -> Output:
    """Probability of no failure and of every kind; together 1."""
    return Output(
        name=STATE_OUTPUT,
        kind=OutputKind.PROBABILITIES,
        shape=(1, len(LABELS)),
        target=TARGET,
        title=Text(en="Machine", zh="机器"),
        labels=LABELS,
        threshold=threshold,
        near_miss=near_miss,
    )


def novelty_output(limit: float) -> Output:
    """How unlike the taught rows the row is."""
    return Output(name=NOVELTY_OUTPUT, kind=OutputKind.NOVELTY, shape=(1, 1), novelty_limit=limit)
