"""This file decides what the killed program does: it answers warnings and says each answer after it is on disk.

Run by ``test_kill_during_feedback`` as ``python -m tests.integration.feedback_until_killed FOLDER``. Beside the answers
it keeps trends, counts and pictures going, so that the kill meets a busy writer.
"""

from __future__ import annotations

import sys
from pathlib import Path

from station.alarms.engine import AlarmEngine
from station.clock import SystemClock
from station.config import RecordsConfig
from station.frames import PersonId
from station.keeping import WhyKept
from station.records.store import Records
from station.view import Feedback, FeedbackAnswer
from tests.unit.alarm_making import CAM, RIG, definition, finding, judged


def main(folder: Path) -> None:
    clock = SystemClock()
    records = Records.open(folder, clock, RecordsConfig(nearly_full_mib=1))
    engine = AlarmEngine([definition()], camera_ids=[CAM])
    number = 0
    while True:
        now_s, now_utc = clock.monotonic_s(), clock.utc()
        (event,) = engine.on_findings(CAM, [finding(0.9)], now_s, now_utc, number)
        records.keep_event(event)
        records.keep_image(judged(number, height=240, width=320), WhyKept.ALARM, finding(0.9), event.alarm_id)
        for _ in range(5):
            records.keep_trend(RIG, {f"TS{n}": float(number) for n in range(8)}, clock.utc())
        records.keep_verdict_counts(CAM, now_utc, now_utc, inspected=1, defects=1, no_verdict=0)
        records.confirm(Feedback(FeedbackAnswer.REAL, PersonId("wei"), alarm_id=event.alarm_id, note=str(number)))
        print(f"answered {event.alarm_id} {number}", flush=True)
        planned = engine.plan_acknowledge(event.alarm_id, PersonId("wei"), "", clock.monotonic_s(), clock.utc())
        records.confirm(planned)
        print(f"acknowledged {event.alarm_id} {number}", flush=True)
        engine.commit(planned)
        for closing in engine.on_findings(CAM, [finding(0.1)], clock.monotonic_s(), clock.utc(), number):
            records.keep_event(closing)
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
