"""This file decides which packs a line finds, and how a judge gets one open: proven, on a provider that is told."""

from __future__ import annotations

import logging
import math
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.contract import PackContract, WindowKind
from inference.errors import LinesideError, PackError
from inference.failover import FailoverSession
from inference.findings import Finding
from inference.image_runner import ImageRunner
from inference.model_opening import OpenedModel, open_model
from inference.pack import find_pack, list_packs, load_pack
from inference.row_stream import RowStream
from inference.sequence_runner import SequenceRunner
from inference.sequence_stream import SequenceStream
from inference.table_runner import TableRunner
from station.sensor_judging import SensorModel

_log = logging.getLogger(__name__)


class RowByRow:
    """Judges single rows of a link with a table pack, at most every so often. One thread."""

    def __init__(self, runner: TableRunner, channels: Sequence[str], every_s: float) -> None:
        self._stream = RowStream(runner)
        self._channels = tuple(channels)
        self._every_s = every_s
        self._due_s = -np.inf
        self._latest_s = -np.inf

    def push(self, time_s: float, values: NDArray[np.float64], key: str = "", phase_s: float | None = None) -> tuple[Finding, ...] | None:
        """Judge the row when one is due; a time line that begins again begins with a decision."""
        del key, phase_s
        row = dict(zip(self._channels, values.tolist(), strict=True))
        self._stream.observe(row)
        ran_backwards = time_s < self._latest_s
        self._latest_s = time_s
        if time_s < self._due_s and not ran_backwards:
            return None
        self._due_s = time_s + self._every_s
        return self._stream.judge(row)


class CyclesFromStart:
    """Says the phase of a machine cycle for rows that do not: cycles follow each other from the first row on, as ``monitor`` takes it.

    Args:
        model: Judges the rows.
        length_s: Of a cycle, s.
    """

    def __init__(self, model: SensorModel, length_s: float) -> None:
        self._model = model
        self._length_s = length_s
        self._start_s: float | None = None

    def push(self, time_s: float, values: NDArray[np.float64], key: str = "", phase_s: float | None = None) -> tuple[Finding, ...] | None:
        """Judge the row; a phase that it says itself counts."""
        if self._start_s is None and math.isfinite(time_s):
            self._start_s = time_s
        if phase_s is None and self._start_s is not None and math.isfinite(time_s):
            phase_s = (time_s - self._start_s) % self._length_s
        return self._model.push(time_s, values, key, phase_s)


class ModelShelf:
    """The packs of a line. Every method may be called from any thread; what is opened belongs to its caller's.

    Args:
        folders: Where packs lie; of two with the same name the one in the earlier folder counts.
        on_note: Told once of everything worth saying about providers, by :meth:`tell_notes`.
    """

    def __init__(self, folders: Sequence[Path], on_note: Callable[[str], None]) -> None:
        self._folders = tuple(folders)
        self._on_note = on_note
        self._lock = threading.Lock()
        self._opened: list[tuple[str, str, weakref.ref[FailoverSession]]] = []
        """Pack, what was said when it was opened, and its session for as long as somebody judges with it."""
        self._told: set[str] = set()
        self._contracts: dict[str, PackContract] = {}
        for folder in list_packs(self._folders):
            try:
                self._contracts[folder.name] = load_pack(folder).contract
            except LinesideError as error:
                _log.warning("%s", error)

    def contracts(self) -> tuple[PackContract, ...]:
        """Contracts of all packs in order, by name."""
        return tuple(self._contracts.values())

    def contract(self, name: str | None) -> PackContract | None:
        """The contract of a pack; None where there is none, or it is not in order."""
        return self._contracts.get(name) if name is not None else None

    def near_miss(self, name: str | None) -> float | None:
        """Lowest near-miss score of a pack's outputs; None where it has none."""
        contract = self.contract(name)
        scores = [output.near_miss for output in contract.outputs if output.near_miss is not None] if contract is not None else []
        return min(scores, default=None)

    def open_image(self, name: str) -> ImageRunner:
        """Open a pack for cameras.

        Raises:
            PackError: It is not there, not in order, fails its golden set, or is not for images.
            ProviderError: No provider runs it.
        """
        runner = self._open(name).runner
        if not isinstance(runner, ImageRunner):
            raise PackError("This pack does not judge images", where=name, do="Name an image pack for the camera in the station file")
        return runner

    def open_stream(self, name: str, channels: Sequence[str], every_s: float, *, cycles_from_start: bool = False) -> SensorModel:
        """Open a pack for a sensor link with *channels*, a decision every *every_s* source seconds.

        Args:
            name: The pack.
            channels: In the order of the link's values.
            every_s: Source seconds from decision to decision.
            cycles_from_start: Rows that do not say where in the machine's cycle they are, are taken to begin with one.

        Raises:
            PackError: It is not there, not in order, fails its golden set, or judges images.
            ProviderError: No provider runs it.
        """
        runner = self._open(name).runner
        if isinstance(runner, SequenceRunner):
            stream = SequenceStream(runner, every_s, channels)
            is_cycle = runner.spec.kind is WindowKind.CYCLE
            return CyclesFromStart(stream, runner.spec.length_s) if cycles_from_start and is_cycle else stream
        if isinstance(runner, TableRunner):
            return RowByRow(runner, channels, every_s)
        raise PackError("This pack does not judge sensors", where=name, do="Name a sensor pack for the link in the station file")

    def prove(self, name: str) -> OpenedModel:
        """Open a pack once more and run its golden set, beside the one that judges.

        Raises:
            PackError, ProviderError: As :meth:`open_image`.
        """
        return open_model(find_pack(name, self._folders))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of providers, e.g. that a GPU failed and the CPU judges; English. Cheap."""
        with self._lock:
            notes = [
                f"{name}: {note}"
                for name, opening_note, alive in self._opened
                if (session := alive()) is not None and (note := session.note or opening_note)
            ]
        return tuple(dict.fromkeys(notes))

    def tell_notes(self) -> None:
        """Tell what is new among the notes, each once; call it now and then."""
        new = [note for note in self.notes if note not in self._told]
        self._told.update(new)
        for note in new:
            self._on_note(note)

    def _open(self, name: str) -> OpenedModel:
        model = open_model(find_pack(name, self._folders))
        with self._lock:
            self._opened = [one for one in self._opened if one[2]() is not None]
            self._opened.append((name, model.opening_note, weakref.ref(model.session)))
        _log.info("Pack %s %s judges on %s", name, model.pack.version, model.provider.short_name)
        return model
