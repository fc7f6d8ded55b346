"""This file decides which files belong to the project: what git tracks, or all that is not ignored where git is absent."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("gui", "station", "inference", "training")
NOT_OURS = frozenset({".git", ".nox", ".venv", "build", "dist", "out", "__pycache__"})


def project_files() -> list[Path]:
    """Every file of the project, absolute, sorted."""
    git = shutil.which("git")
    if git is not None and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if listed.returncode == 0:
            return sorted(path for name in listed.stdout.decode("utf-8").split("\0") if name and (path := ROOT / name).is_file())
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not NOT_OURS.intersection(part for part in path.relative_to(ROOT).parts) and not _is_cache(path)
    )


def python_files(*rooms: str) -> list[Path]:
    """The Python files of *rooms*; of the whole project without any."""
    inside = tuple(ROOT / room for room in rooms)
    return [path for path in project_files() if path.suffix == ".py" and (not inside or any(path.is_relative_to(room) for room in inside))]


def _is_cache(path: Path) -> bool:
    return any(part.startswith(".") and part.endswith("_cache") for part in path.relative_to(ROOT).parts)
