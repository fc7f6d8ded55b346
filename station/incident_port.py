"""This file decides what the window may ask about incidents.

``IncidentPort`` is implemented by :class:`station.incidents.incident_desk.IncidentDesk`. Open incidents are in the
snapshot (:class:`station.incident_view.IncidentView`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from station.frames import AlarmId, IncidentId
from station.incidents.evidence import Evidence, IncidentRecord


class IncidentPort(Protocol):
    """Incidents, open and closed. Everything touches the disk: call it from a worker thread."""

    def evidence(self, incident_id: IncidentId) -> Evidence:
        """Everything kept of one incident: pictures, traces, its warnings, who did what.

        Raises:
            RecordsError: There is no such incident, or the records cannot be read. Pictures that are missing or damaged
                raise nothing: ``Evidence.missing`` says why.
        """
        ...

    def history(self, since_utc: datetime, until_utc: datetime) -> Sequence[IncidentRecord]:
        """Incidents opened in a period, newest first, without their steps. Raises RecordsError."""
        ...

    def incident_of(self, alarm_id: AlarmId) -> IncidentId | None:
        """The incident of a warning, open or closed; None where it has none. Raises RecordsError."""
        ...
