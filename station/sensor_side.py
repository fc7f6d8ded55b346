"""This file decides how a station's sensor links are wired: readers to judges, judges to the row desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from station.alarm_desk import AlarmDesk
from station.clock import Clock
from station.config import AlarmConfig, LimitCondition, Sensor, TableSensors
from station.frames import SourceId
from station.keeping import CONTRIBUTIONS_AGAIN_S
from station.model_shelf import ModelShelf
from station.past import Drivers
from station.records.store import Records
from station.row_desk import RowDesk
from station.sensor_judging import SensorJudge, SensorModel
from station.snapshots import sensor_view
from station.sources.sensor_reader import SensorReader
from station.trace_ring import NO_TRACE
from station.view import RISK_PREFIX, SensorView, Trace


class SensorSide:
    """Everything between the sensor links and the alarms.

    Args:
        sensors: As configured.
        definitions: The station's alarm definitions: which channels have limits.
        base_dir: Folder of the station file.
        trend_interval_s: Values are kept so often.
        shelf: The packs.
        alarms: Where warnings are raised.
        records: Where trends are kept.
        clock: Source of time.
    """

    def __init__(
        self,
        sensors: Sequence[Sensor],
        definitions: Sequence[AlarmConfig],
        base_dir: Path,
        trend_interval_s: float,
        shelf: ModelShelf,
        alarms: AlarmDesk,
        records: Records,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._records = records
        self._shelf = shelf
        self._readers: dict[SourceId, SensorReader] = {}
        self._judge_of: dict[SourceId, SensorJudge] = {}
        limited: dict[SourceId, frozenset[str]] = {}
        for definition in definitions:
            watched = (definition.when if isinstance(definition.when, LimitCondition) else None, definition.suppressed_while)
            for condition in (one for one in watched if one is not None):
                source_id = SourceId(condition.source)
                limited[source_id] = limited.get(source_id, frozenset()) | {condition.channel}
        self.desk = RowDesk(self.channel_ids, lambda link: limited.get(link, frozenset()), trend_interval_s, alarms, records, clock)
        for sensor in sensors:
            judge = SensorJudge(
                sensor,
                open_model=self._stream_opener(sensor),
                deliver_rows=self.desk.take_rows,
                deliver=self.desk.take_decision,
                clock=clock,
            )
            self._judge_of[judge.source_id] = judge
            self._readers[judge.source_id] = SensorReader(sensor, base_dir, clock, judge)

    @property
    def judges(self) -> tuple[SensorJudge, ...]:
        """One per link."""
        return tuple(self._judge_of.values())

    @property
    def readers(self) -> tuple[SensorReader, ...]:
        """One per link."""
        return tuple(self._readers.values())

    @property
    def received(self) -> int:
        """Rows received."""
        return sum(judge.received for judge in self.judges)

    @property
    def dropped(self) -> int:
        """Rows lost because judging could not keep up."""
        return sum(judge.dropped for judge in self.judges)

    def channel_ids(self, source_id: SourceId) -> tuple[str, ...]:
        """Channels of a link, in the order of its values; empty for an unknown one."""
        reader = self._readers.get(source_id)
        return reader.channel_ids if reader is not None else ()

    def views(self) -> tuple[SensorView, ...]:
        """The links as the screen shows them."""
        now_s, now_utc_s = self._clock.monotonic_s(), self._clock.utc().timestamp()
        return tuple(
            sensor_view(judge, self._readers[source_id].health(), self._shelf.contract(judge.sensor.model), now_s, now_utc_s)
            for source_id, judge in self._judge_of.items()
        )

    def recent_trace(self, sensor: SourceId, channel: str, seconds: float) -> Trace:
        """The last *seconds* of a channel from memory, or of a risk (``risk:TARGET``); empty for an unknown one."""
        judge = self._judge_of.get(sensor)
        if judge is None:
            return NO_TRACE
        return judge.recent_trace(channel, self.channel_ids(sensor), seconds, self._clock.utc().timestamp())

    def recent_traces(self, sensor: SourceId, seconds: float) -> Mapping[str, Trace]:
        """The last *seconds* of every channel and risk (``risk:TARGET``) of a link, by name; nothing for an unknown link."""
        judge = self._judge_of.get(sensor)
        targets = () if judge is None else judge.targets
        names = (*self.channel_ids(sensor), *(f"{RISK_PREFIX}{target}" for target in targets))
        return {name: self.recent_trace(sensor, name, seconds) for name in names}

    def drivers_at(self, sensor: SourceId, target: str, utc: datetime) -> Drivers | None:
        """Which channels drove a target's score at *utc*, from the records; None where that was not kept."""
        judge = self._judge_of.get(sensor)
        every_s = CONTRIBUTIONS_AGAIN_S if judge is None else max(CONTRIBUTIONS_AGAIN_S, judge.sensor.judge_every_s)
        return self._records.drivers_at(sensor, target, utc, timedelta(seconds=2.0 * every_s))

    def _stream_opener(self, sensor: Sensor) -> Callable[[], SensorModel] | None:
        pack, source_id = sensor.model, SourceId(sensor.id)
        if pack is None:
            return None
        # A recording begins with a cycle; what a machine does when its link comes up nobody knows.
        recorded = isinstance(sensor, TableSensors)
        return lambda: self._shelf.open_stream(pack, self.channel_ids(source_id), sensor.judge_every_s, cycles_from_start=recorded)
