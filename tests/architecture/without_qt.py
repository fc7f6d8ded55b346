"""This file decides how tests run as on a machine without Qt: every import of it fails. A pytest plugin.

``python -m pytest -p no:pytest-qt -p tests.architecture.without_qt tests/unit``
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

PYTEST_QT_SETTINGS = (
    "qt_api",
    "qt_default_raising",
    "qt_log_extend_ignore",
    "qt_log_ignore",
    "qt_log_level_fail",
    "qt_no_exception_capture",
    "qt_qapp_name",
    "qt_wait_signal_raising",
)
BLOCKED = frozenset({"PySide6", "shiboken6", "pyqtgraph", "pytestqt"})


class QtBlocker:
    """First finder on ``sys.meta_path``: answers every import of Qt with :class:`ModuleNotFoundError`."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Refuse *name* where it belongs to Qt, else leave it to the other finders."""
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{name} is blocked: this run proves that nothing here needs Qt", name=name)
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Block Qt as early as a plugin can, and stand in for pytest-qt's settings in pyproject.toml."""
    for name in PYTEST_QT_SETTINGS:
        parser.addini(name, "belongs to pytest-qt, which is off in this run")
    already = sorted(BLOCKED & set(sys.modules))
    if already:
        raise pytest.UsageError(f"{', '.join(already)} was imported before it could be blocked")
    sys.meta_path.insert(0, QtBlocker())
