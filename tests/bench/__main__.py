"""This file decides which benches run and how their figures are printed.

Usage: ``python -m tests.bench [NAME ...] [--minutes N] [--json FILE]``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.alarm_speed import measure_alarms
from tests.bench.figures import Figure
from tests.bench.inspect_speed import measure_inspect
from tests.bench.line_load import measure_load
from tests.bench.pack_speed import measure_packs
from tests.bench.start_up import measure_start_up
from tests.bench.warning_flood import measure_flood
from tests.bench.warning_load import measure_warning_load

NAMES = ("alarms", "flood", "inspect", "packs", "start-up", "load", "warnings")


def main() -> int:
    """Run the asked benches and print their figures; 0 when all ran."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures Lineside against the bare work it must do.")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help=f"which ({', '.join(NAMES)}; default: all)")
    parser.add_argument("--minutes", type=float, default=1.2, help="length of the load bench (10: memory after 10 minutes)")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    wanted = arguments.names or NAMES
    figures: list[Figure] = []
    for name in wanted:
        print(f"{name} ...", file=sys.stderr)
        if name == "alarms":
            figures += measure_alarms()
        elif name == "flood":
            figures += measure_flood(min(60.0, arguments.minutes * 60.0))
        elif name == "inspect":
            figures += measure_inspect()
        elif name == "packs":
            figures += measure_packs()
        elif name == "start-up":
            figures += measure_start_up()
        elif name == "warnings":
            figures += measure_warning_load()
        else:
            figures += measure_load(arguments.minutes * 60.0)
    _print(figures)
    if arguments.json is not None:
        document = {"machine": _machine(), "figures": [figure.as_dict() for figure in figures]}
        arguments.json.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return 0


def _machine() -> str:
    return f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _print(figures: list[Figure]) -> None:
    table = Table("bench", "figure", "value", "unit", "beside", title=_machine(), title_justify="left")
    for figure in figures:
        table.add_row(figure.bench, figure.name, f"{figure.value:.3g}", figure.unit, figure.beside)
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


if __name__ == "__main__":
    sys.exit(main())
