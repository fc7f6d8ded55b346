"""This file decides how every engine is judged by networks, trees and a familiarity that did not see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.findings import FloatArray
from training.statistics import Interval, bootstrap_groups
from training.turbofan_life.engines import Engine, Fleet, IntSeries
from training.turbofan_life.evaluation import Series, Told
from training.turbofan_life.familiarity import fit_flight_familiarity, flight_novelty
from training.turbofan_life.fitting import FitPlan, fit_network, predict
from training.turbofan_life.interval import ASKED_SHARES, MISSED_SHARE, LifeEnds, apply_ends, choose_ends
from training.turbofan_life.network import LifeNetwork
from training.turbofan_life.trees import fit_trees, window_statistics
from training.turbofan_life.windows import LONGEST_LEFT, Cuts, cut_windows, every_cut, spread_cuts

SEED_STEP = 100
"""Members differ by this much in their seeds: nothing else tells them apart."""
MONITORED_EVERY = 2
"""Flights between the windows of whole lives that warnings are measured on."""
FAMILIAR_EVERY = 5
"""Flights between the windows that familiarity is fitted to and measured on."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What was told of engines by those that did not see them.

    Attributes:
        cuts: Windows that lives are measured on, and *told*, float32 (windows, 4), mean and quantiles of them; *trees*, float64 (windows,).
        monitored: Windows of whole lives, and *monitored_told* of them.
        familiar: Windows of whole lives, and *novelty*, float64 (windows,), of them.
    """

    cuts: Cuts
    told: FloatArray
    trees: Series
    monitored: Cuts
    monitored_told: FloatArray
    familiar: Cuts
    novelty: Series


def fit_members(normal: Sequence[FloatArray], places: IntSeries, plan: FitPlan, seed: int, title: str) -> list[LifeNetwork]:
    """The networks of different seeds that are averaged."""
    return [fit_network(normal, places, plan, seed + SEED_STEP * member, f"{title}, member {member + 1}") for member in range(plan.members)]


def usual_steps(normal: Sequence[FloatArray]) -> FloatArray:
    """Mean step of each channel from flight to flight: float32 (channels,)."""
    return np.asarray(np.concatenate([np.abs(np.diff(rows, axis=0)) for rows in normal]).mean(axis=0), np.float32)


def hold_out(fleet: Fleet, normal: Sequence[FloatArray], folds: IntSeries, plan: FitPlan, rounds: int, seed: int) -> HeldOut:
    """Fit without each of *folds* in turn and tell of its engines."""
    lengths = np.array([rows.shape[0] for rows in normal], dtype=np.int64)
    seen = np.flatnonzero(np.isin(fleet.folds, folds))
    cuts, monitored = spread_cuts(lengths, seen, seed), every_cut(lengths, seen, MONITORED_EVERY)
    familiar = every_cut(lengths, seen, FAMILIAR_EVERY)
    told, monitored_told = np.zeros((len(cuts), 4), np.float32), np.zeros((len(monitored), 4), np.float32)
    trees, novelty = np.zeros(len(cuts)), np.zeros(len(familiar))
    for fold in folds:
        taught = np.flatnonzero(fleet.folds != fold)
        members = fit_members(normal, taught, plan, seed + int(fold) + 1, f"without fold {fold}")
        unseen, watched, met = (fleet.folds[one.engines] == fold for one in (cuts, monitored, familiar))
        told[unseen] = predict(members, normal, cuts.take(unseen))
        monitored_told[watched] = predict(members, normal, monitored.take(watched))
        trees[unseen] = fit_trees(normal, taught, rounds, seed).predict(window_statistics(normal, cuts.take(unseen)))
        known = every_cut(lengths, taught, FAMILIAR_EVERY)
        familiarity = fit_flight_familiarity(cut_windows(normal, known), usual_steps([normal[int(place)] for place in taught]))
        novelty[met] = flight_novelty(familiarity, cut_windows(normal, familiar.take(met)))
    return HeldOut(cuts, told, trees, monitored, monitored_told, familiar, novelty)


def names_of(engines: Sequence[Engine], cuts: Cuts) -> tuple[str, ...]:
    """Engine of each window."""
    return tuple(engines[int(place)].name for place in cuts.engines)


def told_of(engines: Sequence[Engine], cuts: Cuts, value: Series, lower: Series, upper: Series) -> Told:
    """Put what was told of *cuts* beside the truth."""
    subsets = np.array([engines[int(place)].subset for place in cuts.engines])
    return Told(names_of(engines, cuts), subsets, cuts.left.astype(np.float64), value, lower, upper)


def choose_share(fleet: Fleet, held: HeldOut) -> float:
    """What share of the lives must be left out of the fitted engines' intervals, so that those of others leave out MISSED_SHARE."""

    def misses(share: float) -> float:
        told = bound_by_other_folds(fleet, held, share)
        return float(np.mean((told.left < told.lower) | (told.left > told.upper)))

    return min(ASKED_SHARES, key=lambda share: abs(misses(share) - MISSED_SHARE))


def bound_by_other_folds(fleet: Fleet, held: HeldOut, missed_share: float) -> Told:
    """The held-out windows with intervals whose ends the other folds give."""
    return _bound(fleet, held, held.cuts, held.told, missed_share)


def cover_any_time(fleet: Fleet, held: HeldOut, missed_share: float, seed: int) -> Interval:
    """Share of true lives covered where records stop at any flight, up to LONGEST_LEFT before failure: all engines count alike."""
    told = _bound(fleet, held, held.monitored, held.monitored_told, missed_share)
    inside = (told.left >= told.lower) & (told.left <= told.upper)
    owner = np.asarray(told.names)
    names = list(dict.fromkeys(told.names))
    covered = np.array([float(inside[(owner == name) & (told.left <= LONGEST_LEFT)].mean()) for name in names])
    return bootstrap_groups(names, lambda rows: float(covered[rows].mean()), seed=seed)


def _bound(fleet: Fleet, held: HeldOut, cuts: Cuts, told: FloatArray, missed_share: float) -> Told:
    value, lower, upper = (np.zeros(len(cuts)) for _ in range(3))
    fold_of: NDArray[np.int64] = fleet.folds[cuts.engines]
    for fold in np.unique(fold_of):
        mine = fold_of == fold
        value[mine], lower[mine], upper[mine] = apply_ends(
            told[mine], ends_of(held, fleet.folds[held.monitored.engines] != fold, missed_share)
        )
    return told_of(fleet.engines, cuts, value, lower, upper)


def ends_of(held: HeldOut, rows: NDArray[np.bool_], missed_share: float) -> LifeEnds:
    """The interval's ends by the windows of whole lives at *rows*."""
    return choose_ends(held.monitored.left[rows].astype(np.float64), held.monitored_told[rows], held.monitored.engines[rows], missed_share)
