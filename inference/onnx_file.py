"""This file decides which operator set an ONNX file says it uses; onnxruntime loads it but does not tell.

An ONNX file is a protobuf message; field 8 of the model is ``opset_import`` with ``domain`` (1) and ``version`` (2).
"""

from __future__ import annotations

from collections.abc import Iterator

_OPSET_IMPORT = 8
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def read_opset(data: bytes) -> int | None:
    """Version of the standard operator set in the bytes of an ONNX file; None where they tell none or are no ONNX."""
    try:
        for field, value in _read_fields(memoryview(data)):
            if field == _OPSET_IMPORT and isinstance(value, memoryview):
                parts = dict(_read_fields(value))
                domain, version = parts.get(1, b""), parts.get(2)
                if bytes(domain if isinstance(domain, memoryview) else b"") in {b"", b"ai.onnx"} and isinstance(version, int):
                    return version
    except (IndexError, ValueError):
        return None
    return None


def _read_fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Walk through a protobuf message: numbers of fields with their values; raises ValueError or IndexError on damage."""
    place = 0
    while place < len(message):
        key, place = _read_varint(message, place)
        kind = key & 7
        if kind == _VARINT:
            number, place = _read_varint(message, place)
            yield key >> 3, number
            continue
        if kind == _BYTES:
            size, place = _read_varint(message, place)
        elif kind in {_FIXED32, _FIXED64}:
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("not a protobuf message")
        if place + size > len(message):
            raise ValueError("truncated")
        yield key >> 3, message[place : place + size]
        place += size


def _read_varint(message: memoryview, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
        if shift > 63:
            raise ValueError("not a protobuf message")
