"""This file decides which code opens which kind of camera, and what a camera gives its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.findings import ImageU8
from station.config import Camera, FolderCamera, RtspCamera, SimulatedCamera, UsbCamera, VideoCamera
from station.sources.read_loop import Opener


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One image as a camera gives it.

    Attributes:
        image: uint8 H x W x 3 BGR, never written again by the camera; None where a file could not be read.
        name: File or part name where there is one.
        unreadable: Why there is no image; empty otherwise.
        time_s: When it was taken on the recording's own time line, s; None for live cameras and recordings without one.
    """

    image: ImageU8 | None
    name: str = ""
    unreadable: str = ""
    time_s: float | None = None


def is_real_time(camera: Camera) -> bool:
    """True for cameras the world does not wait for; False for replays, which lose nothing."""
    return isinstance(camera, SimulatedCamera | UsbCamera | RtspCamera)


def camera_opener(camera: Camera, base_dir: Path, environment: Mapping[str, str]) -> Opener[Picture]:
    """The way to *camera*; nothing is opened yet.

    Args:
        camera: As in the station file.
        base_dir: Folder of the station file; relative paths start there.
        environment: Where ``${NAME}`` in addresses come from.
    """
    match camera:
        case FolderCamera():
            from station.sources.folder_camera import FolderOpener

            return FolderOpener(camera, base_dir)
        case SimulatedCamera():
            from station.sources.simulated_camera import SimulatedCameraOpener

            return SimulatedCameraOpener(camera)
        case VideoCamera():
            from station.sources.opencv_cameras import VideoOpener

            return VideoOpener(camera, base_dir)
        case UsbCamera():
            from station.sources.opencv_cameras import UsbOpener

            return UsbOpener(camera)
        case RtspCamera():
            from station.sources.rtsp_camera import RtspOpener

            return RtspOpener(camera, environment)
