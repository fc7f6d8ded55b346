"""This file decides how a network camera is reached, and what exactly is said when it is not."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import cv2

from inference.errors import SourceError
from station.config import RtspCamera
from station.sources.credentials import expand_environment, without_credentials
from station.sources.opencv_cameras import LiveConnection

PROBE_TIMEOUT_S = 1.0
"""A camera on the plant's own network answers a connection within milliseconds; asked so often, it is back soon."""
_DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}


class RtspOpener:
    """Opens a network camera.

    Args:
        camera: As in the station file.
        environment: Where ``${NAME}`` in the address come from.

    A short TCP probe goes before FFmpeg's own opening: FFmpeg would sit in the kernel's retransmissions for seconds
    when a cable is out, and never says why it failed.
    """

    def __init__(self, camera: RtspCamera, environment: Mapping[str, str]) -> None:
        self._camera = camera
        self._environment = environment

    def open(self) -> LiveConnection:
        """Open the stream within the configured time limits. Raises SourceError with the exact reason."""
        camera = self._camera
        url = expand_environment(camera.url, self._environment)
        shown = without_credentials(url)
        host, port = host_and_port(url)
        probe(host, port, PROBE_TIMEOUT_S)
        parameters = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(camera.open_timeout_s * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(camera.read_timeout_s * 1000),
        ]  # fmt: skip
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, parameters)
        if capture.isOpened():
            return LiveConnection(capture, shown)
        capture.release()
        raise SourceError("the camera gives no stream", where=shown, do="check the address in the station file and the camera's settings")


def host_and_port(url: str) -> tuple[str, int]:
    """Host and port of an RTSP address.

    Raises:
        SourceError: The address has no host, or a port that is none.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(
            "the address is not one", where=without_credentials(url), value=str(error), do="write rtsp://host:port/path"
        ) from error
    if not host:
        raise SourceError("the address names no camera", where=without_credentials(url), do="write rtsp://host:port/path")
    return host, port or _DEFAULT_PORTS[parts.scheme.lower()]


def probe(host: str, port: int, timeout_s: float) -> None:
    """Connect to *host* and hang up again.

    Raises:
        SourceError: Nobody answers within *timeout_s*, or the answer is no.
    """
    where = f"{host}:{port}"
    try:
        socket.create_connection((host, port), timeout=timeout_s).close()
    except TimeoutError as error:
        raise SourceError(f"no answer within {timeout_s:g} s", where=where, do="check the camera's power, cable and address") from error
    except ConnectionRefusedError as error:
        raise SourceError(
            "the computer there refuses the connection", where=where, do="check the port and that the camera streams"
        ) from error
    except OSError as error:
        raise SourceError(
            "it cannot be reached", where=where, value=error.strerror or str(error), do="check cable, network and address"
        ) from error
