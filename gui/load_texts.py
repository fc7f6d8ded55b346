"""This file decides how the load of warnings is said: its figures against their limits, its lists, and the CSV of them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from PySide6.QtCore import QCoreApplication

from gui.language import pick
from gui.time_text import clock_text, day_text, grouped, span_text
from station.config import AlarmConfig, StationFile
from station.load.limits import FEWER_STALE_THAN, FLOOD_PER_10_MIN, MOST_FLOOD_SHARE, MOST_PER_10_MIN, TARGET_PER_10_MIN
from station.load.settings import changed_keys
from station.load_view import DefinitionChange, LoadReport, Spread


class Judgement(Enum):
    """How a figure stands against its limit."""

    GOOD = "good"
    WATCH = "watch"
    """Beyond the target, within what is manageable."""
    BAD = "bad"
    NONE = "none"
    """There is no limit for it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: its value, what it is, what it should be."""

    value: str
    what: str
    limit: str
    judgement: Judgement


class Listed(Enum):
    """The lists of the page."""

    CHATTERING = "chattering"
    STALE = "stale"
    FLOODS = "floods"
    TIMES = "times"
    ASIDE = "aside"
    CHANGES = "changes"


def tiles(report: LoadReport) -> list[Tile]:
    """The figures of a period, in the reader's language."""
    mean = report.mean_per_10_min
    rate = Judgement.GOOD if mean <= TARGET_PER_10_MIN else Judgement.WATCH if mean <= MOST_PER_10_MIN else Judgement.BAD
    overall = report.promptness[0]
    return [
        Tile(
            f"{mean:.1f}",
            QCoreApplication.translate("Load", "warnings / 10 min"),
            QCoreApplication.translate("Load", "target 1, at most 2"),
            rate,
        ),
        Tile(
            grouped(report.peak),
            QCoreApplication.translate("Load", "most in 10 min"),
            QCoreApplication.translate("Load", "more than 10: flood"),
            _judge(report.peak > FLOOD_PER_10_MIN),
        ),
        Tile(
            f"{report.flood_share * 100:.1f} %",
            QCoreApplication.translate("Load", "of the time in flood"),
            QCoreApplication.translate("Load", "less than 1 %"),
            _judge(report.flood_share >= MOST_FLOOD_SHARE),
        ),
        Tile(
            grouped(len(report.chattering)),
            QCoreApplication.translate("Load", "chattering"),
            QCoreApplication.translate("Load", "none"),
            _judge(bool(report.chattering)),
        ),
        Tile(
            grouped(len(report.stale)),
            QCoreApplication.translate("Load", "stale, over 24 h"),
            QCoreApplication.translate("Load", "fewer than 5"),
            _judge(len(report.stale) >= FEWER_STALE_THAN),
        ),
        Tile(_median(overall.acknowledge), QCoreApplication.translate("Load", "to acknowledge"), _p90(overall.acknowledge), Judgement.NONE),
        Tile(_median(overall.close), QCoreApplication.translate("Load", "to close"), _p90(overall.close), Judgement.NONE),
    ]


def _judge(beyond: bool) -> Judgement:  # noqa: FBT001 - one private reading of a limit
    return Judgement.BAD if beyond else Judgement.GOOD


def _median(spread: Spread) -> str:
    return "–" if not spread.count else span_text(spread.median_s)


def _p90(spread: Spread) -> str:
    if not spread.count:
        return QCoreApplication.translate("Load", "none yet")
    return QCoreApplication.translate("Load", "90 % within {span}").format(span=span_text(spread.p90_s))


def list_name(listed: Listed) -> str:
    """Name of a list."""
    match listed:
        case Listed.CHATTERING:
            return QCoreApplication.translate("Load", "Chattering")
        case Listed.STALE:
            return QCoreApplication.translate("Load", "Stale")
        case Listed.FLOODS:
            return QCoreApplication.translate("Load", "Floods")
        case Listed.TIMES:
            return QCoreApplication.translate("Load", "Times")
        case Listed.ASIDE:
            return QCoreApplication.translate("Load", "Put aside")
        case Listed.CHANGES:
            return QCoreApplication.translate("Load", "Changes")


def list_heads(listed: Listed) -> tuple[str, ...]:
    """Heads of a list's columns; the first column is the widest."""
    match listed:
        case Listed.CHATTERING:
            return (
                QCoreApplication.translate("Load", "Warning"),
                QCoreApplication.translate("Load", "How often"),
                QCoreApplication.translate("Load", "Most per min"),
                QCoreApplication.translate("Load", "Last"),
            )
        case Listed.STALE:
            return (
                QCoreApplication.translate("Load", "Warning"),
                QCoreApplication.translate("Load", "Since"),
                QCoreApplication.translate("Load", "Stands for"),
            )
        case Listed.FLOODS:
            return (
                QCoreApplication.translate("Load", "First warning"),
                QCoreApplication.translate("Load", "From"),
                QCoreApplication.translate("Load", "To"),
                QCoreApplication.translate("Load", "Warnings"),
                QCoreApplication.translate("Load", "Most in 10 min"),
            )
        case Listed.TIMES:
            return (
                QCoreApplication.translate("Load", "Priority"),
                QCoreApplication.translate("Load", "Acknowledged"),
                QCoreApplication.translate("Load", "Median"),
                QCoreApplication.translate("Load", "90 %"),
                QCoreApplication.translate("Load", "Closed"),
                QCoreApplication.translate("Load", "Median"),
                QCoreApplication.translate("Load", "90 %"),
            )
        case Listed.ASIDE:
            return (
                QCoreApplication.translate("Load", "Warning"),
                QCoreApplication.translate("Load", "How"),
                QCoreApplication.translate("Load", "From"),
                QCoreApplication.translate("Load", "To"),
                QCoreApplication.translate("Load", "Who, why"),
            )
        case Listed.CHANGES:
            return (
                QCoreApplication.translate("Load", "Warning"),
                QCoreApplication.translate("Load", "When"),
                QCoreApplication.translate("Load", "What"),
                QCoreApplication.translate("Load", "Who, why"),
            )


def list_empty(listed: Listed) -> str:
    """What is said where a list has nothing."""
    match listed:
        case Listed.CHATTERING:
            return QCoreApplication.translate("Load", "No warning came three times within a minute.")
        case Listed.STALE:
            return QCoreApplication.translate("Load", "No warning has stood for more than 24 hours.")
        case Listed.FLOODS:
            return QCoreApplication.translate("Load", "There were never more than ten warnings within ten minutes.")
        case Listed.TIMES:
            return QCoreApplication.translate("Load", "Nothing was acknowledged or closed.")
        case Listed.ASIDE:
            return QCoreApplication.translate("Load", "Nothing was put aside, suppressed or out of service.")
        case Listed.CHANGES:
            return QCoreApplication.translate("Load", "Nobody changed a limit or a delay.")


def list_rows(listed: Listed, report: LoadReport, station: StationFile) -> list[tuple[str, ...]]:
    """Rows of a list, in the reader's language."""
    people = {person.id: person.name for person in station.people}
    match listed:
        case Listed.CHATTERING:
            return [(pick(o.title), grouped(o.episodes), grouped(o.most_per_min), _moment(o.last_utc)) for o in report.chattering]
        case Listed.STALE:
            return [
                (pick(o.title), _moment(o.since_utc), span_text((report.until_utc - o.since_utc).total_seconds())) for o in report.stale
            ]
        case Listed.FLOODS:
            return [
                (pick(o.first_title), _moment(o.begin_utc), clock_text(o.end_utc), grouped(o.count), grouped(o.peak)) for o in report.floods
            ]
        case Listed.TIMES:
            return [
                (
                    str(o.priority) if o.priority else QCoreApplication.translate("Load", "all"),
                    grouped(o.acknowledge.count),
                    _median(o.acknowledge),
                    "–" if not o.acknowledge.count else span_text(o.acknowledge.p90_s),
                    grouped(o.close.count),
                    _median(o.close),
                    "–" if not o.close.count else span_text(o.close.p90_s),
                )
                for o in report.promptness
                if o.acknowledge.count or o.close.count
            ]
        case Listed.ASIDE:
            return [
                (
                    pick(o.title),
                    hold_word(o.kind),
                    _moment(o.since_utc),
                    "…" if (end := o.ended_utc or o.until_utc) is None else _moment(end),
                    " · ".join(part for part in (people.get(o.person_id, o.person_id), o.reason) if part),
                )
                for o in report.put_aside
            ]
        case Listed.CHANGES:
            return [
                (pick(o.after.title), _moment(o.utc), change_text(o), f"{people.get(o.person_id, o.person_id)} · {o.why}")
                for o in report.changes
            ]


def hold_word(kind: str) -> str:
    """How a warning was put aside."""
    words = {
        "shelved": QCoreApplication.translate("Load", "put aside"),
        "suppressed": QCoreApplication.translate("Load", "suppressed by design"),
        "out_of_service": QCoreApplication.translate("Load", "out of service"),
    }
    return words.get(kind, kind)


def key_word(key: str) -> str:
    """A setting as people know it."""
    words = {
        "on_delay_s": QCoreApplication.translate("Load", "on-delay"),
        "off_delay_s": QCoreApplication.translate("Load", "off-delay"),
        "raise_count": QCoreApplication.translate("Load", "findings needed"),
        "of_last": QCoreApplication.translate("Load", "of the last"),
        "most_per_10_min": QCoreApplication.translate("Load", "most per 10 min"),
        "when.raise_at": QCoreApplication.translate("Load", "raise limit"),
        "when.raise_score": QCoreApplication.translate("Load", "raise limit"),
        "when.clear_at": QCoreApplication.translate("Load", "clear limit"),
        "when.clear_score": QCoreApplication.translate("Load", "clear limit"),
    }
    return words.get(key, key)


def change_text(change: DefinitionChange) -> str:
    """What a change changed: ``on-delay 0 → 2 s``."""
    before = changed_keys(change.after, change.before)
    after = changed_keys(change.before, change.after)
    return ", ".join(f"{key_word(key)} {value_text(key, before[key])} → {value_text(key, value)}" for key, value in after.items())


def value_text(key: str, value: float | None) -> str:
    """A setting's value."""
    if value is None:
        return QCoreApplication.translate("Load", "the model's")
    return f"{value:g} s" if key.endswith("_s") else f"{value:g}"


def load_csv(report: LoadReport) -> str:
    """The load as CSV with one kind of row per section, times in UTC (ISO 8601), names in English."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["section", "name", "value", "from", "to", "count", "note"])
    figures: list[tuple[str, object]] = [
        ("since", report.since_utc.isoformat()),
        ("until", report.until_utc.isoformat()),
        ("warnings", report.total),
        ("per_10_min", f"{report.mean_per_10_min:.4f}"),
        ("most_in_10_min", report.peak),
        ("share_of_10_min_over_2", f"{report.over_share:.4f}"),
        ("share_of_time_in_flood", f"{report.flood_share:.4f}"),
        *((f"priority_{priority}", count) for priority, count in report.by_priority),
    ]
    writer.writerows(["figure", name, value, "", "", "", ""] for name, value in figures)
    for one in report.promptness:
        for name, spread in (("acknowledge", one.acknowledge), ("close", one.close)):
            if spread.count:
                what = f"{name}_priority_{one.priority}" if one.priority else name
                writer.writerow(["time_s", what, f"{spread.median_s:.1f}", "", "", spread.count, f"p90 {spread.p90_s:.1f}"])
    for start_s, count in zip(report.starts_s.tolist(), report.counts.tolist(), strict=True):
        writer.writerow(["10_min", int(start_s), count, "", "", "", ""])
    for o in report.frequent:
        writer.writerow(["frequent", o.definition_id, f"{o.share:.4f}", "", "", o.count, _harmless(o.title.en)])
    for c in report.chattering:
        writer.writerow(["chattering", c.definition_id, c.most_per_min, "", c.last_utc.isoformat(), c.episodes, _harmless(c.title.en)])
    for s in report.stale:
        writer.writerow(["stale", s.definition_id, "", s.since_utc.isoformat(), "", "", _harmless(s.title.en)])
    for f in report.floods:
        writer.writerow(["flood", f.first_id, f.peak, f.begin_utc.isoformat(), f.end_utc.isoformat(), f.count, _harmless(f.first_title.en)])
    for p in report.put_aside:
        end = p.ended_utc or p.until_utc
        to = "" if end is None else end.isoformat()
        writer.writerow(
            ["put_aside", p.definition_id, p.kind, p.since_utc.isoformat(), to, "", _harmless(f"{p.person_id} {p.reason}".strip())]
        )
    for g in report.changes:
        said = "; ".join(f"{key} = {value}" for key, value in changed_keys(g.before, g.after).items())
        writer.writerow(["change", g.definition_id, said, g.utc.isoformat(), "", "", _harmless(f"{g.person_id}: {g.why}")])
    return out.getvalue()


def _harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _moment(utc: datetime) -> str:
    return f"{day_text(utc)} {clock_text(utc)}"


def definition_named(definitions: tuple[AlarmConfig, ...], definition_id: str) -> AlarmConfig | None:
    """The definition with *definition_id*; None where it is gone."""
    return next((one for one in definitions if one.id == definition_id), None)
