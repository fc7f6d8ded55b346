"""This file decides against which numbers the load of warnings is held, each with the standard it comes from.

What counts as one warning here is an *activation*: the moment at which a warning calls for a person, with its horn and a
new acknowledgement. These are the journal's events RAISED, RAISED_AGAIN and REALARMED (:data:`ACTIVATIONS`), of defects,
faults and the station itself alike, because the operator hears them all. IEC 62682 / ISA-18.2 count the same: "alarm
annunciations" per operator, clause 16 (performance metrics). Counts that grow (COUNTED), what a restart takes over
(RESTORED), and warnings that are put aside (shelved, suppressed by design, out of service: nobody is called) do not count.
"""

from __future__ import annotations

from station.events import AlarmEventKind

ACTIVATIONS = frozenset(kind for kind in AlarmEventKind if kind.name in {"RAISED", "RAISED_AGAIN", "REALARMED"})
"""Events that call a person."""

INTERVAL_S = 600.0
"""Rates are told per ten minutes: ISA-18.2 table 6, EEMUA 191 appendix 12."""
TARGET_PER_10_MIN = 1.0
"""About one per ten minutes and operator is very likely acceptable (ISA-18.2 table 6: ~6 per hour, ~144 per day)."""
MOST_PER_10_MIN = 2.0
"""About two per ten minutes is the most that is manageable (ISA-18.2 table 6: ~12 per hour, ~288 per day)."""
FLOOD_PER_10_MIN = 10
"""More than ten within ten minutes begin a flood (ISA-18.2, 3.1 "alarm flood"; EEMUA 191)."""
FLOOD_ENDS_BELOW = 5
"""A flood is over when fewer than five came within the last ten minutes (ISA-18.2, 16.5.4)."""
MOST_FLOOD_SHARE = 0.01
"""Less than about 1 % of the time may be flood (ISA-18.2 table 7)."""
CHATTER_TIMES = 3
CHATTER_WITHIN_S = 60.0
"""A warning that comes three times or more within a minute chatters (ISA-18.2 table 7: none is acceptable)."""
STALE_AFTER_S = 86_400.0
"""A warning that stands longer than a day without a break is stale (ISA-18.2, 16.5.6)."""
FEWER_STALE_THAN = 5
"""Fewer than five may be stale on any day (ISA-18.2 table 7)."""
FREQUENT_LISTED = 10
"""The ten most frequent are looked at; they should make no more than about 5 % of the load (ISA-18.2 table 7)."""
MOST_FREQUENT_SHARE = 0.05
PRIORITY_SHARES = {4: 0.80, 3: 0.15, 2: 0.05, 1: 0.01}
"""About 80 % low, 15 % medium, 5 % high (ISA-18.2 table 7); with a fourth priority above these, less than 1 % critical."""
