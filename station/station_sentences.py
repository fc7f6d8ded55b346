"""This file decides how a mistake of a station file reads: what is wrong, with which value, and what to write."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from station.config import StationFile, Text
from station.sources.credentials import without_credentials

_LONGEST_VALUE = 60
_SECRET_KEYS = frozenset({"pin_hash"})

EXAMPLES: Mapping[str, str] = {
    "format": "format = 1",
    "station": '[station] with name = "Station 4" and product = "Spindles"',
    "id": 'id = "camera-1"',
    "name": 'name = { en = "Camera 1", zh = "相机 1" }',
    "product": 'product = "Spindles"',
    "asset": 'asset = "spindle-1"',
    "kind": 'kind = "folder"',
    "path": 'path = "images"',
    "url": 'url = "rtsp://${CAMERA_LOGIN}@192.168.0.20/stream1"',
    "when": 'when = { kind = "verdict", source = "camera-1" }',
    "title": 'title = { en = "Pitting", zh = "点蚀" }',
    "cause": 'cause = { en = "Worn die", zh = "模具磨损" }',
    "consequence": 'consequence = { en = "Parts are scrap", zh = "零件报废" }',
    "action": 'action = { en = "Take the part out and check the die", zh = "取出零件并检查模具" }',
    "respond_within_s": "respond_within_s = 600",
    "priority": "priority = 2 (1 critical, 2 high, 3 medium, 4 low)",
    "start": 'start = "06:00"',
    "pin_hash": "the line that  python main.py doctor --pin  prints",
    "source": 'source = "camera-1"',
    "channel": 'channel = "TS1"',
    "side": 'side = "high"',
    "raise_at": "raise_at = 60.0",
    "clear_at": "clear_at = 58.0",
    "of": 'of = "disk_nearly_full"',
    "en": 'en = "…"',
    "zh": 'zh = "…"',
    "text": 'text = { en = "Worn die", zh = "模具磨损" }',
}
"""What to write for a key that is missing."""

_PATTERNS: Mapping[str, str] = {
    r"^[a-z0-9][a-z0-9_-]{0,47}$": "use small letters, digits, - and _ only, 1 to 48 of them, beginning with a letter or digit",
    r"^([01]\d|2[0-3]):[0-5]\d$": 'write a time of day with two digits each, e.g. "06:00"',
    r"^scrypt\$": "write the line that  python main.py doctor --pin  prints",
    r"^rtsps?://": "write an address that begins with rtsp:// or rtsps://",
    r"^\d*:\d*$": 'write two row numbers with a colon, e.g. "0:600"',
}

_WANTED: Mapping[str, str] = {
    "string": "write text in quotes",
    "int": "write a whole number",
    "float": "write a number",
    "bool": "write true or false",
    "tuple": "write a list, e.g. [[cameras]] tables or [ … ]",
    "model": "write a table, e.g. { … }",
    "dict": "write a table, e.g. { … }",
}


def sentence_of(error: ErrorDetails) -> str:
    """One sentence for a pydantic error of the station file, without line and key path."""
    loc = error["loc"]
    key = _key_of(loc)
    kind = error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    match kind:
        case "missing":
            return f'"{key}" is missing ({_description(loc)}); write {EXAMPLES.get(key, f"{key} = …")}'
        case "extra_forbidden":
            return f'"{key}" is not a key here{_hint(key, _keys_at(loc[:-1]))}'
        case "union_tag_not_found":
            return f'"kind" is missing; write kind = one of {_kinds_at(loc)}'
        case "union_tag_invalid":
            tag = str(context.get("tag", ""))
            expected = str(context.get("expected_tags", "")).replace("'", '"')
            return f'kind "{tag}" is not known; write one of {expected}'
        case "literal_error" | "enum":
            expected = str(context.get("expected", "")).replace("'", '"')
            return f"{key} is {shown(key, error['input'])}; write {expected}"
        case "string_pattern_mismatch":
            wanted = _PATTERNS.get(str(context.get("pattern", "")), error["msg"])
            return f"{key} is {shown(key, error['input'])}; {wanted}"
        case "string_too_short" | "too_short":
            return f"{key} is empty; write something"
        case "value_error":
            return str(context.get("error", error["msg"]))
    if Text in _models_at(loc):
        return f'{key} is {shown(key, error["input"])}; write text in quotes, or {{ en = "…", zh = "…" }}'
    wanted_type = _WANTED.get(kind.split("_", maxsplit=1)[0]) if kind.endswith(("_type", "_parsing", "_from_float")) else None
    return f"{key} is {shown(key, error['input'])}; {wanted_type or _limit_sentence(error)}"


def _key_of(loc: tuple[int | str, ...]) -> str:
    if not loc:
        return "the file"
    return loc[-1] if isinstance(loc[-1], str) else "this entry"


def shown(key: str, value: object) -> str:
    """*value* as it may be shown: short, and without secrets."""
    if key in _SECRET_KEYS:
        return "not one (the value is not shown)"
    text = f'"{without_credentials(value)}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean "…"?`` for the word nearest to *word*, else the list of what there is."""
    return _hint(word, sorted(known))


def _hint(word: str, known: Iterable[str]) -> str:
    options = list(known)
    near = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; there is {', '.join(options)}" if options else "; there is none"


def _limit_sentence(error: ErrorDetails) -> str:
    context: Mapping[str, Any] = error.get("ctx", {})
    for name, words in (
        ("gt", "it must be more than"),
        ("ge", "it must be at least"),
        ("lt", "it must be less than"),
        ("le", "it must be at most"),
        ("max_length", "its length must be at most"),
    ):
        if name in context:
            return f"{words} {context[name]}"
    return error["msg"][:1].lower() + error["msg"][1:]


# ---- which model a location means --------------------------------------------------------------------------------


def _models_at(loc: tuple[int | str, ...]) -> tuple[type[BaseModel], ...]:
    """The models that a pydantic error location means; it holds indexes and, after unions, the kind."""
    models: tuple[type[BaseModel], ...] = (StationFile,)
    for part in loc:
        if isinstance(part, int):
            continue
        holders = [model for model in models if part in model.model_fields]
        if holders:
            models = tuple(_models_in(holders[0].model_fields[part].annotation))
        else:
            models = tuple(model for model in models if part in _kinds_of(model))
    return models


def _models_in(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for part in get_args(annotation):
        yield from _models_in(part)


def _kinds_of(model: type[BaseModel]) -> tuple[str, ...]:
    field = model.model_fields.get("kind")
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return get_args(field.annotation)


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    return [name for model in _models_at(loc) for name in model.model_fields]


def _kinds_at(loc: tuple[int | str, ...]) -> str:
    return ", ".join(f'"{kind}"' for model in _models_at(loc) for kind in _kinds_of(model))


def _description(loc: tuple[int | str, ...]) -> str:
    key = str(loc[-1])
    for model in _models_at(loc[:-1]):
        field = model.model_fields.get(key)
        if field is not None and field.description:
            return field.description
    return "what it is for stands in docs/config-reference.md"
