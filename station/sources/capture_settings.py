"""This file decides what OpenCV finds in the environment when it is imported."""

from __future__ import annotations

from collections.abc import MutableMapping


def capture_settings(environment: MutableMapping[str, str]) -> None:
    """Set what OpenCV reads from the environment when it is imported, unless somebody set it already.

    Called by ``main.py`` before the first ``import cv2``: Media Foundation opens in 4-20 s with its hardware
    transforms on, and FFmpeg would write its complaints, addresses included, onto stderr.
    """
    environment.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
    environment.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    environment.setdefault("OPENCV_LOG_LEVEL", "ERROR")
