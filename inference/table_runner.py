"""This file decides how a row of a table is judged: believed or not, network, score, contributors."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from inference.contract import TableInput
from inference.errors import PackError
from inference.explanation import Explain
from inference.findings import Finding
from inference.pack import ModelPack
from inference.reasons import Reason, ReasonCode
from inference.runtime import Session
from inference.scoring import refuse_all
from inference.sequence_preprocessing import FloatSeries, prepare_rows
from inference.sequence_runner import find_out_of_range, judge_tensor


class TableRunner:
    """Judges rows with one pack; one thread at a time."""

    def __init__(self, pack: ModelPack, session: Session, explain: Explain = Explain.WHEN_NOTABLE) -> None:
        """Bind *pack* to *session* (checked with :func:`inference.pack.check_session`)."""
        if pack.contract.table is None:
            raise PackError("This pack does not judge rows of a table", where=pack.name, do="Name a pack for tables")
        self._pack = pack
        self._session = session
        self._spec: TableInput = pack.contract.table
        self._explain = explain
        self._places = {channel.name: slice(index, index + 1) for index, channel in enumerate(self._spec.channels)}

    @property
    def pack(self) -> ModelPack:
        """The pack that judges."""
        return self._pack

    @property
    def spec(self) -> TableInput:
        """The row it wants."""
        return self._spec

    @property
    def provider(self) -> str:
        """Where it runs now."""
        return self._session.provider.value

    def judge_row(self, values: Mapping[str, float], explain: Explain | None = None) -> tuple[Finding, ...]:
        """Judge one row: one finding per target.

        Args:
            values: Numbers by channel name, in the channel's unit; words already read with :func:`read_words`.
            explain: When contributors are computed; None: as the runner was made.

        Raises:
            ProviderError: The provider failed.
        """
        start = time.perf_counter()
        row: dict[str, FloatSeries] = {}
        for channel in self._spec.channels:
            if channel.name not in values:
                return self.refuse(Reason.of(ReasonCode.CHANNEL_MISSING, channel=channel.name))
            series = np.array([values[channel.name]], dtype=np.float64)
            if not np.isfinite(series[0]):
                return self.refuse(Reason.of(ReasonCode.CHANNEL_NOT_FINITE, channel=channel.name))
            reason = find_out_of_range(channel, series)
            if reason is not None:
                return self.refuse(reason)
            row[channel.name] = series
        tensor = prepare_rows(row, self._spec)
        return judge_tensor(self._pack, self._session, tensor, self._places, explain or self._explain, start)

    def refuse(self, reason: Reason) -> tuple[Finding, ...]:
        """NO VERDICT with *reason* for every target."""
        return refuse_all(self._pack, self.provider, reason, 0.0)

    def warm_up(self) -> None:
        """Run the network once: the first run is slow."""
        self._session.run({self._spec.name: np.zeros((1, len(self._spec.channels)), dtype=np.float32)})


def read_words(words: Sequence[str], known: Sequence[str]) -> FloatSeries:
    """Turn a column of words into 0, 1, 2, … by their place in *known*; NaN for a word that is not known."""
    places = {word: float(index) for index, word in enumerate(known)}
    return np.array([places.get(word, np.nan) for word in words], dtype=np.float64)
