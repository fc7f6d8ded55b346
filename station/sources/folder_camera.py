"""This file decides how a folder of images becomes a camera: in order of name, every one, readable or not."""

from __future__ import annotations

from pathlib import Path

from inference.errors import InputError, SourceError
from inference.image_file import IMAGE_SUFFIXES, read_image
from station.config import FolderCamera
from station.sources.camera_kinds import Picture
from station.sources.read_loop import Reading


class FolderOpener:
    """Lists the folder; remembers how far the replay got.

    Args:
        camera: As in the station file.
        base_dir: Folder of the station file.
    """

    def __init__(self, camera: FolderCamera, base_dir: Path) -> None:
        self._folder = base_dir / camera.path
        self._pattern = camera.pattern
        self._fps = camera.fps
        self._loop = camera.loop
        self.position = 0
        """Images delivered so far, over all rounds."""
        self._was_there = False

    def open(self) -> FolderConnection:
        """List the images. Raises SourceError when the folder or its images are not there."""
        if not _is_there(self._folder):
            if self._was_there:
                raise _gone(self._folder)
            raise SourceError(
                "The folder of images is not there", where=str(self._folder), do="Create it or change path in the station file"
            )
        try:
            files = list_images(self._folder, self._pattern)
        except OSError as error:
            raise SourceError("The folder of images cannot be listed", where=str(self._folder), value=str(error)) from error
        except (ValueError, RuntimeError) as error:  # what pathlib says of a pattern that is empty, absolute or leads out
            raise SourceError(
                "The pattern cannot be used",
                where=str(self._folder),
                value=self._pattern,
                do='Write one within the folder, e.g. "**/*.png"',
            ) from error
        if not files:
            raise SourceError(
                "The folder holds no image",
                where=str(self._folder),
                value=self._pattern,
                do="Put images in or change pattern in the station file",
            )
        self._was_there = True
        return FolderConnection(self, files, self._folder, self._fps, is_endless=self._loop)


class FolderConnection:
    """Reads one image after the other."""

    def __init__(self, opener: FolderOpener, files: tuple[Path, ...], folder: Path, fps: float | None, *, is_endless: bool) -> None:
        self._opener = opener
        self._files = files
        self._folder = folder
        self._period_s = None if fps is None else 1.0 / fps
        self._is_endless = is_endless
        self._is_pending = False
        self._first = opener.position

    def read(self) -> Reading[Picture] | None:
        """The next image; an unreadable file is a picture without an image and with the reason. None at the end.

        Raises SourceError when the folder itself is gone: its pictures wait, none is passed over.
        """
        if self._is_pending:
            self._opener.position += 1
            self._is_pending = False
        position = self._opener.position
        if position >= len(self._files) and not self._is_endless:
            return None
        path = self._files[position % len(self._files)]
        self._is_pending = True
        due_s = None if self._period_s is None else (position - self._first) * self._period_s
        time_s = None if self._period_s is None else position * self._period_s
        name = path.relative_to(self._folder).as_posix()
        try:
            return Reading(Picture(read_image(path), name, time_s=time_s), due_s)
        except InputError as error:
            if not _is_there(self._folder):
                raise _gone(self._folder) from error
            return Reading(Picture(None, name, str(error), time_s), due_s, complaint=str(error))

    def close(self) -> None:
        """Nothing is held open."""


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return False


def _gone(folder: Path) -> SourceError:
    return SourceError("The folder of images is gone", where=str(folder), do="Check disk, network and cable; it is tried again")


def list_images(folder: Path, pattern: str) -> tuple[Path, ...]:
    """The images of *folder* that match the glob *pattern*, in order of their path; hidden files are left out.

    A pattern that ends in ``*`` takes the usual image suffixes only; one with an ending takes whatever it names.
    """
    takes_anything = pattern.endswith("*")
    found = (
        path
        for path in folder.glob(pattern)
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and (not takes_anything or path.suffix.lower() in IMAGE_SUFFIXES)
        and path.is_file()
    )
    return tuple(sorted(found, key=lambda path: path.relative_to(folder).as_posix()))
