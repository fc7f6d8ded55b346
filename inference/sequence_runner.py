"""This file decides how a window of channels is judged: believed or not, network, score, value, contributors."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from inference.contract import Channel, Output, OutputKind, SequenceInput
from inference.errors import InputError, PackError
from inference.explanation import Explain, JudgedInput, add_evidence, explain_scores, run_rows
from inference.findings import Contribution, Finding, FloatArray, Verdict
from inference.npz_file import read_arrays
from inference.pack import ModelPack
from inference.reasons import Reason, ReasonCode
from inference.runtime import Session
from inference.scoring import (
    Score,
    bad_verdict,
    complete_scores,
    find_refusal,
    is_notable,
    list_judged,
    measure_novelty,
    refuse_all,
    target_of,
)
from inference.sequence_preprocessing import FloatSeries, count_samples, locate_features, prepare_window


class SequenceRunner:
    """Judges windows with one pack; one thread at a time."""

    def __init__(self, pack: ModelPack, session: Session, explain: Explain = Explain.WHEN_NOTABLE) -> None:
        """Bind *pack* to *session* (checked with :func:`inference.pack.check_session`)."""
        if pack.contract.sequence is None:
            raise PackError("This pack does not judge windows of sensors", where=pack.name, do="Name a pack for sequences")
        self._pack = pack
        self._session = session
        self._spec: SequenceInput = pack.contract.sequence
        self._explain = explain
        self._usual = read_reference(pack)

    @property
    def pack(self) -> ModelPack:
        """The pack that judges."""
        return self._pack

    @property
    def spec(self) -> SequenceInput:
        """The window it wants."""
        return self._spec

    @property
    def provider(self) -> str:
        """Where it runs now."""
        return self._session.provider.value

    def judge_window(self, values: Mapping[str, FloatSeries], explain: Explain | None = None) -> tuple[Finding, ...]:
        """Judge one window: one finding per target.

        Args:
            values: Per channel name float64 (count,) in the channel's unit, oldest first; count is ``rate_hz * length_s``.
            explain: When contributors are computed; None: as the runner was made.

        Raises:
            ProviderError: The provider failed.
        """
        start = time.perf_counter()
        reason = self.find_doubt(values)
        if reason is not None:
            return self.refuse(reason)
        try:
            tensor = prepare_window(values, self._spec)
        except InputError as error:
            return self.refuse(Reason.of(ReasonCode.WRONG_SHAPE, detail=f"{error.where} {error.value}"))
        places = locate_features(self._spec)
        return judge_tensor(self._pack, self._session, tensor, places, explain or self._explain, start, self._usual)

    def find_doubt(self, values: Mapping[str, FloatSeries]) -> Reason | None:
        """Why a window is not believed: a channel missing, without a number, out of range or stuck; None when it is."""
        for channel in self._spec.channels:
            series = values.get(channel.name)
            if series is None or series.size == 0:
                return Reason.of(ReasonCode.CHANNEL_MISSING, channel=channel.name)
            if not np.isfinite(series).all():
                return Reason.of(ReasonCode.CHANNEL_NOT_FINITE, channel=channel.name)
            reason = find_out_of_range(channel, series) or self._find_stuck(channel, series)
            if reason is not None:
                return reason
        return None

    def refuse(self, reason: Reason) -> tuple[Finding, ...]:
        """NO VERDICT with *reason* for every target."""
        return refuse_all(self._pack, self.provider, reason, 0.0)

    def warm_up(self) -> None:
        """Run the network once on the mean of everything: the first run is slow."""
        shape = (1, self._spec.steps, self._spec.features)
        self._session.run({self._spec.name: np.zeros(shape, dtype=np.float32)})

    def _find_stuck(self, channel: Channel, series: FloatSeries) -> Reason | None:
        if channel.stuck_after_s is None:
            return None
        limit = max(2, round(channel.stuck_after_s * channel.rate_hz))
        if limit > count_samples(channel, self._spec):
            return None
        changes = np.flatnonzero(np.diff(series))
        runs = np.diff(np.concatenate(([-1], changes, [series.size - 1])))
        longest = int(np.argmax(runs))
        if runs[longest] < limit:
            return None
        held = series[-1] if longest == changes.size else series[changes[longest]]
        return Reason.of(ReasonCode.CHANNEL_STUCK, channel=channel.name, value=f"{held:g}")


def find_out_of_range(channel: Channel, series: FloatSeries) -> Reason | None:
    """The reason when a value of *series*, float64 (count,), lies outside the channel's believable range."""
    lowest, highest = float(series.min()), float(series.max())
    too_low = channel.low is not None and lowest < channel.low
    if not too_low and (channel.high is None or highest <= channel.high):
        return None
    return Reason.of(
        ReasonCode.CHANNEL_OUT_OF_RANGE,
        channel=channel.name,
        value=f"{lowest if too_low else highest:g}",
        low="-" if channel.low is None else f"{channel.low:g}",
        high="-" if channel.high is None else f"{channel.high:g}",
    )


def read_reference(pack: ModelPack) -> FloatArray | None:
    """The pack's reference window, float32 (1, steps, features); None where it names none.

    Raises:
        PackError: It is missing, or does not fit the pack.
    """
    spec = pack.contract.sequence
    if spec is None or spec.reference is None:
        return None
    path = pack.folder / spec.reference
    try:
        return prepare_window({name: np.asarray(array, np.float64).reshape(-1) for name, array in read_arrays(path).items()}, spec)
    except InputError as error:
        raise PackError("The reference window cannot be read", where=str(path), value=error.what, do="Copy the whole pack again") from None


def judge_tensor(
    pack: ModelPack,
    session: Session,
    tensor: FloatArray,
    places: Mapping[str, slice],
    explain: Explain,
    start: float,
    usual: FloatArray | None = None,
) -> tuple[Finding, ...]:
    """Judge one prepared input of a sensor pack, float32 (1, …); *start* is ``time.perf_counter()`` at the beginning.

    *usual* is what explanations put in a channel's place, see :class:`inference.explanation.JudgedInput`; None: the means.

    Raises:
        ProviderError: The provider failed.
    """
    contract = pack.contract
    tensors = run_rows(session, tensor)[0]
    tensors = {output.name: tensors[output.name] for output in contract.outputs}
    refusal = find_refusal(tensors, contract)
    if refusal is not None:
        elapsed_ms = (time.perf_counter() - start) * 1e3
        return refuse_all(pack, session.provider.value, refusal, elapsed_ms, novelty=measure_novelty(tensors, contract))
    scores = complete_scores(tensors, contract)
    judged = list_judged(contract)
    notable = {o.name for o in judged if scores[o.name].score >= (o.threshold or 0.0) or is_notable(scores[o.name].score, o)}
    explained: Mapping[str, tuple[Contribution, ...]] = {}
    if explain is Explain.ALWAYS or (explain is Explain.WHEN_NOTABLE and notable):
        asked = JudgedInput(session, tensor, np.zeros_like(tensor) if usual is None else usual, places, contract, scores)
        explained = explain_scores(asked)
        if explain is Explain.WHEN_NOTABLE:
            explained = {name: ranked for name, ranked in explained.items() if name in notable}
        explained = add_evidence(asked, explained)
    elapsed_ms = (time.perf_counter() - start) * 1e3
    return tuple(
        _make_finding(pack, session, output, scores[output.name], explained.get(output.name, ()), tensors, elapsed_ms) for output in judged
    )


def _make_finding(
    pack: ModelPack,
    session: Session,
    output: Output,
    score: Score,
    contributors: tuple[Contribution, ...],
    tensors: Mapping[str, FloatArray],
    elapsed_ms: float,
) -> Finding:
    contract = pack.contract
    threshold = output.threshold or 0.0
    forecast: FloatArray | None = None
    for informing in contract.outputs:
        if informing.kind is OutputKind.FORECAST and informing.target in {"", output.target}:
            forecast = tensors[informing.name].copy()
            forecast.setflags(write=False)
    return Finding(
        target=target_of(output, contract),
        verdict=bad_verdict(contract) if score.score >= threshold else Verdict.OK,
        label=score.label,
        score=score.score,
        threshold=threshold,
        model=contract.name,
        version=pack.version,
        sha256=contract.model.sha256,
        provider=session.provider.value,
        elapsed_ms=elapsed_ms,
        contributors=contributors,
        value=score.value,
        lower=score.lower,
        upper=score.upper,
        unit=score.unit,
        forecast=forecast,
        novelty=measure_novelty(tensors, contract),
        confidence=score.confidence,
        unsure=score.unsure,
    )
