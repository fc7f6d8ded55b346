"""The door: reads the command line, wires a station, opens the window or runs without one."""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from inference.errors import LinesideError, UsageError

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2


def _parser() -> argparse.ArgumentParser:
    """The fixed command line (docs/operations.md)."""
    data_help = "where records, logs and packs made here go (default: the user's data folder)"
    station_help = "station file (default: the demo line, SIMULATED)"
    # After a verb the same options must not reset what was given before it: their default is suppressed there.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--data", type=Path, metavar="DIR", help=data_help)
    station = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    station.add_argument("--station", type=Path, metavar="FILE", help=station_help)

    parser = argparse.ArgumentParser(
        prog="lineside",
        description="Watches a line's cameras and sensors, judges them on this computer, and warns. Without a verb: the window.",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help=data_help)
    parser.add_argument("--station", type=Path, metavar="FILE", help=station_help)
    parser.add_argument("--check", action="store_true", help="check the station file, say every mistake with its line, and end")
    parser.add_argument(
        "--pictures", type=Path, metavar="DIR", help="run offscreen, save a picture of every screen to DIR, print the summary, and end"
    )
    parser.set_defaults(act=_window)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")

    run = verbs.add_parser("run", parents=[common, station], help="the same line without a window; a summary at the end")
    run.add_argument("--headless", action="store_true", required=True, help="without a window")
    until = run.add_mutually_exclusive_group()
    until.add_argument("--until-exhausted", action="store_true", help="until every replay has reached its end")
    until.add_argument("--seconds", type=_positive, metavar="N", help="for N seconds")
    run.add_argument("--json", action="store_true", help="one JSON object on stdout")
    run.set_defaults(act=_run)

    inspect = verbs.add_parser("inspect", parents=[common], help="judge images or folders")
    inspect.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="image or folder")
    inspect.add_argument("--model", required=True, metavar="NAME", help="model pack")
    inspect.add_argument("--out", required=True, type=Path, metavar="CSV", help="table to write")
    inspect.add_argument("--heatmaps", type=Path, metavar="DIR", help="one PNG per image, gray 0-255")
    inspect.add_argument("--growth", type=Path, metavar="CSV", help="table of what grows, per position and step (docs/growth.md)")
    inspect.add_argument("--names", metavar="REGEX", help="with --growth: groups (?P<position>…), (?P<time>…) in the files' names")
    inspect.add_argument("--time-format", metavar="FORMAT", help="with --growth: how the group time is written, e.g. %%y%%m%%d%%H%%M%%S")
    inspect.set_defaults(act=_inspect)

    monitor = verbs.add_parser("monitor", parents=[common], help="judge a recorded table of sensors")
    monitor.add_argument("table", type=Path, metavar="TABLE", help="csv, csv.gz, npz, a folder with cycles.csv, or C-MAPSS text")
    monitor.add_argument("--model", required=True, metavar="NAME", help="model pack")
    monitor.add_argument("--out", required=True, type=Path, metavar="CSV", help="table to write")
    monitor.set_defaults(act=_monitor)

    models = verbs.add_parser("models", parents=[common], help="the packs, their tasks, hashes and measured figures")
    models.add_argument("--json", action="store_true", help="as JSON on stdout")
    models.set_defaults(act=_models)

    doctor = verbs.add_parser("doctor", parents=[common, station], help="check packs, providers, cameras, disk, clock, permissions")
    doctor.add_argument("--json", action="store_true", help="as JSON on stdout")
    doctor.add_argument("--pin", action="store_true", help="ask for a PIN and print the hash for the station file")
    doctor.set_defaults(act=_doctor)
    return parser


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} must be more than 0")
    return number


def _window(arguments: argparse.Namespace) -> int:
    if arguments.check:
        return _check(arguments)
    no_display = sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    pictures: Path | None = arguments.pictures
    if no_display and pictures is None and os.environ.get("QT_QPA_PLATFORM", "") in ("", "xcb", "wayland"):
        pictures = Path("out") / "pictures"
        print(f"There is no display here: the same line runs offscreen, and a picture of every screen goes to {pictures}.", file=sys.stderr)
    if pictures is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from gui.offscreen import run_offscreen

        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the line stops in order
        return run_offscreen(arguments.station, arguments.data, pictures)
    from gui.desktop import run_desktop

    return run_desktop(arguments.station, arguments.data)


def _check(arguments: argparse.Namespace) -> int:
    from station.verbs import run_check

    return run_check(arguments.station, arguments.data)


def _run(arguments: argparse.Namespace) -> int:
    from station.headless import run_headless

    return run_headless(
        station_path=arguments.station,
        data_dir=arguments.data,
        seconds=arguments.seconds,
        until_exhausted=arguments.until_exhausted,
        as_json=arguments.json,
    )


def _inspect(arguments: argparse.Namespace) -> int:
    from station.verbs import GrowthRequest, run_inspect

    if arguments.growth is None and (arguments.names or arguments.time_format):
        raise UsageError("--names and --time-format go with --growth", do="Write: --growth CSV")
    growth = None if arguments.growth is None else GrowthRequest(arguments.growth, arguments.names, arguments.time_format)
    return run_inspect(arguments.paths, arguments.model, arguments.out, arguments.heatmaps, arguments.data, growth)


def _monitor(arguments: argparse.Namespace) -> int:
    from station.verbs import run_monitor

    return run_monitor(arguments.table, arguments.model, arguments.out, arguments.data)


def _models(arguments: argparse.Namespace) -> int:
    from station.verbs import run_models

    return run_models(arguments.data, as_json=arguments.json)


def _doctor(arguments: argparse.Namespace) -> int:
    if arguments.pin:
        from station.verbs import run_pin

        return run_pin()
    from station.doctor import run_doctor

    return run_doctor(arguments.station, arguments.data, as_json=arguments.json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 failed (the reason on stderr), 2 wrong usage."""
    if sys.stdout is None:  # a windowed Windows program has no console
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():  # a Windows pipe is not UTF-8 by itself
            stream.reconfigure(encoding="utf-8", errors="replace")
    parsed = _parser().parse_args(arguments)
    act: Callable[[argparse.Namespace], int] = parsed.act
    try:
        from inference.installation import check_installation
        from station.sources.capture_settings import capture_settings

        check_installation()
        capture_settings(os.environ)  # before the first import of cv2
        return act(parsed)
    except UsageError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    except LinesideError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except BrokenPipeError:  # whoever read the output has seen enough; nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("Stopped by the keyboard.", file=sys.stderr)
        return EXIT_FAILED


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
