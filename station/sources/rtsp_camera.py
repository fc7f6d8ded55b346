"""This file decides how a network camera is reached, and what exactly is said when it is not."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import cv2

from inference.errors import SourceError
from station.config import RtspCamera
from station.sources.credentials import expand_environment, without_credentials
from station.sources.opencv_cameras import LiveConnection

PROBE_TIMEOUT_S = 1.0
"""A camera on the plant's own network answers a connection within milliseconds; asked so often, it is back soon."""
SILENCES_IN_A_ROW = 3
"""After so many unanswered questions one attempt goes without: a camera that is only slow gets all of ``open_timeout_s``."""
_REFUSALS: Mapping[int, tuple[str, str]] = {
    401: ("The camera refuses the login", "Check user name and password in the environment variable that the address names"),
    403: ("The camera forbids the access", "Give this user the right to see the stream, in the camera's settings"),
    404: ("The camera has no such stream", "Check the path at the end of the address"),
    453: ("The camera has no bandwidth left", "Close other programs that watch it"),
    503: ("The camera is busy", "Close other programs that watch it"),
}
_SILENT = ("The camera accepts the connection, but does not answer in RTSP", "Check the port in the address, or restart the camera")
_STATUS = re.compile(rb"^RTSP/\d\.\d (\d{3}) ?([^\r\n]*)")
_DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}


class RtspOpener:
    """Opens a network camera.

    Args:
        camera: As in the station file.
        environment: Where ``${NAME}`` in the address come from.

    A short question goes before FFmpeg's own opening: FFmpeg would sit in the kernel's retransmissions for seconds
    when a cable is out, or wait its whole time for a camera that hangs, and never says why it failed.
    """

    def __init__(self, camera: RtspCamera, environment: Mapping[str, str]) -> None:
        self._camera = camera
        self._environment = environment
        self._silences = 0

    def open(self) -> LiveConnection:
        """Open the stream within the configured time limits. Raises SourceError with the exact reason."""
        camera = self._camera
        url = expand_environment(camera.url, self._environment)
        shown = without_credentials(url)
        self._ask(url)
        parameters = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(camera.open_timeout_s * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(camera.read_timeout_s * 1000),
        ]  # fmt: skip
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, parameters)
        if capture.isOpened():
            return LiveConnection(capture, shown)
        capture.release()
        what, advice = why_no_stream(url, PROBE_TIMEOUT_S)
        raise SourceError(what, where=shown, do=advice)

    def _ask(self, url: str) -> None:
        """Connect, ask for OPTIONS and hang up. Raises SourceError when nobody is there, or somebody who keeps silent."""
        host, port = host_and_port(url)
        is_patient = self._silences >= SILENCES_IN_A_ROW
        question = b"" if is_patient or urlsplit(url).scheme.lower() != "rtsp" else _request("OPTIONS", url)
        if probe(host, port, PROBE_TIMEOUT_S, question):
            self._silences = 0
        else:
            self._silences += 1
            what, advice = _SILENT
            raise SourceError(what, where=without_credentials(url), do=advice)


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
            "The address is not one", where=without_credentials(url), value=str(error), do="Write rtsp://host:port/path"
        ) from error
    if not host:
        raise SourceError("The address names no camera", where=without_credentials(url), do="Write rtsp://host:port/path")
    return host, port or _DEFAULT_PORTS[parts.scheme.lower()]


def probe(host: str, port: int, timeout_s: float, question: bytes = b"") -> bool:
    """Connect to *host*, send *question* where there is one, and hang up.

    Returns:
        False when the question was met with silence for *timeout_s*; whatever comes back, be it the end, is an answer.

    Raises:
        SourceError: Nobody takes the connection within *timeout_s*, or it is refused.
    """
    where = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout=timeout_s)
    except TimeoutError as error:
        raise SourceError(f"No answer within {timeout_s:g} s", where=where, do="Check the camera's power, cable and address") from error
    except ConnectionRefusedError as error:
        raise SourceError(
            "The computer there refuses the connection", where=where, do="Check the port and that the camera streams"
        ) from error
    except OSError as error:
        raise SourceError(
            "It cannot be reached", where=where, value=error.strerror or str(error), do="Check cable, network and address"
        ) from error
    with connection:
        try:
            if question:
                connection.sendall(question)
                connection.recv(1)
        except TimeoutError:
            return False
        except OSError:
            return True
    return True


def why_no_stream(url: str, timeout_s: float) -> tuple[str, str]:
    """Ask the camera itself (FFmpeg does not pass its answer on).

    Args:
        url: The address with its credentials.
        timeout_s: Wait at most so long for the connection and for the answer, s.

    Returns:
        What is wrong and what to do, as two parts of a sentence, without credentials.
    """
    parts = urlsplit(url)
    encrypted = parts.scheme.lower() != "rtsp"
    status, words = (0, "") if encrypted else _describe(url, timeout_s)
    if status in _REFUSALS:
        return _REFUSALS[status]
    if status == 0 and not encrypted:
        return _SILENT
    if status >= 300:
        return f"The camera answers {status} {words}".rstrip(), "Check the address and the camera's settings"
    return "The camera gives no picture within the time limit", "Check that it streams H.264, H.265 or MJPEG, or raise open_timeout_s"


def _describe(url: str, timeout_s: float) -> tuple[int, str]:
    """Status and words of the camera's answer to DESCRIBE; (0, "") when there is none."""
    parts = urlsplit(url)
    more = "Accept: application/sdp\r\n"
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        more += f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}\r\n"
    try:
        with socket.create_connection(host_and_port(url), timeout=timeout_s) as connection:
            connection.settimeout(timeout_s)
            connection.sendall(_request("DESCRIBE", url, more))
            answer = connection.recv(4096)
    except OSError:
        return 0, ""
    match = _STATUS.match(answer)
    return (int(match[1]), match[2].decode("ascii", errors="replace")) if match else (0, "")


def _request(verb: str, url: str, more: str = "") -> bytes:
    """An RTSP request for *url* without its login; *more* are further lines, each with its end."""
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return f"{verb} {bare} RTSP/1.0\r\nCSeq: 1\r\n{more}\r\n".encode()
