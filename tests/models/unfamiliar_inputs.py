"""This file decides what a pack must not judge: other products, things before the lens, broken cameras, sensors mixed up or dead."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np

from inference.contract import Channel, SequenceInput, TableInput
from inference.findings import ImageU8
from inference.image_file import read_image
from inference.recording import Recording, RecordingKind
from inference.sequence_preprocessing import FloatSeries, count_samples, resample_mean
from inference.table_file import ReadOptions, read_recording
from inference.table_runner import read_words

PICTURES_OF: Mapping[str, str] = {"surface-pitting": "ball_screw", "magnetic-tile": "magnetic_tile", "steel-surface": "x_sdd"}
"""Image pack -> its own set below ``vision/``; all others are other products."""

RECORDINGS_OF: Mapping[str, str] = {
    "hydraulic-rig": "hydraulic",
    "turbofan-life": "cmapss/test_FD001.txt.gz",
    "device-state": "ai4i2020/ai4i2020.csv",
}
"""Sensor pack -> its own recording below ``sensor/``."""

Window = Mapping[str, FloatSeries]
"""Per channel float64 (count,); a row of a table is a window of one value."""


def evenly(count: int, wanted: int) -> list[int]:
    """At most *wanted* places of *count*, evenly spread."""
    return sorted({int(place) for place in np.linspace(0, count - 1, min(count, wanted))}) if count else []


def list_pictures(data_dir: Path, name: str, wanted: int) -> list[ImageU8]:
    """Pictures of one set, evenly chosen."""
    folder = data_dir / "vision" / name
    with (folder / "index.csv").open(encoding="utf-8", newline="") as stream:
        paths = [row["image"] for row in csv.DictReader(stream)]
    return [read_image(folder / paths[place]) for place in evenly(len(paths), wanted)]


def cut_to(image: ImageU8, width: int, height: int) -> ImageU8:
    """The middle of *image* in the shape of width x height, at that size: what the line's own camera would show of it."""
    factor = max(width / image.shape[1], height / image.shape[0])
    size = (max(width, round(image.shape[1] * factor)), max(height, round(image.shape[0] * factor)))
    grown = cv2.resize(image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(grown[top : top + height, left : left + width], dtype=np.uint8)


def add_hand(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """A hand reaches in before the lens: near, so out of focus and large; in the picture's own colours where it is gray."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    reach = float(random.uniform(0.55, 0.8))
    palm = (int(width * random.uniform(0.35, 0.65)), int(height * reach))
    size = 0.42 * min(width, height) * float(random.uniform(0.9, 1.2))
    cv2.ellipse(mask, palm, (int(size), int(1.1 * size)), 0, 0, 360, 255, -1)
    cv2.line(mask, palm, (palm[0], height), 255, int(1.3 * size))
    for finger in range(4):
        angle = np.deg2rad(-125 + 22 * finger + random.uniform(-6, 6))
        tip = (int(palm[0] + 2.1 * size * np.cos(angle)), int(palm[1] + 2.1 * size * np.sin(angle)))
        cv2.line(mask, palm, tip, 255, max(3, int(0.42 * size)))
    soft = cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.012 * width)).astype(np.float64)[..., np.newaxis] / 255.0
    skin = np.array([120.0, 150.0, 205.0]) * random.uniform(0.6, 1.15)
    if np.abs(image[..., 0].astype(int) - image[..., 2]).max() < 3:
        skin = np.full(3, skin.mean())
    shade = cv2.GaussianBlur(random.normal(0, 1, (height, width)), (0, 0), 0.08 * width)
    shade = 1.0 + 0.12 * shade / max(1e-9, float(np.abs(shade).max()))
    return np.clip(image * (1 - soft) + skin * shade[..., np.newaxis] * soft, 0, 255).astype(np.uint8)


def blur(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """The lens is far out of focus."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), image.shape[1] * float(random.uniform(0.03, 0.05))), np.uint8)


def full_of(level: int) -> Callable[[ImageU8, np.random.Generator], ImageU8]:
    """The camera shows nothing but one level."""
    return lambda image, _: np.full_like(image, level)


def noise(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """A broken link: every byte is chance."""
    return random.integers(0, 256, image.shape, dtype=np.uint8)


def soft_noise(image: ImageU8, random: np.random.Generator) -> ImageU8:
    """Gray grain of the picture's own brightness and contrast, without what it shows."""
    grain = random.normal(float(image.mean()), max(4.0, float(image.std())), image.shape[:2])
    return np.repeat(np.clip(grain, 0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


IMAGE_FAULTS: Mapping[str, Callable[[ImageU8, np.random.Generator], ImageU8]] = {
    "black": full_of(0),
    "white": full_of(255),
    "noise": noise,
    "grain": soft_noise,
    "hand": add_hand,
    "blur": blur,
}


def list_windows(path: Path, spec: SequenceInput | TableInput, wanted: int) -> list[Window]:
    """Genuine windows (or rows) of a recording, evenly chosen, each as a pack of *spec* wants them."""
    if isinstance(spec, TableInput):
        recording = read_recording(path)
        columns = {channel.name: _read_column(channel, recording) for channel in spec.channels}
        return [{name: column[row : row + 1] for name, column in columns.items()} for row in evenly(len(recording), wanted)]
    names = {channel.name for channel in spec.channels}
    rate_hz = max(channel.rate_hz for channel in spec.channels)
    cycle_s = spec.length_s if spec.kind.value == "cycle" else None
    recording = read_recording(path, ReadOptions(rate_hz=rate_hz, cycle_s=cycle_s, wanted=names, time_unit=spec.time_unit))
    if recording.kind is RecordingKind.CYCLES:
        return [
            {c.name: resample_mean(recording.columns[c.name][row], count_samples(c, spec)) for c in spec.channels}
            for row in evenly(len(recording), wanted)
        ]
    ends = [row for row in range(len(recording)) if _enough(recording, row, spec.steps)]
    return [
        {channel.name: recording.columns[channel.name][ends[place] + 1 - spec.steps : ends[place] + 1] for channel in spec.channels}
        for place in evenly(len(ends), wanted)
    ]


def _enough(recording: Recording, row: int, steps: int) -> bool:
    first = row + 1 - steps
    return first >= 0 and (not recording.groups or recording.groups[first] == recording.groups[row])


def _read_column(channel: Channel, recording: Recording) -> FloatSeries:
    words = recording.words.get(channel.name)
    return recording.columns[channel.name] if words is None else read_words(words, channel.values)


def break_tables(table: Window, channels: tuple[Channel, ...], random: np.random.Generator) -> Iterator[tuple[str, Window]]:
    """Every kind of sensor fault, on every channel, all through a table."""
    numbers = [channel for channel in channels if not channel.values]
    for place, one in enumerate(numbers):
        series = table[one.name]
        for other in numbers[place + 1 :]:
            yield f"swapped {one.name} {other.name}", {**table, one.name: table[other.name], other.name: series}
        yield f"silent {one.name}", {**table, one.name: np.full_like(series, np.nan)}
        yield f"zero {one.name}", {**table, one.name: np.zeros_like(series)}
        yield f"constant {one.name}", {**table, one.name: np.full_like(series, series[0])}
        yield f"noisy {one.name}", {**table, one.name: series + random.normal(0, 3 * one.std, series.size)}
        yield f"thousandfold {one.name}", {**table, one.name: 1000.0 * series}
        yield f"thousandth {one.name}", {**table, one.name: series / 1000.0}
        if one.unit == "K":
            yield f"in Celsius {one.name}", {**table, one.name: series - 273.15}


def break_sensors(window: Window, channels: tuple[Channel, ...], random: np.random.Generator) -> Iterator[tuple[str, Window]]:
    """Every kind of sensor fault once, each on channels chosen by chance."""
    numbers = [channel for channel in channels if not channel.values]
    one = numbers[int(random.integers(len(numbers)))]
    series = window[one.name]
    alike = [channel for channel in numbers if window[channel.name].size == series.size and channel is not one]
    if alike:
        other = alike[int(random.integers(len(alike)))]
        yield "swapped", {**window, one.name: window[other.name], other.name: series}
    yield "silent", {**window, one.name: np.full_like(series, np.nan)}
    if one.low is None or not one.low <= 0.0 <= (np.inf if one.high is None else one.high):
        yield "zero", {**window, one.name: np.zeros_like(series)}
    if series.size > 1 and one.stuck_after_s is not None:  # where the pack says that a constant is normal, it is no sign of a fault
        yield "constant", {**window, one.name: np.full_like(series, series[int(random.integers(series.size))])}
    if series.size > 1:
        yield "noisy", {**window, one.name: series + random.normal(0, 3 * one.std, series.size)}
