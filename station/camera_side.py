"""This file decides how a station's cameras are wired: readers to feeds, feeds to judges, judges to the frame desk."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from inference.errors import PackError
from inference.findings import Finding, ImageU8
from inference.image_runner import HeatmapPolicy, ImageRunner
from inference.regions import has_area_map
from station.alarm_desk import AlarmDesk
from station.camera_feed import CameraFeed
from station.clock import Clock
from station.config import StationFile
from station.frame_desk import FrameDesk, FrameWatch
from station.frames import SourceId
from station.growth_desk import GrowthDesk
from station.image_judging import ImageJudge
from station.model_shelf import ModelShelf
from station.records.store import Records
from station.snapshots import camera_view
from station.sources.camera_kinds import Picture
from station.sources.camera_reader import CameraReader
from station.sources.read_loop import Opener
from station.view import CameraView


class CameraSide:
    """Everything between the cameras and the alarms.

    Args:
        station: The station file.
        base_dir: Its folder.
        openers: How to open a camera otherwise than its kind does, by id.
        shelf: The packs.
        alarms: Where warnings are raised.
        records: Where pictures are kept.
        clock: Source of time.
        watch: Remembers frames for the strips of incidents.
    """

    def __init__(
        self,
        station: StationFile,
        base_dir: Path,
        openers: Mapping[str, Opener[Picture]],
        shelf: ModelShelf,
        alarms: AlarmDesk,
        records: Records,
        clock: Clock,
        watch: FrameWatch | None = None,
    ) -> None:
        self._clock = clock
        wakes: dict[str, threading.Event] = {}
        self.feeds: list[CameraFeed] = []
        self.readers: list[CameraReader] = []
        for camera in station.cameras:
            feed = CameraFeed(camera, wake=wakes.setdefault(camera.model or "", threading.Event()), clock=clock)
            self.feeds.append(feed)
            self.readers.append(CameraReader(camera, base_dir, clock, feed, opener=openers.get(camera.id)))
        near_miss = {feed.source_id: score for feed in self.feeds if (score := shelf.near_miss(feed.camera.model)) is not None}
        self.growth = GrowthDesk(station.cameras, station.alarms, alarms, records, clock)
        ok_share = station.records.sample_ok_share
        self.desk = FrameDesk(self.feeds, near_miss, ok_share, alarms, records, growth=self.growth.take, watch=watch)
        growing = {camera.model for camera in station.cameras if camera.growth is not None}
        self._judge_of = {
            pack: ImageJudge(
                pack,
                partial(_open_mapped, shelf, pack) if pack in growing else partial(shelf.open_image, pack),
                [feed for feed in self.feeds if feed.camera.model == pack],
                self.desk.take,
                wake,
                clock,
            )
            for pack, wake in wakes.items()
            if pack
        }

    @property
    def judges(self) -> tuple[ImageJudge, ...]:
        """One per pack."""
        return tuple(self._judge_of.values())

    @property
    def received(self) -> int:
        """Frames received."""
        return sum(feed.received for feed in self.feeds)

    @property
    def dropped(self) -> int:
        """Frames lost because judging could not keep up."""
        return sum(feed.dropped for feed in self.feeds)

    @property
    def passed_over(self) -> int:
        """Frames left out on purpose (``judge_hz``)."""
        return sum(feed.passed_over for feed in self.feeds)

    def views(self) -> tuple[CameraView, ...]:
        """The cameras as their tiles show them."""
        now_s = self._clock.monotonic_s()
        views = (
            camera_view(feed, self._judge_of.get(feed.camera.model or ""), reader.health(), self.desk.latest(feed.source_id), now_s)
            for feed, reader in zip(self.feeds, self.readers, strict=True)
        )
        return tuple(replace(view, growth=growth) if (growth := self.growth.views(view.source_id)) else view for view in views)

    def stop(self) -> None:
        """Keep what has come so far of the trends of growth. After the judges have stopped."""
        self.growth.stop()

    def latest_image(self, camera: SourceId) -> tuple[int, ImageU8] | None:
        """Newest received picture of a camera with its sequence number."""
        frame = next((feed.newest() for feed in self.feeds if feed.source_id == camera), None)
        return (frame.sequence, frame.image) if frame is not None and frame.image is not None else None


class _Mapped:
    """An image model whose findings always carry their map: growth is measured on it, also while everything is well."""

    def __init__(self, runner: ImageRunner) -> None:
        self._runner = runner

    def judge(self, image: ImageU8) -> tuple[Finding, ...]:
        """Judge one BGR image."""
        return self._runner.judge(image, HeatmapPolicy.ALWAYS)


def _open_mapped(shelf: ModelShelf, pack: str) -> _Mapped:
    runner = shelf.open_image(pack)
    if not has_area_map(runner.pack.contract):
        raise PackError(
            "This pack draws no heatmaps whose area can grow", where=pack, do="Leave the camera's growth table out, or name another pack"
        )
    return _Mapped(runner)
