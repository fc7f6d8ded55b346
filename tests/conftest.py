"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data_dir() -> Path:
    """Folder with the real data sets; the test skips, saying so, where it is absent."""
    folder = Path(os.environ.get("LINESIDE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "vision").is_dir():
        pytest.skip(f"real data is not at {folder}; set LINESIDE_DATA to test with it")
    return folder
