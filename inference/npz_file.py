"""This file decides how an npz file is read: arrays only, never Python objects; and why one is refused, in our own words."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import InputError

_ONE_ARRAY = b"\x93NUMPY"
_AGAIN = "Write it again with numpy.savez, one array of numbers per channel"


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Every array of an npz file, by name.

    Raises:
        InputError: It cannot be opened, is no npz file, is damaged, or holds something else than plain arrays.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            head = file.read(len(_ONE_ARRAY))
        if not head:
            raise InputError("The npz file is empty", where=where, do="Record or export it again")
        if head == _ONE_ARRAY:
            raise InputError("This is a single array (npy), not an npz file", where=where, do=_AGAIN)
        if not zipfile.is_zipfile(path):
            raise InputError("This is not an npz file, or only a part of one", where=where, do="Copy it again, or name the right file")
        with np.load(path, allow_pickle=False) as archive:
            return {name: _read_array(archive, name, where) for name in archive.files}
    except OSError as error:
        raise InputError("The npz file cannot be opened", where=where, value=error.strerror or "", do="Check its access rights") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError):
        raise InputError("The npz file is damaged", where=where, do="Copy it again") from None


def _read_array(archive: np.lib.npyio.NpzFile, name: str, where: str) -> NDArray[np.generic]:
    try:
        return np.asarray(archive[name])
    except ValueError:  # what NumPy says of Python objects, and of a head that is none
        raise InputError("An array of the npz file cannot be read as numbers", where=where, value=name, do=_AGAIN) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, KeyError):  # RuntimeError: locked with a password
        raise InputError("An array of the npz file is damaged", where=where, value=name, do="Copy the file again") from None
