"""This file decides what the pinned requirements must be: exact, with hashes, one flavour per system, equal everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.project_files import ROOT

REQUIREMENTS = ROOT / "requirements"
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
HASHED = ("app", "tests", "lint", "bundle", "train", "cuda")


def _pins(path: Path) -> list[tuple[str, str, str]]:
    """(name, version, marker) of each requirement in *path*."""
    return [
        (match[1].lower(), match[2], (match[3] or "").strip())
        for line in path.read_text(encoding="utf-8").splitlines()
        if (match := PIN.match(line))
    ]


@pytest.mark.parametrize("name", HASHED)
def test_every_requirement_is_exact_and_hashed(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        first = entry.splitlines()[0]
        assert PIN.match(first), f"{name}.txt: {first} is not exact"
        assert "--hash=sha256:" in entry, f"{name}.txt: {first} has no hash"


def test_files_installed_together_agree() -> None:
    versions: dict[str, dict[str, set[str]]] = {}
    for name in HASHED:
        for library, version, marker in _pins(REQUIREMENTS / f"{name}.txt"):
            versions.setdefault(library, {}).setdefault(marker, set()).add(version)
    differing = {library: found for library, found in versions.items() if len(set().union(*found.values())) > 1}
    assert differing == {}


def test_windows_and_linux_get_their_own_flavour() -> None:
    markers = {name: marker for name, _, marker in _pins(REQUIREMENTS / "app.txt")}
    assert markers["onnxruntime-directml"] == markers["opencv-python"] == "sys_platform == 'win32'"
    assert markers["onnxruntime"] == markers["opencv-python-headless"] == "sys_platform != 'win32'"


def test_qt_is_a_version_that_does_not_abort() -> None:
    version = {name: version for name, version, _ in _pins(REQUIREMENTS / "app.txt")}["pyside6-essentials"]
    assert version.startswith("6.11."), "6.12.0 loses references on Python 3.11 and aborts"


def test_actions_of_the_workflow_are_pinned_to_commits() -> None:
    used = re.findall(r"uses:\s*(\S+)", (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []


def test_hooks_have_the_versions_of_the_lint_session() -> None:
    pinned = {name: version for name, version, _ in _pins(REQUIREMENTS / "lint.txt")}
    hooks = re.findall(r'"([\w.-]+)==([\w.]+)"', (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert hooks
    assert [(name, version) for name, version in hooks if pinned.get(name) != version] == []
