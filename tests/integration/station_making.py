"""This file decides how integration tests make a small station on tiny packs: folders, station text, a line, waiting."""

from __future__ import annotations

import threading
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np

from inference.findings import ImageU8
from station.config import StationFile
from station.line import Line
from station.paths import DataFolder
from tests.model_factory import add_golden, make_blob_pack
from tests.source_doubles import PATIENCE_S

PINS = {"wei": "1234", "li": "5678"}
"""The PINs behind the hashes below, which are made with less work than real ones."""

BASE = """
format = 1
[station]
name = {en = "Test", zh = "测试"}
product = "Parts"
[[people]]
id = "wei"
name = "Wei"
pin_hash = "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$TcTbJEEuukTGvdrA3bC51kxR/omIo9bf1MkdVyYEDp4="
[[people]]
id = "li"
name = "Li"
pin_hash = "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$SVhhaUC9oHUoTqaVaOA/pUB5VdbTL6WE7kaVTII/090="
[[cameras]]
id = "camera-1"
name = "Camera 1"
asset = "press-1"
model = "blob"
{camera}
[[alarms]]
id = "blob"
asset = "press-1"
title = "Blob"
cause = "A worn die"
consequence = "Scrap"
action = "Take the part out"
respond_within_s = 600
priority = 2
raise_count = 3
of_last = 5
off_delay_s = 3600
when = {{kind = "verdict", source = "camera-1"}}
[[alarms]]
id = "camera-gone"
asset = "press-1"
title = "Camera 1 gives no verdict"
cause = "Cable"
consequence = "Parts pass unjudged"
action = "Check the cable"
respond_within_s = 600
priority = 3
when = {{kind = "no_verdict", source = "camera-1"}}
"""


def part(*, blob: bool) -> ImageU8:
    """A dark part, or one with a bright blob: the blob pack calls it a defect."""
    image = np.full((48, 64, 3), 20, np.uint8)
    if blob:
        image[16:32, 20:44] = 250
    return image


def write_parts(folder: Path, blobs: str) -> None:
    """One PNG per letter of *blobs*: ``x`` with a blob, ``.`` without, ``?`` garbage."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(blobs):
        data = b"not an image" if letter == "?" else cv2.imencode(".png", part(blob=letter == "x"))[1].tobytes()
        (folder / f"{number:04d}.png").write_bytes(data)


def make_packs(data_dir: Path) -> None:
    """The blob pack with its golden set in the data folder."""
    pack = make_blob_pack(data_dir / "packs" / "blob")
    add_golden(pack, {"a.png": cv2.imencode(".png", part(blob=True))[1].tobytes()})


def parse(camera: str, more: str = "") -> StationFile:
    """The station whose camera is described by the TOML lines *camera*."""
    text = BASE.replace("{en = ", "{{en = ").replace('"测试"}', '"测试"}}').format(camera=camera)
    return StationFile.model_validate(tomllib.loads(text + more))


def make_line(tmp_path: Path, camera: str, openers: Mapping[str, object] | None = None, more: str = "") -> Line:
    """A line on *tmp_path*, not started."""
    data_dir = tmp_path / "data"
    if not (data_dir / "packs" / "blob").exists():
        make_packs(data_dir)
    return Line(parse(camera, more), tmp_path, DataFolder(data_dir), camera_openers=openers)


def wait_until(holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Look until *holds*; fails after a patience that only a broken program needs."""
    end_s = time.monotonic() + patience_s
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end_s, f"never came: {what}"
        pause.wait(0.01)
