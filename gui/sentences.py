"""This file decides how English sentences from below the window are said in the current language.

Below the window text is English. What a person meets every day is translated here, from templates whose places
(paths, numbers, names) stay as they are; a rare error with its file and value stays English.
"""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime
from functools import lru_cache

from PySide6.QtCore import QCoreApplication

from gui.sentence_templates import PACK_TEMPLATES, TEMPLATES
from gui.time_text import moment_text
from inference.reasons import QT_TRANSLATE_NOOP
from inference.reasons import TEMPLATES as REASONS

_WHERE = QT_TRANSLATE_NOOP("Sentence", "{what} ({where})")
_STOP = QT_TRANSLATE_NOOP("Sentence", "{sentence}.")
_STOP_AND_MORE = QT_TRANSLATE_NOOP("Sentence", "{sentence}. {more}.")
_ERROR = re.compile(r"(?P<what>[^(]+?)(?: \((?P<where>.*)\))?\.(?: (?P<do>.+?)\.?)?", re.DOTALL)
"""How :class:`inference.errors.LinesideError` writes: what (where: value). do."""


_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
"""How times are written below the window."""
_JOIN = "; "


def sentence_text(sentence: str) -> str:
    """*sentence* in the current language where it is known, else as it is, with times of day in local time.

    The parts of an error, and sentences joined by a semicolon, are looked up one by one.
    """
    if _STAMP.fullmatch(sentence):
        return moment_text(datetime.fromisoformat(sentence.removesuffix(" UTC")).replace(tzinfo=UTC))
    found = _match(sentence)
    if found is not None:
        context, template, places = found
        said = QCoreApplication.translate(context, template)
        return said.format(**{name: sentence_text(value) for name, value in places.items()})
    return _error_text(sentence)


def _error_text(sentence: str) -> str:
    parts = _ERROR.fullmatch(sentence)
    if parts is None or _match(parts["what"]) is None:
        joined = sentence.split(_JOIN)
        return sentence if len(joined) == 1 else _JOIN.join(sentence_text(part) for part in joined)
    said = sentence_text(parts["what"])
    if parts["where"]:
        said = _say(_WHERE).format(what=said, where=sentence_text(parts["where"]))
    stop, more = (_STOP_AND_MORE, sentence_text(parts["do"])) if parts["do"] else (_STOP, "")
    said = _say(stop).format(sentence=said, more=more)
    return said if sentence.endswith(".") else said[:-1]


def _say(template: str) -> str:
    return QCoreApplication.translate("Sentence", template)


@lru_cache(maxsize=512)
def _match(sentence: str) -> tuple[str, str, dict[str, str]] | None:
    """Context and text of the template that makes *sentence*, and what stands in its places; None where there is none."""
    for context, template, pattern in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None:
            return context, template, found.groupdict()
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    known = [
        *(("Sentence", template) for template in (*TEMPLATES, *PACK_TEMPLATES)),
        *(("Reason", template) for template in REASONS.values()),
    ]
    return tuple((context, template, re.compile(_pattern(template), re.DOTALL)) for context, template in known)


def _pattern(template: str) -> str:
    parts = string.Formatter().parse(template)
    return "".join(re.escape(text) + ("" if name is None else f"(?P<{name}>.+?)") for text, name, _, _ in parts)
