"""This file decides where log lines go: a rotating file in the data folder, and warnings on stderr."""

from __future__ import annotations

import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FILE = "lineside.log"
_BYTES = 2 * 2**20
_FILES_KEPT = 5
_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(threadName)s %(name)s: %(message)s"


class _LogFile(RotatingFileHandler):
    """Says once that it cannot be written, instead of a traceback per line."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Called by logging while the error is being handled."""
        del record
        if not self._told:
            self._told = True
            why = sys.exc_info()[1]
            print(f"The log cannot be written ({why}). Check the disk and the rights on the folder.", file=sys.stderr)


class LogBook:
    """The handlers of one run; close it at the end. A log that cannot be written stops nothing.

    Args:
        folder: The data folder's ``logs``.
    """

    def __init__(self, folder: Path) -> None:
        formatter = logging.Formatter(_FORMAT, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self._handlers: list[logging.Handler] = []
        try:
            file = _LogFile(folder / _FILE, maxBytes=_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", delay=True)
        except OSError as error:
            print(f"There is no log: {error}.", file=sys.stderr)
        else:
            self._handlers.append(file)
        console = logging.StreamHandler(sys.stderr)
        console.setLevel(logging.WARNING)
        self._handlers.append(console)
        root = logging.getLogger()
        self._level_before = root.level
        root.setLevel(logging.INFO)
        for handler in self._handlers:
            handler.setFormatter(formatter if handler is not console else logging.Formatter("%(message)s"))
            root.addHandler(handler)
        logging.getLogger("alembic").setLevel(logging.WARNING)

    def close(self) -> None:
        """Take the handlers away; may be called twice."""
        root = logging.getLogger()
        root.setLevel(self._level_before)
        while self._handlers:
            handler = self._handlers.pop()
            root.removeHandler(handler)
            handler.close()
