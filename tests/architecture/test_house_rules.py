"""This file decides which rules every source file of the house obeys."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

import pytest

from tests.architecture.project_files import ROOMS, ROOT, project_files, python_files

MAX_LINES = 450
TEXT_SUFFIXES = frozenset(
    {".py", ".md", ".toml", ".txt", ".in", ".yml", ".yaml", ".cfg", ".ini", ".json", ".ts", ".qss", ".svg", ".spec", ".sh", ".csv", ""}
)
# Written in parts, so that this file does not break its own rule.
REGISTRY_HOSTS = tuple(
    name + ending for name, ending in (("pypi", ".org"), ("pythonhosted", ".org"), ("download.pytorch", ".org"), ("anaconda", ".org"))
)
REGISTRY_OPTIONS = re.compile(r"^\s*(?:-i\b|--index-url|--extra-index-url|--find-links|-f\b|--trusted-host)")
MIGRATIONS = ROOT / "station" / "records" / "migrations"


def _names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def _source(path: Path) -> str:
    with tokenize.open(path) as file:
        return file.read()


def test_there_are_files_to_check() -> None:
    assert len(python_files(*ROOMS)) > 20
    assert ROOT / "noxfile.py" in project_files()


@pytest.mark.parametrize("name", _names(python_files()))
def test_no_file_is_too_long(name: str) -> None:
    lines = _source(ROOT / name).count("\n")
    assert lines <= MAX_LINES, f"{name} has {lines} lines: split it by what each part decides"


@pytest.mark.parametrize("name", [name for name in _names(python_files(*ROOMS)) if not name.endswith("__init__.py")])
def test_the_docstring_says_what_the_file_decides(name: str) -> None:
    if (ROOT / name).is_relative_to(MIGRATIONS):
        pytest.skip("Alembic's own layout")
    docstring = ast.get_docstring(ast.parse(_source(ROOT / name))) or ""
    assert docstring.startswith(("This file decides", "This package decides")), f"{name}: begin its docstring with 'This file decides'"


@pytest.mark.parametrize("name", _names(python_files(*ROOMS)))
def test_no_leftovers(name: str) -> None:
    source = _source(ROOT / name)
    for word in ("TODO", "FIXME", "XXX", "NotImplementedError"):
        assert not re.search(rf"\b{word}\b", source), f"{name} still says {word}"
    bare = re.search(r"#\s*(?:type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]))", source)
    assert bare is None, f"{name}: {bare.group() if bare else ''} without a code hides more than it should"


def test_no_module_is_called_utils() -> None:
    assert [name for name in _names(python_files()) if re.search(r"(?:^|/|_)(?:utils?|helpers?|misc|common)(?:\.py|/)", name)] == []


def test_no_package_registry_is_named() -> None:
    found = []
    for path in project_files():
        if path.suffix not in TEXT_SUFFIXES:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRY_HOSTS if host in text]
        if path.parent.name == "requirements":
            found += [f"{path.relative_to(ROOT)}: {line}" for line in text.splitlines() if REGISTRY_OPTIONS.match(line)]
    assert found == [], "where packages come from is the machine's setting, not the project's"


def test_no_machine_is_named() -> None:
    """Absolute paths of somebody's machine do not belong into the project."""
    home = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w|[A-Z]:\\\\?Users\\\\?\w")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        if path.suffix in TEXT_SUFFIXES
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if home.search(line)
    ]
    assert found == []


def test_every_file_of_text_is_utf8_with_plain_line_ends() -> None:
    wrong = []
    for path in project_files():
        if path.suffix in TEXT_SUFFIXES:
            content = path.read_bytes()
            try:
                content.decode("utf-8")
            except UnicodeDecodeError:
                wrong.append(f"{path.relative_to(ROOT)}: not UTF-8")
            if b"\r\n" in content:
                wrong.append(f"{path.relative_to(ROOT)}: CRLF")
    assert wrong == []


@pytest.mark.parametrize("name", _names(python_files(*ROOMS, "main.py")))
def test_text_files_are_opened_with_an_encoding(name: str) -> None:
    """Windows reads text in its own code page where no encoding is given."""
    wrong = []
    for node in ast.walk(ast.parse(_source(ROOT / name))):
        if not isinstance(node, ast.Call):
            continue
        keywords = {keyword.arg for keyword in node.keywords}
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "read_text" and not node.args and "encoding" not in keywords:
            wrong.append(node.lineno)
        if called == "write_text" and len(node.args) < 2 and "encoding" not in keywords:
            wrong.append(node.lineno)
    assert wrong == [], f"{name}: read_text or write_text without encoding in lines {wrong}"
