"""This file decides what the killed program does: it puts warnings aside and takes them back, and says each after it is on disk.

Run by ``test_kill_during_holds`` as ``python -m tests.integration.holds_until_killed FOLDER``. Beside that findings keep
coming behind the holds, so that the kill meets a busy writer.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from station.alarm_desk import AlarmDesk
from station.clock import SystemClock
from station.config import AlarmConfig, RecordsConfig
from station.frames import DefinitionId, PersonId
from station.records.store import Records
from station.view import Outcome
from tests.unit.alarm_making import CAM, definition, finding, judged

WEI = PersonId("wei")
NAMES = ("left", "right", "middle")
STEPS = ("acknowledged", "shelved", "unshelved", "out", "back")
LENGTH_S = 3000.0


def definitions() -> list[AlarmConfig]:
    return [definition({"kind": "verdict", "source": CAM, "label": name}, id=name) for name in NAMES]


def main(folder: Path) -> None:
    clock = SystemClock()
    records = Records.open(folder, clock, RecordsConfig(nearly_full_mib=1))
    desk = AlarmDesk(definitions(), [CAM], records, clock)
    desk.restore()
    for number in count():
        for name in NAMES:
            key = DefinitionId(name)
            desk.on_frame(judged(number, found=finding(0.9, label=name)))
            steps = {
                "shelved": lambda key=key: desk.held.shelve(key, LENGTH_S, "die change", WEI),
                "unshelved": lambda key=key: desk.held.unshelve(key, WEI),
                "out": lambda key=key: desk.held.take_out_of_service(key, "camera", WEI),
                "back": lambda key=key: desk.held.return_to_service(key, WEI),
            }
            for step in STEPS:
                if step == "acknowledged":
                    (alarm,) = [view for view in desk.views() if view.definition.id == name]
                    outcome = desk.acknowledge(alarm.alarm_id, WEI, str(number))
                else:
                    outcome = steps[step]()
                _must(outcome)
                print(f"{step} {name}", flush=True)
                for score in (0.1, 0.9):
                    desk.on_frame(judged(number, found=finding(score, label=name)))
                desk.tick()


def _must(outcome: Outcome) -> None:
    if not outcome.ok:
        raise SystemExit(outcome.sentence)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
