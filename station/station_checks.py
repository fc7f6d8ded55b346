"""This file decides which parts of a station file contradict each other.

It looks at the values as TOML gives them, not at the checked model, so that these mistakes are told together with
wrong types and missing keys. What has the wrong type is left to the model's own checks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from station.config import CRITICAL
from station.simulation.rig_templates import RIG_CHANNELS
from station.station_sentences import did_you_mean
from station.toml_lines import KeyPath

Found = tuple[KeyPath, str]
"""Where, and the sentence."""
Table = Mapping[str, Any]
Packs = Collection[str] | Mapping[str, Collection[str] | None]
"""Names of the packs that are there; as a mapping also the sensor channels each takes: none for pictures, None where not known."""


def contradictions(data: Table, packs: Packs | None) -> Iterator[Found]:
    """Every contradiction in *data*; *packs* are the packs that are there, None leaves them unchecked."""
    yield from _numbers_that_are_none((), data)
    yield from _repeated_ids(data)
    if packs is not None:
        yield from _unknown_packs(data, packs)
    taken: Mapping[str, Collection[str] | None] = packs if isinstance(packs, Mapping) else {}
    for path, camera in _tables(data, "cameras"):
        model = camera.get("model")
        if isinstance(model, str) and taken.get(model):
            yield (*path, "model"), f'"{model}" judges sensors, not pictures; name an image pack'
    for path, sensor in _tables(data, "sensors"):
        yield from _sensor(path, sensor)
        yield from _channels_for_model(path, sensor, taken)
    for path, alarm in _tables(data, "alarms"):
        yield from _alarm(path, alarm, data)
        yield from _joins(path, alarm, data)


def _numbers_that_are_none(path: KeyPath, node: object) -> Iterator[Found]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _numbers_that_are_none((*path, key), value)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _numbers_that_are_none((*path, index), value)
    elif isinstance(node, float) and not math.isfinite(node):
        yield path, f"{path[-1]} is {node}; write an ordinary number"


def _repeated_ids(data: Table) -> Iterator[Found]:
    sources = [*_tables(data, "cameras"), *_tables(data, "sensors")]
    yield from _repeats(sources, "id", "cameras and sensors share their ids; give each its own")
    yield from _repeats(list(_tables(data, "people")), "id", "give every person an own id")
    yield from _repeats(list(_tables(data, "alarms")), "id", "give every alarm an own id")
    for path, sensor in _tables(data, "sensors"):
        yield from _repeats(list(_tables(sensor, "channels", path)), "id", "a link's channels each have their own id")
    for path, alarm in _tables(data, "alarms"):
        for key in ("causes", "actions"):
            yield from _repeats(list(_tables(alarm, key, path)), "id", f"the {key} of an alarm each have their own id")
    station = data.get("station")
    if isinstance(station, Mapping):
        shifts = list(_tables(station, "shifts", ("station",)))
        yield from _repeats(shifts, "start", "two shifts cannot start together")


def _repeats(tables: list[tuple[KeyPath, Table]], key: str, rule: str) -> Iterator[Found]:
    first: dict[str, KeyPath] = {}
    for path, table in tables:
        value = table.get(key)
        if not isinstance(value, str):
            continue
        if value in first:
            yield (*path, key), f'{key} "{value}" is there twice ({_spell(first[value])} has it too); {rule}'
        else:
            first[value] = path


def _unknown_packs(data: Table, packs: Collection[str]) -> Iterator[Found]:
    for kind in ("cameras", "sensors"):
        for path, source in _tables(data, kind):
            model = source.get("model")
            if isinstance(model, str) and model not in packs:
                yield (*path, "model"), f'there is no model pack "{model}"{did_you_mean(model, packs)}'


def _sensor(path: KeyPath, sensor: Table) -> Iterator[Found]:
    for channel_path, channel in _tables(sensor, "channels", path):
        low, high = _number(channel, "normal_low"), _number(channel, "normal_high")
        if low is not None and high is not None and low >= high:
            yield (*channel_path, "normal_low"), f"normal_low {low:g} is not below normal_high {high:g}; exchange or correct them"
        name = channel.get("id")
        if sensor.get("kind") == "simulated" and isinstance(name, str) and name not in RIG_CHANNELS:
            yield (*channel_path, "id"), f'the simulated rig has no channel "{name}"{did_you_mean(name, RIG_CHANNELS)}'
    rows = sensor.get("rows")
    if isinstance(rows, str) and rows.count(":") == 1:
        begin, _, end = rows.partition(":")
        if begin.isdecimal() and end.isdecimal() and int(begin) >= int(end):
            yield (*path, "rows"), f'rows "{rows}" is empty; write the smaller number first'


def _channels_for_model(path: KeyPath, sensor: Table, taken: Mapping[str, Collection[str] | None]) -> Iterator[Found]:
    """A link hands its model the channels it lists (a simulated one without a list: all of its rig's); what lacks is missing for ever."""
    model, kind = sensor.get("model"), sensor.get("kind")
    if not isinstance(model, str) or kind not in {"table", "simulated"}:
        return
    wanted = taken.get(model)
    if wanted is not None and not wanted:
        yield (*path, "model"), f'"{model}" judges pictures, not sensors; name a sensor pack'
        return
    listed = sensor.get("channels", [])
    given: Collection[object] = [channel.get("id") for _, channel in _tables(sensor, "channels")]
    if kind == "simulated" and listed == []:
        given = RIG_CHANNELS
    if listed == [] and not given:
        needs = f": {', '.join(wanted)}" if wanted else ""
        example = next(iter(wanted), "TS1") if wanted else "TS1"
        write = f'write each, e.g. channels = [{{ id = "{example}", name = "{example}" }}, …]'
        yield (*path, "channels"), f'channels is missing; "{model}" judges the channels listed here{needs}; {write}'
    elif missing := [name for name in wanted or () if name not in given]:
        what = "the simulated rig has no" if kind == "simulated" and listed == [] else "the list lacks"
        yield (
            (*path, "channels"),
            f'{what} {", ".join(missing)}, which "{model}" judges; add them under just these ids, or name another pack',
        )


def _alarm(path: KeyPath, alarm: Table, data: Table) -> Iterator[Found]:
    raise_count, of_last = _number(alarm, "raise_count"), _number(alarm, "of_last")
    if (raise_count or 1) > (of_last or 1):
        key = "raise_count" if raise_count is not None else "of_last"
        yield (*path, key), f"raise_count {raise_count or 1:g} is more than of_last {of_last or 1:g}; lower one or raise the other"
    condition = alarm.get("when")
    if not isinstance(condition, Mapping):
        return
    if condition.get("kind") != "system":
        yield from _asset(path, alarm, data)
        yield from _source((*path, "when"), condition, data)
    yield from _hysteresis((*path, "when"), condition)
    yield from _held_back(path, alarm, data)


def _held_back(path: KeyPath, alarm: Table, data: Table) -> Iterator[Found]:
    state = alarm.get("suppressed_while")
    for key in ("suppressed_while", "max_shelve_s", "most_per_10_min"):
        if alarm.get("priority") == CRITICAL and key in alarm:
            yield (*path, key), f"a warning of priority 1 is never held back; take {key} out or give it priority 2"
    if not isinstance(state, Mapping):
        return
    if isinstance(state.get("source"), str):
        sources = [{s["id"]: s for _, s in _tables(data, kind) if isinstance(s.get("id"), str)} for kind in ("cameras", "sensors")]
        yield from _limit_source((*path, "suppressed_while"), state, *sources)
    begins_at, ends_at, side = _number(state, "begins_at"), _number(state, "ends_at"), state.get("side")
    if begins_at is not None and ends_at is not None and side in {"high", "low"}:
        beyond = ends_at > begins_at if side == "high" else ends_at < begins_at
        if beyond:
            bound = "at most" if side == "high" else "at least"
            yield (*path, "suppressed_while", "ends_at"), f"ends_at {ends_at:g} with side {side}: write {bound} begins_at {begins_at:g}"


def _asset(path: KeyPath, alarm: Table, data: Table) -> Iterator[Found]:
    asset = alarm.get("asset")
    assets = {s["asset"] for kind in ("cameras", "sensors") for _, s in _tables(data, kind) if isinstance(s.get("asset"), str)}
    if isinstance(asset, str) and assets and asset not in assets:
        yield (*path, "asset"), f'no camera and no sensor has the asset "{asset}"{did_you_mean(asset, assets)}'


def _joins(path: KeyPath, alarm: Table, data: Table) -> Iterator[Found]:
    """A cause that no other warning of the asset has joins nothing: mostly a slip of the pen."""
    cause, asset = alarm.get("joins"), alarm.get("asset")
    if not isinstance(cause, str):
        return
    others = [other for other_path, other in _tables(data, "alarms") if other_path != path]
    shared = {c: other.get("asset") for other in others for c in (other.get("joins"), other.get("id")) if isinstance(c, str)}
    if any(other.get("asset") == asset and cause == (other.get("joins") or other.get("id")) for other in others):
        return
    if cause in shared and shared[cause] != asset:
        yield (*path, "joins"), f'"{cause}" is a cause of the asset "{shared[cause]}", not of "{asset}"; one incident has one asset'
        return
    yield (
        (*path, "joins"),
        f'no other warning of "{asset}" has the cause "{cause}"{did_you_mean(cause, shared)}; name it there too, or leave it out',
    )


def _source(path: KeyPath, condition: Table, data: Table) -> Iterator[Found]:
    source = condition.get("source")
    if not isinstance(source, str):
        return
    cameras = {c["id"]: c for _, c in _tables(data, "cameras") if isinstance(c.get("id"), str)}
    sensors = {s["id"]: s for _, s in _tables(data, "sensors") if isinstance(s.get("id"), str)}
    kind = condition.get("kind")
    if kind == "limit":
        yield from _limit_source(path, condition, cameras, sensors)
        return
    if kind == "growth":
        yield from _growth_source(path, source, cameras, sensors)
        return
    known = {**cameras, **sensors}
    if source not in known:
        yield (*path, "source"), f'no camera and no sensor has the id "{source}"{did_you_mean(source, known)}'
    elif kind in {"verdict", "no_verdict"} and known[source].get("model") is None and kind == "verdict":
        yield (*path, "source"), f'"{source}" has no model, so this can never be raised; give it a model or take the alarm out'


def _limit_source(path: KeyPath, condition: Table, cameras: Table, sensors: Table) -> Iterator[Found]:
    source, channel = condition["source"], condition.get("channel")
    if source in cameras:
        yield (*path, "source"), f'"{source}" is a camera; a limit wants a sensor link{did_you_mean("", sensors)}'
        return
    if source not in sensors:
        yield (*path, "source"), f'no sensor link has the id "{source}"{did_you_mean(source, sensors)}'
        return
    channels: Collection[str] = [c["id"] for _, c in _tables(sensors[source], "channels") if isinstance(c.get("id"), str)]
    if not channels and sensors[source].get("kind") == "simulated":
        channels = RIG_CHANNELS
    if isinstance(channel, str) and channels and channel not in channels:
        yield (*path, "channel"), f'"{source}" has no channel "{channel}"{did_you_mean(channel, channels)}'


def _growth_source(path: KeyPath, source: str, cameras: Table, sensors: Table) -> Iterator[Found]:
    if source not in cameras:
        said = f'"{source}" is a sensor link; growth wants a camera' if source in sensors else f'no camera has the id "{source}"'
        yield (*path, "source"), f"{said}{did_you_mean(source, cameras)}"
    elif not isinstance(cameras[source].get("growth"), Mapping):
        yield (*path, "source"), f'camera "{source}" keeps no trend, so this can never be raised; give it a [cameras.growth] table'
    elif cameras[source].get("model") is None:
        yield (*path, "source"), f'camera "{source}" has no model, so this can never be raised; give it a model or take the alarm out'


def _hysteresis(path: KeyPath, condition: Table) -> Iterator[Found]:
    raise_at, clear_at = _number(condition, "raise_at"), _number(condition, "clear_at")
    if raise_at is not None and clear_at is not None:
        side = condition.get("side")
        wrong: dict[object, Callable[[], bool]] = {"high": lambda: clear_at > raise_at, "low": lambda: clear_at < raise_at}
        if wrong.get(side, lambda: False)():
            beyond, bound = ("above", "at most") if side == "high" else ("below", "at least")
            yield (
                (*path, "clear_at"),
                f"clear_at {clear_at:g} is {beyond} raise_at {raise_at:g}; with side {side} write {bound} {raise_at:g}",
            )
    raise_score, clear_score = _number(condition, "raise_score"), _number(condition, "clear_score")
    if condition.get("kind") == "growth" and (raise_at or 3.0) < (clear_at or 0.0):
        yield (*path, "clear_at"), f"clear_at {clear_at:g} is above raise_at {raise_at or 3.0:g}; write at most {raise_at or 3.0:g}"
    if raise_score is not None and clear_score is not None and clear_score > raise_score:
        yield (*path, "clear_score"), f"clear_score {clear_score:g} is above raise_score {raise_score:g}; write at most {raise_score:g}"


def _tables(table: Table, key: str, prefix: KeyPath = ()) -> Iterator[tuple[KeyPath, Table]]:
    items = table.get(key)
    if isinstance(items, list):
        for index, item in enumerate(items):
            if isinstance(item, Mapping):
                yield (*prefix, key, index), item


def _number(table: Table, key: str) -> float | None:
    value = table.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def _spell(path: KeyPath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
