"""This file decides which reasons for NO VERDICT there are, and how each reads.

A reason travels as a code with its particulars, so that the window can say it in the reader's language and the
command line in English. The templates below are picked up by Qt's ``lupdate`` (context ``Reason``) without this
room knowing Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - the name is what lupdate looks for
    """Mark *text* for translation under *context*; returns it unchanged."""
    del context
    return text


class ReasonCode(StrEnum):
    """Why there is no verdict."""

    NOT_STARTED = "not_started"
    SOURCE_GONE = "source_gone"
    STALE = "stale"
    UNREADABLE = "unreadable"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    WRONG_SHAPE = "wrong_shape"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    UNLIKE_TRAINING = "unlike_training"
    UNSURE_KIND = "unsure_kind"
    WINDOW_FILLING = "window_filling"
    CYCLES_FILLING = "cycles_filling"
    CHANNEL_MISSING = "channel_missing"
    CHANNEL_NOT_FINITE = "channel_not_finite"
    CHANNEL_STUCK = "channel_stuck"
    CHANNEL_OUT_OF_RANGE = "channel_out_of_range"
    ROWS_IMPOSSIBLE = "rows_impossible"
    TIME_BACKWARDS = "time_backwards"
    GAP = "gap"
    CYCLES_GAP = "cycles_gap"
    NO_MODEL = "no_model"
    MODEL_FAILED = "model_failed"
    OVERLOADED = "overloaded"


TEMPLATES: Mapping[ReasonCode, str] = {
    ReasonCode.NOT_STARTED: QT_TRANSLATE_NOOP("Reason", "Nothing has been judged yet"),
    ReasonCode.SOURCE_GONE: QT_TRANSLATE_NOOP("Reason", "No signal: {detail}"),
    ReasonCode.STALE: QT_TRANSLATE_NOOP("Reason", "Nothing new for {age_s} s"),
    ReasonCode.UNREADABLE: QT_TRANSLATE_NOOP("Reason", "The input cannot be read: {detail}"),
    ReasonCode.TOO_SMALL: QT_TRANSLATE_NOOP("Reason", "The image is {size} pixels; the model needs at least {limit}"),
    ReasonCode.TOO_LARGE: QT_TRANSLATE_NOOP("Reason", "The image has {size} megapixels; at most {limit} are accepted"),
    ReasonCode.WRONG_SHAPE: QT_TRANSLATE_NOOP("Reason", "The input has another shape than the model was taught: {detail}"),
    ReasonCode.TOO_DARK: QT_TRANSLATE_NOOP("Reason", "The picture is too dark: check lamp, lens cap and exposure"),
    ReasonCode.TOO_BRIGHT: QT_TRANSLATE_NOOP("Reason", "The picture is too bright: check lamp and exposure"),
    ReasonCode.BLURRED: QT_TRANSLATE_NOOP("Reason", "The picture is blurred: check focus and lens"),
    ReasonCode.UNLIKE_TRAINING: QT_TRANSLATE_NOOP(
        "Reason", "This does not look like what the model was taught: it differs by {novelty}, less than {limit} is usual"
    ),
    ReasonCode.UNSURE_KIND: QT_TRANSLATE_NOOP(
        "Reason", "The kind is not sure: {kind} {chance} %, {rival} {rival_chance} %; below {limit} % none is named"
    ),
    ReasonCode.WINDOW_FILLING: QT_TRANSLATE_NOOP("Reason", "Collecting samples: {have_s} of {need_s} s"),
    ReasonCode.CYCLES_FILLING: QT_TRANSLATE_NOOP("Reason", "Collecting cycles: {have} of {need}"),
    ReasonCode.CHANNEL_MISSING: QT_TRANSLATE_NOOP("Reason", "Sensor {channel} is missing"),
    ReasonCode.CHANNEL_NOT_FINITE: QT_TRANSLATE_NOOP("Reason", "Sensor {channel} gives no number"),
    ReasonCode.CHANNEL_STUCK: QT_TRANSLATE_NOOP("Reason", "Sensor {channel} is stuck at {value}"),
    ReasonCode.CHANNEL_OUT_OF_RANGE: QT_TRANSLATE_NOOP("Reason", "Sensor {channel} reads {value}, outside {low} to {high}"),
    ReasonCode.ROWS_IMPOSSIBLE: QT_TRANSLATE_NOOP(
        "Reason", "Of {rows} rows around this one, {impossible} cannot be: sensors are swapped, broken or told in another unit"
    ),
    ReasonCode.TIME_BACKWARDS: QT_TRANSLATE_NOOP("Reason", "Time runs backwards at row {row}"),
    ReasonCode.GAP: QT_TRANSLATE_NOOP("Reason", "Samples are missing for {gap_s} s"),
    ReasonCode.CYCLES_GAP: QT_TRANSLATE_NOOP("Reason", "{gap} cycles are missing"),
    ReasonCode.NO_MODEL: QT_TRANSLATE_NOOP("Reason", "The model cannot be used: {detail}"),
    ReasonCode.MODEL_FAILED: QT_TRANSLATE_NOOP("Reason", "The model failed: {detail}"),
    ReasonCode.OVERLOADED: QT_TRANSLATE_NOOP("Reason", "Not judged: this computer cannot keep up"),
}
"""English sentence of each code; ``{names}`` are filled from :attr:`Reason.particulars`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its particulars, e.g. ``Reason.of(ReasonCode.STALE, age_s="2.4")``.

    A particular that is a text of the pack comes twice: ``kind`` in English, ``kind_zh`` in Chinese.
    """

    code: ReasonCode
    particulars: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: ReasonCode, **particulars: str) -> Reason:
        """Build a reason; *particulars* fill the template's named places."""
        return cls(code, tuple(sorted(particulars.items())))

    def fill(self, template: str) -> str:
        """Fill *template* (the English one or its translation) with the particulars; unknown places stay empty."""
        known = dict(self.particulars)
        return template.format_map(_Blank(known))

    @property
    def sentence(self) -> str:
        """The reason in English, without a full stop."""
        return self.fill(TEMPLATES[self.code])


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
