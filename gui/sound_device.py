"""This file decides how sound reaches the loudspeaker, and what is said where there is none. The only one that knows miniaudio."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from gui.horn_tones import RATE_HZ
from inference.errors import LinesideError

_BYTES = 2
_TAIL_S = 0.15
"""What is still in the device's buffer when the last sample was handed over."""
_BUFFER_MS = 50


class SoundError(LinesideError):
    """Nothing can be heard: there is no sound device, or it fails."""


def _no_device(value: str = "") -> SoundError:
    return SoundError("There is no sound device", value=value, do="Connect a loudspeaker; until then warnings are seen, not heard")


def play(pcm: NDArray[np.int16], stop: threading.Event) -> str:
    """Play *pcm* on the computer's default sound device; from a thread that may wait.

    The device is opened for each burst, so that a loudspeaker that was plugged in or out meanwhile needs no restart.

    Args:
        pcm: int16 (samples,), one channel at ``RATE_HZ``.
        stop: Ends it early when set.

    Returns:
        How the device is reached, e.g. ``WASAPI``.

    Raises:
        SoundError: There is no device, or it does not work.
    """
    if not _may_have_device():
        raise _no_device()
    import miniaudio  # half a second of start-up nobody needs before the first warning

    kind = miniaudio.Backend
    # Without naming them the library would fall back to a device that swallows everything, and nobody would know.
    backends = [kind.WASAPI, kind.DSOUND, kind.WINMM, kind.COREAUDIO, kind.PULSEAUDIO, kind.ALSA]
    return play_on(backends, pcm, stop)


def play_on(backends: list[object], pcm: NDArray[np.int16], stop: threading.Event) -> str:
    """Like :func:`play`, on the first of *backends* (``miniaudio.Backend``) that there is."""
    import miniaudio

    class Device(miniaudio.PlaybackDevice):  # type: ignore[misc]  # miniaudio carries no types
        """A device that gives back all it took; miniaudio 1.71 leaves its context behind, 25 KiB with every one."""

        @override
        def close(self) -> None:
            super().close()
            context, self._context = getattr(self, "_context", miniaudio.ffi.NULL), miniaudio.ffi.NULL
            if context != miniaudio.ffi.NULL:
                miniaudio.lib.ma_context_uninit(context)

    finished = threading.Event()

    def samples() -> Generator[bytes, int, None]:
        data, at = pcm.tobytes(), 0
        wanted = yield b""
        while at < len(data) and not stop.is_set():
            part = data[at : at + wanted * _BYTES]
            at += len(part)
            wanted = yield part
        finished.set()

    try:
        device = Device(
            output_format=miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=RATE_HZ,
            buffersize_msec=_BUFFER_MS,
            backends=backends,
            app_name="Lineside",
        )
    except miniaudio.MiniaudioError as error:
        raise _no_device(str(error)) from error
    try:
        sound = samples()
        next(sound)
        device.start(sound)
        if not finished.wait(len(pcm) / RATE_HZ + 2.0):
            raise SoundError("The sound device does not take the sound", do="Check the loudspeaker, or restart the computer's sound")
        if not stop.is_set():
            stop.wait(_TAIL_S)
        return str(device.backend)
    except miniaudio.MiniaudioError as error:
        raise SoundError("The sound device fails", value=str(error), do="Check the loudspeaker and its cable") from error
    finally:
        device.close()


def _may_have_device() -> bool:
    """Whether it is worth asking: ALSA writes forty lines to stderr each time it finds no card."""
    if not sys.platform.startswith("linux"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.environ.get("PULSE_SERVER") or (runtime and (Path(runtime) / "pulse" / "native").exists()):
        return True
    cards = Path("/proc/asound/cards")
    return cards.is_file() and "[" in cards.read_text(encoding="utf-8", errors="replace")
