"""This file decides against which numbers the load of warnings is held, each with the standard it comes from.

What counts as one warning here is an *activation*: the moment at which a warning calls for a person, with its horn and a
new acknowledgement. These are the journal's events RAISED, RAISED_AGAIN, REALARMED and PROMOTED (:data:`ACTIVATIONS`), of
defects, faults and the station itself alike, because the operator hears them all. ANSI/ISA-18.2-2016 and IEC 62682
count the same: alarms annunciated to an operator. Counts that grow (COUNTED), what a restart takes over (RESTORED), and what
happens behind a hold (RAISED_HELD: shelved, suppressed by design, out of service; nobody is called) do not count.

All numbers are the recommended ones of ANSI/ISA-18.2-2016 and IEC 62682, clause 16 (monitoring and assessment); those on rates and
floods go back to EEMUA publication 191.
"""

from __future__ import annotations

from station.events import RINGING

ACTIVATIONS = RINGING
"""Events that call a person."""

INTERVAL_S = 600.0
"""Rates are told per ten minutes and operator."""
TARGET_PER_10_MIN = 1.0
"""About one per ten minutes (6 per hour, 144 per day) is very likely acceptable."""
MOST_PER_10_MIN = 2.0
"""About two per ten minutes (12 per hour, 288 per day) is the most that is manageable."""
FLOOD_PER_10_MIN = 10
"""More than ten within ten minutes begin a flood."""
FLOOD_ENDS_BELOW = 5
"""A flood is over when fewer than five came within the last ten minutes."""
MOST_FLOOD_SHARE = 0.01
"""Less than about 1 % of the time may be flood."""
CHATTER_TIMES = 3
CHATTER_WITHIN_S = 60.0
"""A warning that comes three times or more within a minute chatters; none is acceptable."""
STALE_AFTER_S = 86_400.0
"""A warning that stands for more than a day without a break is stale."""
FEWER_STALE_THAN = 5
"""Fewer than five may be stale on any day."""
FREQUENT_LISTED = 10
MOST_FREQUENT_SHARE = 0.05
"""The ten most frequent together should make no more than 1 to 5 % of the load, or be looked at one by one."""
PRIORITY_SHARES = {4: 0.80, 3: 0.15, 2: 0.05, 1: 0.01}
"""About 80 % low, 15 % medium, 5 % high; with a fourth priority above these, less than 1 % critical."""
