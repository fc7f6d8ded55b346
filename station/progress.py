"""This file decides how long work shows its progress: a bar on stderr, only where somebody can see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]
"""Called with how many pieces are done since the last call."""


@contextmanager
def track_progress(text: str, total: int, *, shown: bool) -> Iterator[Advance]:
    """Show a bar named *text* for *total* pieces while the block runs; nothing where stderr is no terminal or not *shown*."""
    visible = shown and sys.stderr is not None and sys.stderr.isatty()
    if not visible:
        yield lambda _pieces: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(text, total=total)
        yield lambda pieces: progress.advance(task, pieces)


@contextmanager
def show_counts(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """Show a line that the block renews with its counts while it runs; nothing where stderr is no terminal or not *shown*."""
    visible = shown and sys.stderr is not None and sys.stderr.isatty()
    if not visible:
        yield lambda _text: None
        return
    with Console(stderr=True).status("Starting") as status:
        yield status.update
