"""This file decides what the child of the kill test does: it runs a line until its incident is on disk, says so, and waits to be killed."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from station.line import Line
from tests.integration.station_making import make_line, wait_until, write_parts

CAMERA = 'kind = "folder"\npath = "parts"\nfps = 10\nloop = true\n'


def make(folder: Path) -> Line:
    """A line whose parts have blobs from the tenth on."""
    if not (folder / "parts").exists():
        write_parts(folder / "parts", "." * 10 + "x" * 40)
    return make_line(folder, CAMERA)


def main(folder: Path) -> None:
    """Run until killed."""
    line = make(folder)
    line.start()
    wait_until(lambda: len(line.snapshot().incidents) == 1, "an incident", 60.0)
    (incident,) = line.snapshot().incidents
    wait_until(lambda: bool(line.incidents.evidence(incident.incident_id).moments), "its first seconds on disk", 20.0)
    print(json.dumps({"incident": incident.incident_id, "alarms": list(incident.alarms)}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
