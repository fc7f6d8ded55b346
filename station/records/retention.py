"""This file decides what records are let go, and when.

Kept for ever: warnings, their events, answers, the station's log book. By age (``keep_days``): trend values, counts
and pictures; pictures of warnings stay :data:`ALARM_AGE_FACTOR` times as long. By room (``max_disk_share``): the oldest
pictures first, pictures of warnings only when no others are left. A picture that somebody answered keeps its row when
its file goes, so that the answer keeps its meaning.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, case, delete, exists, func, select, update

from station.config import RecordsConfig
from station.keeping import WhyKept
from station.records.schema import contributions, feedback, images, label_counts, score_tapes, series, to_us, trend, verdict_counts

_log = logging.getLogger(__name__)

ALARM_AGE_FACTOR = 4
PICTURES_PER_STEP = 200
"""So many files go per transaction, so that nothing else waits long."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """What one round let go."""

    pictures: int = 0
    picture_bytes: int = 0


@dataclass(frozen=True, slots=True)
class OldPicture:
    """A picture whose time has come."""

    image_id: int
    path: str
    heatmap_path: str
    size_bytes: int


def pictures_to_let_go(connection: Connection, config: RecordsConfig, now_utc: datetime, disk_bytes: int) -> list[OldPicture]:
    """At most :data:`PICTURES_PER_STEP` pictures that are too old or too many, first those to go first."""
    columns = (images.c.image_id, images.c.path, images.c.heatmap_path, images.c.size_bytes)
    there = images.c.removed_us.is_(None)
    of_alarm = images.c.why_kept == WhyKept.ALARM.value
    young_us = to_us(now_utc - timedelta(days=config.keep_days))
    young_alarm_us = to_us(now_utc - timedelta(days=config.keep_days * ALARM_AGE_FACTOR))
    too_old = (~of_alarm & (images.c.utc_us < young_us)) | (of_alarm & (images.c.utc_us < young_alarm_us))
    rows = connection.execute(select(*columns).where(there, too_old).order_by(images.c.utc_us).limit(PICTURES_PER_STEP)).all()
    if rows:
        return [OldPicture(*row) for row in rows]
    used = int(connection.execute(select(func.coalesce(func.sum(images.c.size_bytes), 0)).where(there)).scalar_one())
    excess = used - int(disk_bytes * config.max_disk_share)
    found: list[OldPicture] = []
    if excess > 0:
        alarms_last = case((of_alarm, 1), else_=0)
        for row in connection.execute(select(*columns).where(there).order_by(alarms_last, images.c.utc_us).limit(PICTURES_PER_STEP)):
            if excess <= 0:
                break
            found.append(OldPicture(*row))
            excess -= row.size_bytes
    return found


def remove_files(images_dir: Path, pictures: list[OldPicture]) -> list[OldPicture]:
    """Delete the files; returns those that are gone now. A file that cannot be deleted is tried again next time."""
    gone: list[OldPicture] = []
    for picture in pictures:
        try:
            for name in (picture.path, picture.heatmap_path):
                if name:
                    (images_dir / name).unlink(missing_ok=True)
        except OSError as error:
            _log.warning("an old picture could not be deleted: %s", error)
        else:
            gone.append(picture)
    return gone


def forget_pictures(pictures: list[OldPicture], now_utc: datetime) -> Callable[[Connection], None]:
    """Rows of pictures whose files are gone: deleted, or marked where somebody answered them or a warning has them."""
    ids = [picture.image_id for picture in pictures]

    def write(connection: Connection) -> None:
        answered = exists().where(feedback.c.image_id == images.c.image_id)
        mine = images.c.image_id.in_(ids)
        keep_row = answered | images.c.alarm_id.is_not(None)
        connection.execute(update(images).where(mine, keep_row).values(removed_us=to_us(now_utc)))
        connection.execute(delete(images).where(mine, images.c.removed_us.is_(None)))

    return write


def forget_values(config: RecordsConfig, now_utc: datetime) -> Callable[[Connection], None]:
    """Trend values, scores, what drove them, and counts older than ``keep_days``."""
    before_us = to_us(now_utc - timedelta(days=config.keep_days))

    def write(connection: Connection) -> None:
        for series_id in connection.execute(select(series.c.series_id)).scalars().all():
            for table in (trend, contributions):
                connection.execute(delete(table).where(table.c.series_id == series_id, table.c.utc_us < before_us))
        connection.execute(delete(score_tapes).where(score_tapes.c.begin_us < before_us))
        connection.execute(delete(verdict_counts).where(verdict_counts.c.start_us < before_us))
        connection.execute(delete(label_counts).where(label_counts.c.start_us < before_us))

    return write


def sweep(images_dir: Path, now_utc: datetime) -> None:
    """Delete what an interrupted write left behind, and folders of days without pictures. Never raises.

    Folders of today and yesterday are left alone: pictures are just being written there.
    """
    young = (now_utc - timedelta(days=1)).strftime("%Y-%m-%d")
    try:
        for day in images_dir.iterdir():
            if not day.is_dir() or day.name >= young:
                continue
            for left in day.glob(".*.tmp"):
                left.unlink(missing_ok=True)
            if not any(day.iterdir()):
                day.rmdir()
    except OSError as error:
        _log.warning("the picture folder could not be swept: %s", error)
