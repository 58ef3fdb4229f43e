"""Failures of one kind that gather at an end of a range, or at a choice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

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
    """Parts of one parameter's values, with their trials: arrays of shape (n_places,).

    `edge` is the last value of a part, `beyond` the next one outside; of a choice, itself. Only some of the
    places, `is_tested`, are looked at for evidence; next to a clear one, the others say where it ends.
    """

    name: str
    what: np.ndarray
    edge: np.ndarray
    beyond: np.ndarray
    is_tested: np.ndarray
    n: np.ndarray
    n_failed: np.ndarray
    n_best: np.ndarray
    n_all: int
    n_all_failed: int

    def __getitem__(self, i: int) -> "_Place":
        n, n_failed = int(self.n[i]), int(self.n_failed[i])
        edge, beyond = float(self.edge[i]), float(self.beyond[i])
        rest = self.n_all - n, self.n_all_failed - n_failed
        return _Place(self.name, str(self.what[i]), edge, beyond, n, n_failed, *rest)

    @cached_property
    def chances(self) -> np.ndarray:
        """That as many or more of the failures are there by chance; 1 where the place may not go anyway."""
        n_else, n_failed_else = self.n_all - self.n, self.n_all_failed - self.n_failed
        rate, rate_else = self.n_failed / np.maximum(self.n, 1), n_failed_else / np.maximum(n_else, 1)
        is_far = (self.n_failed >= FEWEST) & (rate >= OFTEN) & (rate_else <= ELSEWHERE * rate)
        may_go = np.flatnonzero(is_far & (n_else > 0) & (self.n_best == 0))
        found = np.ones(len(self.n))
        if len(may_go):
            found[may_go] = hypergeom.sf(
                self.n_failed[may_go] - 1, self.n_all, self.n_all_failed, self.n[may_go]
            )
        return found

    @cached_property
    def clearest(self) -> int:
        """Of those that are tested."""
        return int(np.where(self.is_tested, self.chances, 2.0).argmin())

    @property
    def refined(self) -> "_Place":
        """The clearest place with its end where it is clearest, up to the next tested places."""
        i = self.clearest
        before = np.flatnonzero(self.is_tested[:i])
        after = np.flatnonzero(self.is_tested[i + 1 :])
        first = int(before[-1]) + 1 if len(before) else 0
        last = i + 1 + int(after[0]) if len(after) else len(self.n)
        near = np.arange(first, last)[self.what[first:last] == self.what[i]]
        return self[int(near[self.chances[near].argmin()])]


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
        n_looked = sum(int(each.is_tested.sum()) for each in places)
        clearest = min(places, key=lambda each: each.chances[each.clearest], default=None)
        if clearest and n_looked * clearest.chances[clearest.clearest] <= CHANCE:
            yield _suggestion(tried, kind, clearest.refined, url_of)


def _places(tried: Tried, name: str, is_kind: np.ndarray) -> _Places | None:
    column = tried.columns[name]
    rows = np.flatnonzero(column.is_known & tried.is_told)
    if not len(rows):
        return None
    values = column.values[rows].astype(float)
    counted = np.stack([np.ones(len(rows)), is_kind[rows], tried.is_best[rows]]).astype(int)
    find = _choices if isinstance(tried.space[name].distribution, Choice) else _ends
    return find(name, values, counted)


def _choices(name: str, values: np.ndarray, counted: np.ndarray) -> _Places | None:
    different, place = np.unique(values, return_inverse=True)
    if len(different) < 2:
        return None
    n, n_failed, n_best = (
        np.bincount(place, weights=row, minlength=len(different)).astype(int) for row in counted
    )
    what, is_tested = np.full(len(different), "without"), np.ones(len(different), dtype=np.bool_)
    total = counted.sum(axis=1)
    return _Places(
        name, what, different, different, is_tested, n, n_failed, n_best, int(total[0]), int(total[1])
    )


def _ends(name: str, values: np.ndarray, counted: np.ndarray) -> _Places | None:
    """Both ends, cut between neighbouring values."""
    order = np.argsort(values, kind="stable")
    ordered, up_to = values[order], counted[:, order].cumsum(axis=1)
    cuts = np.flatnonzero(np.diff(ordered) > 0)  # the last one below a cut
    if not len(cuts):
        return None
    is_tested = np.zeros(len(cuts), dtype=np.bool_)
    is_tested[np.linspace(0, len(cuts) - 1, N_CUTS).round().astype(int)] = True
    below, total = up_to[:, cuts], up_to[:, -1]
    n, n_failed, n_best = np.concatenate([below, total[:, None] - below], axis=1)
    return _Places(
        name,
        np.repeat(["low", "high"], len(cuts)),
        np.concatenate([ordered[cuts], ordered[cuts + 1]]),
        np.concatenate([ordered[cuts + 1], ordered[cuts]]),
        np.tile(is_tested, 2),
        n,
        n_failed,
        n_best,
        int(total[0]),
        int(total[1]),
    )


def _suggestion(tried: Tried, kind: FailureKind, place: _Place, url_of: UrlOf) -> Suggestion:
    distribution = tried.space[place.name].distribution
    if isinstance(distribution, Choice):
        choice = distribution.decode_one(place.edge)
        change, where, there = Change("without", place.name, choice), param(choice), f"with {param(choice)}"
        button = f"Try without {param(choice)}"
    else:
        assert isinstance(distribution, Float | Int)  # noqa: S101 (other columns are not looked at)
        limit = between(distribution, place.edge, place.beyond)
        value = int(limit) if distribution.kind == "int" else limit
        side = "above" if place.what == "high" else "below"
        change, where, there = Change(place.what, place.name, value), f"{side} {shown(limit)}", ""
        there, button = where, f"Try a range {'to' if place.what == 'high' else 'from'} {shown(limit)}"
    few = f"but only {thousands(place.n_failed_else)}" if place.n_failed_else else "and none"
    return Suggestion(
        key=f"{kind} {place.name} {place.what}" + (f" {where}" if place.what == "without" else ""),
        tone="warning",
        title=(
            f"Losses diverge where {place.name} is {where}."
            if kind == FailureKind.DIVERGED
            else f"Trials {VERBS[kind]} where {place.name} is {where}."
        ),
        evidence=f"{thousands(place.n_failed)} of {thousands(place.n)} trials {there} {PAST[kind]}, {few} of "
        f"{thousands(place.n_else)} elsewhere{tried.among}.",
        strength=place.n_failed,
        about=f"{place.name} {where if place.what == 'without' else place.what}",
        button=button,
        url=url_of([change]),
    )
