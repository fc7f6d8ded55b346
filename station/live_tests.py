"""This file decides what a live test in Setup says: what a source gives right now, whether a pack proves itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from inference.errors import LinesideError
from inference.findings import ImageU8
from station.frames import SourceId
from station.model_shelf import ModelShelf
from station.view import CameraView, LiveTest, SensorView

_WAIT_S = 3.0
_LOOK_EVERY_S = 0.05


class LiveTests:
    """Tests against the running line, from a worker thread: nothing is opened twice, no camera is disturbed.

    Args:
        cameras: The cameras as they are now.
        sensors: The sensor links as they are now.
        channel_ids: The channels of a link, in the order of its values.
        latest_image: The newest picture of a camera, judged or not.
        shelf: The packs.
        wait: Waits so long, s; tests give their own.
    """

    def __init__(
        self,
        cameras: Callable[[], Sequence[CameraView]],
        sensors: Callable[[], Sequence[SensorView]],
        channel_ids: Callable[[SourceId], tuple[str, ...]],
        latest_image: Callable[[SourceId], tuple[int, ImageU8] | None],
        shelf: ModelShelf,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cameras = cameras
        self._sensors = sensors
        self._channel_ids = channel_ids
        self._latest_image = latest_image
        self._shelf = shelf
        self._wait = wait

    def of_source(self, source_id: SourceId) -> LiveTest:
        """Wait up to 3 s for a new frame or row of a source, and say what came, or exactly why nothing did."""
        begun_s = time.perf_counter()
        before = self._received(source_id)
        if before is None:
            return LiveTest(ok=False, sentence=f"The station file has no source {source_id}.")
        for _ in range(round(_WAIT_S / _LOOK_EVERY_S)):
            if self._received(source_id) != before:
                break
            self._wait(_LOOK_EVERY_S)
        elapsed_ms = (time.perf_counter() - begun_s) * 1e3
        for camera in self._cameras():
            if camera.source_id == source_id:
                newest = self._latest_image(source_id)
                image = newest[1] if newest is not None else None
                return _camera_test(camera, image, came=camera.health.received != before, elapsed_ms=elapsed_ms)
        for sensor in self._sensors():
            if sensor.source_id == source_id:
                return self._sensor_test(sensor, came=sensor.health.received != before, elapsed_ms=elapsed_ms)
        return LiveTest(ok=False, sentence=f"The station file has no source {source_id}.")

    def of_model(self, name: str) -> LiveTest:
        """Run a pack's golden set on the provider in use."""
        begun_s = time.perf_counter()
        try:
            model = self._shelf.prove(name)
        except LinesideError as error:
            return LiveTest(ok=False, sentence=str(error), elapsed_ms=(time.perf_counter() - begun_s) * 1e3)
        sentence = model.golden.sentence if model.golden is not None else ""
        elapsed_ms = (time.perf_counter() - begun_s) * 1e3
        return LiveTest(ok=True, sentence=f"{model.provider.short_name}: {sentence}", elapsed_ms=elapsed_ms)

    def _received(self, source_id: SourceId) -> int | None:
        views: tuple[CameraView | SensorView, ...] = (*self._cameras(), *self._sensors())
        return next((view.health.received for view in views if view.source_id == source_id), None)

    def _sensor_test(self, view: SensorView, *, came: bool, elapsed_ms: float) -> LiveTest:
        if not came and not view.health.exhausted:
            return LiveTest(ok=False, sentence=_nothing_came(view), elapsed_ms=elapsed_ms)
        pairs = zip(self._channel_ids(view.source_id), view.values.tolist(), strict=False)
        values = tuple((channel, value) for channel, value in pairs if not np.isnan(value))
        rate = f"{view.health.rate_hz:.1f} rows per second" if came else "the replay is at its end"
        return LiveTest(ok=bool(values), sentence=f"{len(values)} channels give values, {rate}.", values=values, elapsed_ms=elapsed_ms)


def _camera_test(view: CameraView, newest: ImageU8 | None, *, came: bool, elapsed_ms: float) -> LiveTest:
    judged = view.latest
    image = judged.frame.image if judged is not None else None
    if (not came and not view.health.exhausted) or newest is None or (image is None and judged is not None):
        return LiveTest(ok=False, sentence=_nothing_came(view), elapsed_ms=elapsed_ms)
    if image is None or judged is None:
        sentence = f"Pictures come, {view.display_hz:.1f} per second; none was judged yet."
        return LiveTest(ok=True, sentence=sentence, image=newest, elapsed_ms=elapsed_ms)
    height, width = image.shape[:2]
    rate = f"{view.display_hz:.1f} pictures per second" if came else "the replay is at its end"
    sentence = f"{width} x {height} pixels, {rate}, {view.latency_ms:.0f} ms from picture to verdict."
    return LiveTest(ok=True, sentence=sentence, image=image, findings=judged.findings, elapsed_ms=elapsed_ms)


def _nothing_came(view: CameraView | SensorView) -> str:
    why = view.health.detail or (view.reason.sentence if view.reason is not None else "no data arrived")
    return f"Nothing came within {_WAIT_S:.0f} s: {why.rstrip('.')}."
