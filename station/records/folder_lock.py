"""This file decides that only one Lineside at a time writes into a data folder.

The operating system holds the lock and lets it go when the program ends, however it ends; the file itself says nothing.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from inference.errors import RecordsError

_log = logging.getLogger(__name__)
_NAME = "lineside.lock"

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """The lock on one data folder, held from its making to :meth:`release`. Any thread.

    Args:
        folder: The data folder; must exist.

    Raises:
        RecordsError: Another Lineside has it, or the lock file cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._handle: int | None = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise RecordsError(
                "The data folder cannot be written",
                where=str(folder / _NAME),
                value=error.strerror or str(error),
                do="Give this user the right to write there, or name another folder with --data DIR",
            ) from error
        try:
            _take(self._handle)
        except (BlockingIOError, PermissionError) as error:
            self.release()
            raise RecordsError(
                "Another Lineside uses this data folder",
                where=str(folder),
                do="Close it first, or name another folder with --data DIR",
            ) from error
        except OSError as error:
            _log.warning("this file system cannot lock %s (%s): take care that only one Lineside uses it", folder, error)

    def release(self) -> None:
        """Let the folder go; may be called twice."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)
