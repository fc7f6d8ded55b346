"""This file decides which line of a TOML text a key stands on: ``tomllib`` gives the values, but not where they were."""

from __future__ import annotations

from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Keys and, within arrays, indexes from 0, e.g. ``("cameras", 1, "name", "en")``."""

_BARE_END = frozenset(",]}#\n")
_SPACE = frozenset(" \t\r")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def locate_keys(text: str) -> Mapping[KeyPath, int]:
    """Line (from 1) of every table header, key and array item of *text*.

    Args:
        text: TOML that ``tomllib`` accepts; for anything else the answer is unspecified, but it ends.

    A table that only dotted keys or sub-tables imply is located at the first of them; the root ``()`` at line 1.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks the text once. Validity was checked by ``tomllib``; this only keeps track of where things are."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._lines: dict[KeyPath, int] = {(): 1}
        self._table_counts: dict[KeyPath, int] = {}

    def scan(self) -> Mapping[KeyPath, int]:
        current: KeyPath = ()
        self._skip_blank()
        while self._at < len(self._text):
            before = self._at
            if self._text.startswith("[[", self._at):
                current = self._read_array_header()
            elif self._peek() == "[":
                current = self._read_header()
            else:
                self._read_pair(current)
            self._skip_blank()
            if self._at == before:
                self._advance(1)
        return self._lines

    # ---- statements ----------------------------------------------------------------------------------------------

    def _read_array_header(self) -> KeyPath:
        line = self._line
        self._advance(2)
        keys = self._read_dotted()
        self._advance(2)
        path = (*self._resolve(keys[:-1]), *keys[-1:])
        self._note(path, line)
        index = self._table_counts.get(path, 0)
        self._table_counts[path] = index + 1
        self._note((*path, index), line)
        return (*path, index)

    def _read_header(self) -> KeyPath:
        line = self._line
        self._advance(1)
        path = self._resolve(self._read_dotted())
        self._advance(1)
        self._lines[path] = line
        self._note(path, line)
        return path

    def _read_pair(self, table: KeyPath) -> None:
        line = self._line
        path = (*table, *self._read_dotted())
        self._note(path, line)
        self._advance(1)
        self._skip_space()
        self._read_value(path)

    def _resolve(self, keys: KeyPath) -> KeyPath:
        """The path *keys* mean in a header: within an array of tables, its newest table."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._table_counts:
                path = (*path, self._table_counts[path] - 1)
        return path

    def _note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    # ---- keys and values -----------------------------------------------------------------------------------------

    def _read_dotted(self) -> KeyPath:
        keys: list[str] = []
        while True:
            self._skip_space()
            keys.append(self._read_key())
            self._skip_space()
            if self._peek() != ".":
                return tuple(keys)
            self._advance(1)

    def _read_key(self) -> str:
        quote = self._peek()
        if quote in {'"', "'"}:
            begin = self._at + 1
            self._skip_string()
            inner = self._text[begin : self._at - 1]
            return inner if quote == "'" else _unescape(inner)
        begin = self._at
        while self._peek() and (self._peek().isalnum() or self._peek() in "-_"):
            self._advance(1)
        return self._text[begin : self._at]

    def _read_value(self, path: KeyPath) -> None:
        match self._peek():
            case '"' | "'":
                self._skip_string()
            case "[":
                self._read_array(path)
            case "{":
                self._read_inline_table(path)
            case _:
                while self._peek() and self._peek() not in _BARE_END:
                    self._advance(1)

    def _read_array(self, path: KeyPath) -> None:
        self._advance(1)
        index = 0
        while True:
            self._skip_blank()
            if self._peek() in {"]", ""}:
                self._advance(1)
                return
            if self._peek() == ",":
                self._advance(1)
                continue
            before = self._at
            self._note((*path, index), self._line)
            self._read_value((*path, index))
            index += 1
            if self._at == before:
                return

    def _read_inline_table(self, path: KeyPath) -> None:
        self._advance(1)
        while True:
            self._skip_blank()
            if self._peek() in {"}", ""}:
                self._advance(1)
                return
            if self._peek() == ",":
                self._advance(1)
                continue
            before = self._at
            self._read_pair(path)
            if self._at == before:
                return

    def _skip_string(self) -> None:
        quote = self._peek()
        mark = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        self._advance(len(mark))
        while self._at < len(self._text) and not self._text.startswith(mark, self._at):
            self._advance(2 if quote == '"' and self._peek() == "\\" else 1)
        self._advance(len(mark))
        # Up to two quotes may stand right before the closing three; they belong to the string.
        while len(mark) == 3 and self._peek() == quote:
            self._advance(1)

    # ---- characters ----------------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _advance(self, count: int) -> None:
        end = min(len(self._text), self._at + count)
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self._advance(1)

    def _skip_blank(self) -> None:
        while self._peek():
            if self._peek() == "#":
                while self._peek() and self._peek() != "\n":
                    self._advance(1)
            elif self._peek() == "\n" or self._peek() in _SPACE:
                self._advance(1)
            else:
                return


def _unescape(text: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\":
            out.append(text[at])
            at += 1
            continue
        kind = text[at + 1 : at + 2]
        width = {"u": 4, "U": 8}.get(kind, 0)
        out.append(chr(int(text[at + 2 : at + 2 + width], 16)) if width else _ESCAPES.get(kind, kind))
        at += 2 + width
    return "".join(out)
