"""This file decides how a fault goes that a camera and a machine's sensors see together: one schedule, asked by both.

The rig that clamps the parts loses pressure and flow, and the parts it lets slip come out broken. Both are functions of
the seconds since the line started, so that they happen together whatever the speed of the rig's own time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RISES_SHARE = 0.1
"""Share of its time in which the fault grows from nothing to its worst; it ends as fast."""
BREAKS_FROM = 0.25
"""From this severity on the parts break."""


@dataclass(frozen=True, slots=True)
class JointFault:
    """One fault of the clamping, as camera and rig see it.

    Attributes:
        starts_s: Seconds after the start of the line.
        lasts_s: From the first sign until it is repaired.
    """

    starts_s: float
    lasts_s: float

    def severity(self, line_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How bad it is at *line_s*, seconds since the start of the line, any shape: 0 healthy … 1 worst."""
        share = (line_s - self.starts_s) / self.lasts_s
        return np.interp(share, [0.0, RISES_SHARE, 1.0 - RISES_SHARE, 1.0], [0.0, 1.0, 1.0, 0.0])

    def breaks(self, line_s: float) -> bool:
        """Whether a part that is clamped at *line_s* breaks."""
        return float(self.severity(np.array([line_s]))[0]) >= BREAKS_FROM
