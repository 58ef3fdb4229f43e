"""Failures of one kind that gather at an end of a range, or at a choice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from dashboard.models import FailureKind
from dashboard.studies.suggestions.addresses import Change
from dashboard.studies.suggestions.bounds import between, shown
from dashboard.studies.suggestions.suggestion import CHANCE, Suggestion
from dashboard.studies.suggestions.tried import Tried
from dashboard.trials.results import KINDS
from dashboard.wording import param, thousands
from optimizer.distributions import Choice, Float, Int

# What trials do that fail in this way.
VERBS = {
    FailureKind.DIVERGED: "diverge",
    FailureKind.OUT_OF_MEMORY: "run out of memory",
    FailureKind.TIMED_OUT: "run out of time",
    FailureKind.DIED: "crash",
    FailureKind.ERROR: "fail with an error",
}
PAST = {
    FailureKind.DIVERGED: "diverged",
    FailureKind.OUT_OF_MEMORY: "ran out of memory",
    FailureKind.TIMED_OUT: "ran out of time",
    FailureKind.DIED: "crashed",
    FailureKind.ERROR: "failed with an error",
}
# So many failures at the place, and this part of what was tried there; elsewhere at most half as often.
FEWEST, OFTEN, ELSEWHERE = 5, 0.5, 0.5
# Places of a range at which it may be cut.
N_CUTS = 20

UrlOf = Callable[[Iterable[Change]], str]


@dataclass(frozen=True)
class _Places:
    """Parts of a parameter's values that were looked at, with their trials: arrays of shape (n_places,)."""

    name: str
    what: np.ndarray
    # An edge and the next value that is no part of it; a choice twice.
    edge: np.ndarray
    beyond: np.ndarray
    n: np.ndarray
    n_failed: np.ndarray
    n_best: np.ndarray
    n_all: int
    n_all_failed: int


@dataclass(frozen=True)
class _Place:
    name: str
    what: str
    edge: float
    beyond: float
    n: int
    n_failed: int
    n_else: int
    n_failed_else: int


def gathered_failures(tried: Tried, url_of: UrlOf) -> Iterator[Suggestion]:
    """For each kind of failure the place with the clearest excess, if there is one that could go.

    Fisher's exact test, one-sided, of a place against all other values of the same parameter; the probability
    times the number of places looked at (Bonferroni). A place with some of the best tenth is kept.
    """
    for kind in VERBS:
        is_kind = tried.kinds == KINDS.index(kind)
        if is_kind.sum() < FEWEST:
            continue
        places = [found for name in tried.columns if (found := _places(tried, name, is_kind))]
        clearest = _clearest(places)
        if clearest is not None:
            yield _suggestion(tried, kind, clearest, url_of)


def _places(tried: Tried, name: str, is_kind: np.ndarray) -> _Places | None:
    column = tried.columns[name]
    rows = np.flatnonzero(column.is_known & tried.is_told)
    if not len(rows):
        return None
    values = column.values[rows].astype(float)
    counted = np.stack([np.ones(len(rows)), is_kind[rows], tried.is_best[rows]]).astype(int)
    if isinstance(tried.space[name].distribution, Choice):
        return _choices(name, values, counted)
    return _ends(name, values, counted)


def _choices(name: str, values: np.ndarray, counted: np.ndarray) -> _Places | None:
    different, place = np.unique(values, return_inverse=True)
    if len(different) < 2:
        return None
    n, n_failed, n_best = (
        np.bincount(place, weights=row, minlength=len(different)).astype(int) for row in counted
    )
    what = np.full(len(different), "without")
    return _Places(name, what, different, different, n, n_failed, n_best, *counted[:2].sum(axis=1).tolist())


def _ends(name: str, values: np.ndarray, counted: np.ndarray) -> _Places | None:
    """Both ends, each cut at some places between neighbouring values."""
    order = np.argsort(values, kind="stable")
    ordered, up_to = values[order], counted[:, order].cumsum(axis=1)
    cuts = np.flatnonzero(np.diff(ordered) > 0)  # the last one below a cut
    if not len(cuts):
        return None
    cuts = cuts[np.unique(np.linspace(0, len(cuts) - 1, N_CUTS).round().astype(int))]
    below, total = up_to[:, cuts], up_to[:, -1]
    above = total[:, None] - below
    n, n_failed, n_best = np.concatenate([below, above], axis=1)
    return _Places(
        name,
        np.repeat(["low", "high"], len(cuts)),
        np.concatenate([ordered[cuts], ordered[cuts + 1]]),
        np.concatenate([ordered[cuts + 1], ordered[cuts]]),
        n,
        n_failed,
        n_best,
        int(total[0]),
        int(total[1]),
    )


def _clearest(places: list[_Places]) -> _Place | None:
    n_looked = sum(len(each.n) for each in places)
    found: tuple[float, _Place] | None = None
    for each in places:
        n_else = each.n_all - each.n
        n_failed_else = each.n_all_failed - each.n_failed
        rate, rate_else = each.n_failed / np.maximum(each.n, 1), n_failed_else / np.maximum(n_else, 1)
        is_far = (each.n_failed >= FEWEST) & (rate >= OFTEN) & (rate_else <= ELSEWHERE * rate)
        for i in np.flatnonzero(is_far & (n_else > 0) & (each.n_best == 0)).tolist():
            chance = n_looked * float(
                hypergeom.sf(each.n_failed[i] - 1, each.n_all, each.n_all_failed, each.n[i])
            )
            if chance <= CHANCE and (found is None or chance < found[0]):
                counts = (int(a[i]) for a in (each.n, each.n_failed, n_else, n_failed_else))
                what, edge, beyond = str(each.what[i]), float(each.edge[i]), float(each.beyond[i])
                found = chance, _Place(each.name, what, edge, beyond, *counts)
    return found[1] if found else None


def _suggestion(tried: Tried, kind: FailureKind, place: _Place, url_of: UrlOf) -> Suggestion:
    distribution = tried.space[place.name].distribution
    if isinstance(distribution, Choice):
        choice = distribution.decode_one(place.edge)
        change, where, there = Change("without", place.name, choice), param(choice), f"with {param(choice)}"
        button = f"Copy without {param(choice)}"
    else:
        assert isinstance(distribution, Float | Int)  # noqa: S101 (other columns are not looked at)
        limit = between(distribution, place.edge, place.beyond)
        value = int(limit) if distribution.kind == "int" else limit
        side = "above" if place.what == "high" else "below"
        change, where, there = Change(place.what, place.name, value), f"{side} {shown(limit)}", ""
        there, button = where, f"Copy with a range {'to' if place.what == 'high' else 'from'} {shown(limit)}"
    elsewhere = f"{thousands(place.n_failed_else)} of {thousands(place.n_else)} elsewhere"
    return Suggestion(
        key=f"{kind} {place.name} {place.what}" + (f" {where}" if place.what == "without" else ""),
        tone="warning",
        title=(
            f"Losses diverge where {place.name} is {where}."
            if kind == FailureKind.DIVERGED
            else f"Trials {VERBS[kind]} where {place.name} is {where}."
        ),
        evidence=f"{thousands(place.n_failed)} of {thousands(place.n)} trials {there} {PAST[kind]}, but only "
        f"{elsewhere}{tried.among}.",
        strength=place.n_failed,
        about=f"{place.name} {where if place.what == 'without' else place.what}",
        button=button,
        url=url_of([change]),
    )
