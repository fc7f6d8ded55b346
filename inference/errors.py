"""This file decides what every error of Lineside says: what is wrong, where, with which value, and what to do."""

from __future__ import annotations


class LinesideError(Exception):
    """Base of every error that a person may read.

    Args:
        what: What is wrong, as the beginning of a sentence, without a full stop.
        where: File, source or setting it happened at; empty where there is none.
        value: The offending value as read; empty where there is none.
        do: What the reader should do, as a sentence without a full stop.

    ``str()`` gives one line: ``what (where: value). do.``
    """

    def __init__(self, what: str, *, where: str = "", value: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.value = value
        self.do = do
        place = ": ".join(part for part in (where, value) if part)
        sentence = what + (f" ({place})" if place else "") + "."
        super().__init__(sentence + (f" {do}." if do else ""))


class PackError(LinesideError):
    """A model pack does not keep its contract, or is not there."""


class ProviderError(LinesideError):
    """An execution provider was asked for and cannot be had, or failed."""


class InputError(LinesideError):
    """An image or a table cannot be judged as it is."""


class UsageError(LinesideError):
    """The command line was used wrongly; exit code 2."""


class ConfigError(LinesideError):
    """The station file is not one; carries every mistake at once."""


class SourceError(LinesideError):
    """A camera or a sensor link cannot be opened or read."""


class RecordsError(LinesideError):
    """Records cannot be read or written."""
