"""This file decides that the rooms of the house know only whom they may know."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distributions

import pytest

from tests.architecture.project_files import ROOMS, ROOT, python_files

NO_QT_ROOMS = ("inference", "station")

IMPORT_WITHOUT_QT = """
import importlib, sys
from tests.architecture.without_qt import QtBlocker
sys.meta_path.insert(0, QtBlocker())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(len(sys.argv) - 1)
"""


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _without_windowing(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=90, check=False
    )


def test_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    result = _without_windowing("-c", code)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout, result.stdout


def test_station_and_inference_import_without_qt() -> None:
    modules = [
        _module(path.relative_to(ROOT).as_posix())
        for path in python_files(*NO_QT_ROOMS)
        if "migrations" not in path.parts and path.name != "__main__.py"
    ]
    assert len(modules) > 10
    result = _without_windowing("-c", IMPORT_WITHOUT_QT, *modules)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(len(modules))


def test_blocking_qt_blocks_it() -> None:
    """The test above can fail."""
    result = _without_windowing("-c", IMPORT_WITHOUT_QT, "PySide6.QtCore")
    assert result.returncode != 0
    assert "PySide6 is blocked" in result.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_importing_the_room_has_no_side_effect(room: str) -> None:
    """No import opens a file for writing, starts a thread or prints."""
    code = f"import threading, {room}; print(threading.active_count())"
    result = _without_windowing("-c", code)
    assert (result.returncode, result.stdout.strip()) == (0, "1"), result.stdout + result.stderr


@pytest.mark.parametrize("word", ["opencv", "onnxruntime"])
def test_exactly_one_wheel(word: str) -> None:
    """Flavours of one library share a folder and break each other."""
    names = {(found.metadata["Name"] or "").lower().replace("_", "-") for found in distributions()}
    assert len([name for name in names if name == word or name.startswith(f"{word}-")]) == 1
