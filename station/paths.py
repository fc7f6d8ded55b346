"""This file decides where everything lies: program files, which are only read, and the data folder, which is written.

No other file joins ``__file__`` or asks for the user's folders.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import platformdirs

from inference.errors import RecordsError

_PRODUCT = "Lineside"


def program_dir() -> Path:
    """Folder of the program files: the checkout, or what PyInstaller unpacked. Read only."""
    if getattr(sys, "frozen", False):
        return Path(getattr(sys, "_MEIPASS", Path(sys.executable).parent)).resolve()
    return Path(__file__).resolve().parent.parent


def resources_dir() -> Path:
    """Icons, themes, translations and the demo line."""
    return program_dir() / "resources"


def models_dir() -> Path:
    """The packs that ship with the program."""
    return program_dir() / "models"


def migrations_dir() -> Path:
    """Alembic's scripts; Alembic reads them as files, so a bundle must carry them as data."""
    return program_dir() / "station" / "records" / "migrations"


def default_data_dir() -> Path:
    r"""Where data goes when nobody says otherwise; not created by asking.

    Windows: ``C:\ProgramData\Lineside`` where this user may write there (a per-machine installation), else the
    user's own data folder. Elsewhere: the user's data folder.
    """
    on_windows: bool = sys.platform == "win32"
    if not on_windows:
        return Path(platformdirs.user_data_dir(_PRODUCT.lower(), appauthor=False))
    shared = Path(platformdirs.site_data_dir(_PRODUCT, appauthor=False))
    return shared if is_writable(shared) else Path(platformdirs.user_data_dir(_PRODUCT, appauthor=False))


def is_writable(folder: Path) -> bool:
    """Whether files can be made in *folder*, or in its nearest existing parent; tried by making one."""
    while not folder.exists():
        if folder.parent == folder:
            return False
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def heat_path(picture: Path) -> Path:
    """Where the heatmap lies that belongs to a kept *picture*, where it has one: a gray PNG beside it."""
    return picture.with_name(f"{picture.stem}_heat.png")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and what lies where in it: one folder to back up.

    Attributes:
        root: The folder itself.
    """

    root: Path

    @property
    def records_db(self) -> Path:
        """The records' database (with its ``-wal`` and ``-shm`` beside it)."""
        return self.root / "records.db"

    @property
    def images(self) -> Path:
        """Kept images, one folder per UTC day."""
        return self.root / "images"

    @property
    def incidents(self) -> Path:
        """Picture strips and traces of incidents, one folder per UTC day and one per incident in it."""
        return self.root / "incidents"

    @property
    def memory(self) -> Path:
        """Pictures of confirmed false alarms; made when the first one is kept."""
        return self.root / "memory"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.root / "logs"

    @property
    def packs(self) -> Path:
        """Packs made at the station; looked up before the shipped ones."""
        return self.root / "packs"

    @property
    def preferences(self) -> Path:
        """The user's preferences."""
        return self.root / "preferences.json"

    def images_of(self, utc: datetime) -> Path:
        """Folder of the images of the UTC day of *utc*."""
        return self.images / utc.strftime("%Y-%m-%d")

    def create(self) -> None:
        """Make the folder and its parts, and try to write there. Touches the disk.

        Raises:
            RecordsError: When it cannot be made or written.
        """
        try:
            for folder in (self.root, self.images, self.incidents, self.logs, self.packs):
                folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise RecordsError(
                "The data folder cannot be written",
                where=str(self.root),
                value=error.strerror or str(error),
                do="Give this user the right to write there, or name another folder with --data DIR",
            ) from error
