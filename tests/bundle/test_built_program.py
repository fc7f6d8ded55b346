"""This file decides what the program that build.spec builds must do when it is started."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "dist" / "lineside"
SUFFIX = ".exe" if sys.platform == "win32" else ""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="session")
def program() -> Path:
    """The built command line; the test skips, saying so, where nothing was built."""
    path = FOLDER / f"lineside-cli{SUFFIX}"
    if not path.is_file():
        if os.environ.get("LINESIDE_BUNDLE_REQUIRED"):
            pytest.fail(f"{path} was not built")
        pytest.skip(f"{path} is not built; build and test it with: nox -s bundle")
    return path


def _start(program: Path, *arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # A station PC has neither Python nor the sources: nothing of either may reach the program.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "QT_"))}
    return subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env=inherited | {"PYTHONUTF8": "1"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=360,
        check=False,
    )


def _said(result: subprocess.CompletedProcess[str]) -> str:
    return f"exit code {result.returncode}\n--- stdout\n{result.stdout[-3000:]}\n--- stderr\n{result.stderr[-6000:]}"


def test_help_names_the_verbs(program: Path, tmp_path: Path) -> None:
    result = _start(program, "--help", folder=tmp_path)
    assert result.returncode == 0, _said(result)
    for verb in ("run", "inspect", "monitor", "models", "doctor"):
        assert verb in result.stdout


def test_wrong_usage_is_2(program: Path, tmp_path: Path) -> None:
    result = _start(program, "run", folder=tmp_path)
    assert result.returncode == 2, _said(result)


def test_models_are_inside(program: Path, tmp_path: Path) -> None:
    result = _start(program, "models", "--json", "--data", str(tmp_path / "data"), folder=tmp_path)
    assert result.returncode == 0, _said(result)
    for pack in sorted(path.parent.name for path in (ROOT / "models").glob("*/pack.toml")):
        assert pack in result.stdout


def test_doctor_finds_nothing_wrong(program: Path, tmp_path: Path) -> None:
    result = _start(program, "doctor", "--json", "--data", str(tmp_path / "data"), folder=tmp_path)
    assert result.returncode == 0, _said(result)
    json.loads(result.stdout)


def test_the_demo_line_runs_without_a_window(program: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    result = _start(program, "run", "--headless", "--seconds", "5", "--json", "--data", str(data), folder=tmp_path)
    assert result.returncode == 0, _said(result)
    summary = json.loads(result.stdout)
    assert summary["frames"] > 0
    assert summary["samples"] > 0
    assert summary["verdicts"]["ok"] + summary["verdicts"]["defect"] > 0, "nothing was judged"
    assert any(data.rglob("*.sqlite*")) or any(data.rglob("*.db")), "no records in the data folder"


def test_an_image_is_judged(program: Path, tmp_path: Path) -> None:
    good, broken = tmp_path / "good.png", tmp_path / "broken.png"
    pixels = np.random.default_rng(1).integers(90, 160, size=(460, 1130, 3), dtype=np.uint8)
    assert cv2.imwrite(str(good), pixels)
    broken.write_bytes(good.read_bytes()[:100])
    table = tmp_path / "results.csv"
    arguments = ("inspect", str(good), str(broken), "--model", "surface-pitting", "--out", str(table), "--data", str(tmp_path / "data"))
    result = _start(program, *arguments, folder=tmp_path)
    assert result.returncode == 0, _said(result)
    with table.open(encoding="utf-8", newline="") as file:
        rows = {Path(row["image"]).name: row for row in csv.DictReader(file)}
    assert rows["broken.png"]["verdict"] == "NO_VERDICT"
    assert rows["broken.png"]["reason"]
    assert rows["good.png"]["model"] == "surface-pitting"


@pytest.mark.parametrize("name", ["lineside", "lineside-cli"])
def test_the_window_opens(program: Path, tmp_path: Path, name: str) -> None:
    pictures = tmp_path / "pictures"
    window = program.with_name(f"{name}{SUFFIX}")
    result = _start(window, "--pictures", str(pictures), "--data", str(tmp_path / "data"), folder=tmp_path, QT_QPA_PLATFORM="offscreen")
    assert result.returncode == 0, _said(result)
    saved = sorted(pictures.glob("*.png"))
    assert len(saved) >= 5, f"a picture of every screen was wanted, found {[path.name for path in saved]}"
    for path in saved:
        pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None
        assert float(pixels.std()) > 2.0, f"{path.name} is blank"


def test_nothing_is_written_beside_the_program(program: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in FOLDER.rglob("*") if path.is_file()}
    _start(program, "run", "--headless", "--seconds", "1", "--json", "--data", str(tmp_path / "data"), folder=tmp_path)
    assert {path: path.stat().st_mtime_ns for path in FOLDER.rglob("*") if path.is_file()} == before


def test_nothing_of_development_is_inside(program: Path) -> None:
    names = {path.name.lower() for path in (program.parent / "_internal").iterdir()}
    assert names.isdisjoint({"tkinter", "torch", "pytest", "onnx", "training", "tests", "scipy", "matplotlib", "sympy"})


def test_what_the_horn_sounds_through_is_there(program: Path) -> None:
    """The library's compiled half and what that imports from C, which PyInstaller does not see by itself."""
    for name in ("_miniaudio", "_cffi_backend"):
        assert list(program.parent.rglob(f"{name}*")), f"{name} is not in the program"
