"""This file decides how a network camera behaves in tests: a small RTSP server (Motion JPEG over TCP, RFC 2326 and 2435)."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from enum import StrEnum
from typing import Self

import cv2
import numpy as np

_FRAME_HZ = 30.0
_CLOCK_HZ = 90_000
_PAYLOAD_BYTES = 1200


class Manner(StrEnum):
    STREAM = "stream"
    STALL = "stall"
    """Streams some frames, then keeps the connection and sends nothing more."""
    BLACK_HOLE = "black hole"
    """Accepts and never answers."""
    UNAUTHORIZED = "unauthorized"
    NO_SUCH_STREAM = "no such stream"


class LoopbackCamera:
    """Serves a moving picture of 320 x 240 on 127.0.0.1; ``kill`` cuts every connection at once, as a pulled plug does."""

    def __init__(self, manner: Manner = Manner.STREAM, port: int = 0, stall_after: int = 10) -> None:
        self._manner = manner
        self._stall_after = stall_after
        self._stop = threading.Event()
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(8)
        self.port: int = self._listener.getsockname()[1]
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/stream"

    def kill(self) -> None:
        self._stop.set()
        for connection in (self._listener, *self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(5.0)
            assert not thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _spawn(self, work, *arguments) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._stop.is_set():
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        if self._manner is Manner.BLACK_HOLE:
            self._stop.wait()
            return
        with suppress(OSError, ValueError):
            buffer = b""
            while not self._stop.is_set():
                while b"\r\n\r\n" not in buffer:
                    more = connection.recv(4096)
                    if not more:
                        return
                    buffer += more
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                verb = self._answer(connection, head.decode("ascii"))
                if verb == "PLAY":
                    self._stream(connection)
                    return

    def _answer(self, connection: socket.socket, request: str) -> str:
        first, *lines = request.split("\r\n")
        verb = first.split(" ")[0]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status, extra, body = "200 OK", "", ""
        if verb == "OPTIONS":
            extra = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif verb == "DESCRIBE" and self._manner is Manner.UNAUTHORIZED:
            status, extra = "401 Unauthorized", 'WWW-Authenticate: Basic realm="camera"\r\n'
        elif verb == "DESCRIBE" and self._manner is Manner.NO_SUCH_STREAM:
            status = "404 Stream Not Found"
        elif verb == "DESCRIBE":
            body = (
                "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n"
                "m=video 0 RTP/AVP 26\r\nc=IN IP4 0.0.0.0\r\na=control:trackID=0\r\na=framerate:30\r\n"
            )
            extra = f"Content-Base: {self.url}/\r\nContent-Type: application/sdp\r\n"
        elif verb == "SETUP":
            extra = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 12345678\r\n"
        elif verb == "PLAY":
            extra = "Session: 12345678\r\nRTP-Info: url=trackID=0;seq=0;rtptime=0\r\n"
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        connection.sendall(f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n{extra}{length}\r\n{body}".encode("ascii"))
        return verb

    def _stream(self, connection: socket.socket) -> None:
        number = 0
        sequence = 0
        while not self._stop.wait(1.0 / _FRAME_HZ):
            if self._manner is Manner.STALL and number >= self._stall_after:
                continue
            for payload, is_last in _packets(_picture(number)):
                head = struct.pack(
                    ">BBHII",
                    0x80,
                    26 | (0x80 if is_last else 0),
                    sequence & 0xFFFF,
                    int(number * _CLOCK_HZ / _FRAME_HZ) & 0xFFFFFFFF,
                    0x4C53,
                )
                packet = head + payload
                connection.sendall(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                sequence += 1
            number += 1


def _picture(number: int) -> bytes:
    image = np.full((240, 320, 3), 90, np.uint8)
    image[:, (number * 8) % 320 : (number * 8) % 320 + 8] = 220
    encoded, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert encoded
    return data.tobytes()


def _packets(jpeg: bytes):
    """RFC 2435: the tables of the file travel in the first packet, then the coded picture in pieces."""
    tables, height, width, sampling, scan = _parse(jpeg)
    kind = 1 if sampling == 0x22 else 0
    offset = 0
    while offset < len(scan):
        head = struct.pack(">I", offset) + bytes([kind, 255, width // 8, height // 8])
        if offset == 0:
            head += struct.pack(">BBH", 0, 0, len(tables)) + tables
        piece = scan[offset : offset + _PAYLOAD_BYTES]
        offset += len(piece)
        yield head + piece, offset >= len(scan)


def _parse(jpeg: bytes) -> tuple[bytes, int, int, int, bytes]:
    at = 2
    tables: dict[int, bytes] = {}
    height = width = sampling = 0
    while True:
        marker, length = struct.unpack(">HH", jpeg[at : at + 4])
        segment = jpeg[at + 4 : at + 2 + length]
        if marker == 0xFFDB:
            while segment:
                tables[segment[0] & 15] = segment[1:65]
                segment = segment[65:]
        elif marker == 0xFFC0:
            height, width = struct.unpack(">HH", segment[1:5])
            sampling = segment[7]
        at += 2 + length
        if marker == 0xFFDA:
            return tables[0] + tables[1], height, width, sampling, jpeg[at:-2]
