"""This file decides how a pack becomes a runner that may judge: which provider, proven by the golden set, warmed up.

Of several providers each is proven first, then timed; the fastest that passes is taken. What did not pass is said in the note.
On the CPU a variant of the network in other numbers is taken where it passes and is faster here, by the time its golden set took.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from inference.contract import Task
from inference.errors import PackError, ProviderError
from inference.failover import FailoverSession
from inference.image_runner import ImageRunner
from inference.pack import ModelPack, check_session, load_pack
from inference.parity import GoldenResult, Runner, check_golden
from inference.providers import Provider, ProviderChoice, choose_provider
from inference.runtime import Session, list_providers, open_session
from inference.sequence_runner import SequenceRunner
from inference.table_runner import TableRunner

_TIMED_RUNS = 10

_CLEARLY_FASTER = 1.15
"""A variant is taken only when it is so many times as fast: less is the noise of a busy PC."""


class Proof(StrEnum):
    """Whether the golden set is judged before the runner is handed out."""

    AT_OPEN = "at_open"
    SKIP = "skip"
    """Where somebody else proves it (doctor), or the pack is being made."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenedModel:
    """A runner that may judge.

    Attributes:
        pack: The pack.
        runner: Judges with it; one thread at a time.
        golden: What the golden set gave; None where it was skipped.
        opening_note: Which providers were tried and left, for the screen; empty where nothing is worth saying.
    """

    pack: ModelPack
    runner: Runner
    session: FailoverSession
    golden: GoldenResult | None
    opening_note: str

    @property
    def provider(self) -> Provider:
        """Where it runs now."""
        return self.session.provider

    @property
    def note(self) -> str:
        """What a person should know of the provider: left at opening or failed since; empty when all is well."""
        return self.session.note or self.opening_note


def open_model(folder: Path, asked: ProviderChoice | None = None, *, threads: int = 1, proof: Proof = Proof.AT_OPEN) -> OpenedModel:
    """Open the pack in *folder*.

    Args:
        folder: The pack.
        asked: Provider; None or AUTO: the fastest proven one. One asked for is taken or refused, never replaced.
        threads: Threads within an operator.
        proof: Whether the golden set is judged.

    Raises:
        PackError: The pack is not in order, or fails its golden set.
        ProviderError: The asked provider is missing or does not work.
    """
    pack = load_pack(folder)
    providers = choose_provider(asked, list_providers())
    if len(providers) == 1:
        return _open_fastest(pack, providers[0], threads=threads, proof=proof)
    opened: list[tuple[float, OpenedModel]] = []
    left: list[str] = []
    for provider in providers:
        try:
            model = _open_fastest(pack, provider, threads=threads, proof=Proof.AT_OPEN)
        except (ProviderError, PackError) as error:
            if provider is Provider.CPU:
                raise
            left.append(f"{provider.short_name} was left: {(error.value or error.what).rstrip('.')}.")
            continue
        opened.append((_measure_s(model.runner), model))
    best = min(opened, key=lambda pair: pair[0])[1]
    return replace(best, opening_note=" ".join([*left, *([best.opening_note] if best.opening_note else [])]))


def _open_fastest(pack: ModelPack, provider: Provider, *, threads: int, proof: Proof) -> OpenedModel:
    """The network on *provider*, or on the CPU a variant of it that gives the golden verdicts and is clearly faster."""
    best = open_on(pack, provider, threads=threads, proof=proof)
    if provider is not Provider.CPU or best.golden is None:
        return best
    own, left = best.golden, []
    for variant in pack.variants:
        try:
            model = open_on(variant, provider, threads=threads, proof=proof)
        except (ProviderError, PackError) as error:
            left.append(f"{variant.version} was left: {(error.value or error.what).rstrip('.')}.")
            continue
        if model.golden is not None and model.golden.elapsed_ms * _CLEARLY_FASTER < own.elapsed_ms:
            best, own = model, model.golden
    return replace(best, opening_note=" ".join(left))


def open_on(pack: ModelPack, provider: Provider, *, threads: int, proof: Proof) -> OpenedModel:
    """Open a loaded pack on one provider, check it against its contract, warm it up and prove it.

    Raises:
        PackError: Contract and network differ, or the golden set fails.
        ProviderError: The provider is missing or does not work.
    """
    session = _open_checked(pack, provider, threads)
    golden = _prove(pack, session) if proof is Proof.AT_OPEN else None
    if golden is None:
        make_runner(pack, session).warm_up()
    # The golden set ran on the bare session: a provider that fails there is refused, not quietly replaced by the CPU.
    safe = FailoverSession(session, lambda: _open_proven_on_cpu(pack, threads, proof))
    return OpenedModel(pack, make_runner(pack, safe), safe, golden, "")


def make_runner(pack: ModelPack, session: Session) -> Runner:
    """The runner for the pack's task."""
    if pack.contract.task is Task.SEQUENCE:
        return SequenceRunner(pack, session)
    if pack.contract.task is Task.TABLE:
        return TableRunner(pack, session)
    return ImageRunner(pack, session)


def _open_checked(pack: ModelPack, provider: Provider, threads: int) -> Session:
    session = open_session(pack.read_model(), provider, threads=threads, where=str(pack.model_path))
    check_session(pack, session)
    return session


def _prove(pack: ModelPack, session: Session) -> GoldenResult:
    runner = make_runner(pack, session)
    runner.warm_up()
    golden = check_golden(runner, pack)
    if not golden.ok:
        raise PackError(
            f"The pack does not give its golden verdicts on {session.provider.short_name}",
            where=str(pack.folder),
            value=golden.sentence,
            do="Choose another provider, or copy the pack again",
        )
    return golden


def _open_proven_on_cpu(pack: ModelPack, threads: int, proof: Proof) -> Session:
    """The CPU for a GPU that failed while it judged: a change of provider, so the golden set is judged again."""
    try:
        session = _open_checked(pack, Provider.CPU, threads)
        if proof is Proof.AT_OPEN:
            _prove(pack, session)
    except PackError as error:
        raise ProviderError(error.what, where=error.where, value=error.value, do=error.do) from error
    return session


def _measure_s(runner: Runner) -> float:
    start = time.perf_counter()
    for _ in range(_TIMED_RUNS):
        runner.warm_up()
    return (time.perf_counter() - start) / _TIMED_RUNS
