"""This file decides how OpenCV opens and reads video files and USB cameras."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike

from inference.errors import SourceError
from station.config import UsbCamera, VideoCamera
from station.sources.camera_kinds import Picture
from station.sources.read_loop import Reading

_FULL_LENGTH_SHARE = 0.9
"""A video that ends before this share of its announced frames was cut off (the announced number is an estimate)."""
_SLOWEST_HZ, _FASTEST_HZ = 0.01, 1000.0
"""Paces that a video file can have; others are a broken head."""


class VideoOpener:
    """Opens a video file; remembers how far the replay got.

    Args:
        camera: As in the station file.
        base_dir: Folder of the station file.
    """

    def __init__(self, camera: VideoCamera, base_dir: Path) -> None:
        self._path = base_dir / camera.path
        self._fps = camera.fps
        self._loop = camera.loop
        self.position = 0
        """Frames of this round delivered so far."""
        self.frames = 0
        """Frames read in all rounds."""

    def open(self) -> VideoConnection:
        """Open the file where the replay stopped. Raises SourceError when it is not there or no video."""
        if not self._path.is_file():
            raise SourceError("The video file is not there", where=str(self._path), do="Put it there or change path in the station file")
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                "The video file cannot be opened", where=str(self._path), do="Check that it is a whole video, e.g. MP4 with H.264"
            )
        for _ in range(self.position):
            capture.grab()
        return VideoConnection(self, capture, self._path, self._fps, is_endless=self._loop)


class VideoConnection:
    """Reads one frame after the other."""

    def __init__(self, opener: VideoOpener, capture: cv2.VideoCapture, path: Path, fps: float | None, *, is_endless: bool) -> None:
        self._opener = opener
        self._capture = capture
        self._path = path
        self._announced = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._period_s = None if fps is None else 1.0 / fps
        self._is_endless = is_endless
        self._is_pending = False
        self._told_cut_off = False
        self._delivered = 0
        recorded_hz = float(capture.get(cv2.CAP_PROP_FPS))
        # What the file says of its pace; where it says nothing that can be, the pace it is replayed at.
        self._frame_s = 1.0 / recorded_hz if _SLOWEST_HZ <= recorded_hz <= _FASTEST_HZ else self._period_s

    def read(self) -> Reading[Picture] | None:
        """The next frame; a video that ends too early gives one picture without an image that says so. None at the end."""
        if self._is_pending:
            self._opener.position += 1
            self._is_pending = False
        is_there, image = self._capture.read()
        if not is_there:
            return self._end()
        self._is_pending = True
        name = f"{self._path.name} #{self._opener.position}"
        return self._picture(image, name)

    def _picture(self, image: MatLike, name: str) -> Reading[Picture]:
        due_s = None if self._period_s is None else self._delivered * self._period_s
        time_s = None if self._frame_s is None else self._opener.frames * self._frame_s
        self._delivered += 1
        self._opener.frames += 1
        return Reading(Picture(np.asarray(image, dtype=np.uint8), name, time_s=time_s), due_s)

    def _end(self) -> Reading[Picture] | None:
        got = self._opener.position
        if got == 0:
            raise SourceError("The video holds no frame that can be read", where=str(self._path), do="Check the file in a player")
        if got < self._announced * _FULL_LENGTH_SHARE and not self._told_cut_off:
            self._told_cut_off = True
            why = str(
                SourceError(f"The video breaks off after {got} of {self._announced} frames", where=str(self._path), do="Copy it again")
            )
            return Reading(Picture(None, f"{self._path.name} #{got}", why), complaint=why)
        if not self._is_endless:
            return None
        self._opener.position = 0
        self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        is_there, image = self._capture.read()
        if not is_there:
            raise SourceError("The video cannot be wound back", where=str(self._path), do="Convert it, or set loop to false")
        self._is_pending = True
        return self._picture(image, f"{self._path.name} #0")

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


class UsbOpener:
    """Opens a USB camera.

    Args:
        camera: As in the station file.
    """

    def __init__(self, camera: UsbCamera) -> None:
        self._camera = camera

    def open(self) -> LiveConnection:
        """Open the device. Raises SourceError when it is not there or in use."""
        camera = self._camera
        # MJPG stands before the size: DirectShow otherwise keeps an uncompressed format that USB 2 cannot carry.
        parameters = [
            cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"),
            cv2.CAP_PROP_FRAME_WIDTH, camera.width_px,
            cv2.CAP_PROP_FRAME_HEIGHT, camera.height_px,
            cv2.CAP_PROP_FPS, round(camera.fps),
        ]  # fmt: skip
        capture = cv2.VideoCapture(camera.index, usb_backend(sys.platform), parameters)
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                "The USB camera cannot be opened",
                where=f"index {camera.index}",
                do="Check the cable, whether another program uses it, and the index in the station file",
            )
        return LiveConnection(capture, f"USB camera {camera.index}")


class LiveConnection:
    """Reads the frames of a live camera; the newest frame is whatever the driver gives next.

    Args:
        capture: An opened capture.
        what: What it is, for messages; without credentials.
    """

    def __init__(self, capture: cv2.VideoCapture, what: str) -> None:
        self._capture = capture
        self._what = what
        self._count = 0

    def read(self) -> Reading[Picture]:
        """The next frame. Raises SourceError when the stream ends or no frame comes within its time limit."""
        is_there, image = self._capture.read()
        if not is_there:
            seen = f"after {self._count} pictures" if self._count else "before the first picture"
            raise SourceError(f"The connection broke {seen}", where=self._what, do="Check power, cable and network; it is tried again")
        self._count += 1
        return Reading(Picture(np.asarray(image, dtype=np.uint8)))

    def close(self) -> None:
        """Let the device go."""
        self._capture.release()


def usb_backend(platform: str) -> int:
    """OpenCV's backend for USB cameras on *platform* (``sys.platform``): DirectShow on Windows, Video4Linux on Linux."""
    if platform == "win32":
        return cv2.CAP_DSHOW
    return cv2.CAP_V4L2 if platform.startswith("linux") else cv2.CAP_ANY
