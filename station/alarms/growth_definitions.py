"""This file decides what one growth definition becomes for each camera position: a definition of its own, with its own warning."""

from __future__ import annotations

import re
import zlib

from station.alarms.conditions import Level
from station.config import AlarmConfig, GrowthCondition, Text

_MOST = 48
"""Length of an id, as everywhere in the station file."""
_NOT_IN_IDS = re.compile(r"[^a-z0-9_-]")


def of_position(definition: AlarmConfig, position: str) -> AlarmConfig:
    """*definition* for one camera position: its id and title name it. The definition itself for the position without a name.

    The same definition and position give the same id in every run, so that open warnings are found again.
    """
    when = definition.when
    if not position or not isinstance(when, GrowthCondition) or when.position == position:
        return definition
    title = Text(en=f"{definition.title.en} · {position}", zh=f"{definition.title.zh} · {position}")
    update = {"id": _id_of(definition.id, position), "title": title, "when": when.model_copy(update={"position": position})}
    return definition.model_copy(update=update)


def growth_level(condition: GrowthCondition, growth: float) -> Level:
    """Level of one step: NaN (still learning) is UNKNOWN, at ``raise_at`` and above HIGH, below ``clear_at`` LOW."""
    if growth != growth:
        return Level.UNKNOWN
    if growth >= condition.raise_at:
        return Level.HIGH
    return Level.BAND if condition.clear_at is not None and growth >= condition.clear_at else Level.LOW


def _id_of(definition_id: str, position: str) -> str:
    plain = _NOT_IN_IDS.sub("-", position.lower())
    whole = f"{definition_id}--{plain}"
    if plain == position and len(whole) <= _MOST:
        return whole
    return f"{definition_id[:20]}--{plain[:16]}-{zlib.crc32(f'{definition_id} {position}'.encode()):08x}"
