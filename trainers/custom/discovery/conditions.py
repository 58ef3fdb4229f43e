"""Makes a search space of what many runs of a function asked for: which value switches which parameter on.

A condition names one parent. Where two values together switch something on, the condition is wider than need
be, never too narrow: the parameter then has a value that the function does not ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.distributions import Choice, Int
from optimizer.space import Condition, Parameter, SearchSpace
from optimizer.values import Value, ValueKey, value_key

if TYPE_CHECKING:
    from optimizer.distributions import Distribution
    from trainers.custom.discovery.asked import Asked, Key, Run

MAX_LISTED = 1_000  # values of an integer that a condition can list
Merge = Callable[["Asked", "Asked"], "Asked"]


def space_of_runs(runs: Sequence[Run], merge: Merge) -> SearchSpace:
    """Return the search space; `merge` is what two runs say of one parameter. SpaceError where it is none."""
    found = _Found(runs, merge)
    return SearchSpace(found.parameters())


@dataclass(frozen=True)
class _Branch:
    parent: Asked
    values: tuple[Value, ...]


class _Found:
    def __init__(self, runs: Sequence[Run], merge: Merge) -> None:
        self._runs = runs
        self._asked: dict[Key, Asked] = {}
        for run in runs:
            for key, asked in run.asked.items():
                self._asked[key] = merge(self._asked[key], asked) if key in self._asked else asked
        self._by_name: dict[str, list[Asked]] = {}
        for asked in self._asked.values():
            self._by_name.setdefault(asked.name, []).append(asked)

    def parameters(self) -> list[Parameter]:
        """Return one per name, or several where a name means several things."""
        made = []
        for all_of_name in self._by_name.values():
            branches = {each.key: self._branch(each) for each in all_of_name}
            one = self._as_one(all_of_name, list(branches.values()))
            if one:
                made.append(one)
                continue
            made += [
                Parameter(each.long_label, each.distribution, self._condition(branches[each.key]))
                for each in all_of_name
            ]
        return made

    def _as_one(self, asked: Sequence[Asked], branches: Sequence[_Branch | None]) -> Parameter | None:
        """Return what several conditions switch on as one parameter, where nothing is lost by that."""
        first, *others = asked
        if any(each.distribution != first.distribution for each in others):
            return None
        known = [branch for branch in branches if branch]
        if len(known) < len(branches):
            return Parameter(first.name, first.distribution)
        if any(branch.parent.key != known[0].parent.key for branch in known):
            return Parameter(first.name, first.distribution) if others else None
        values = {value_key(value): value for branch in known for value in branch.values}
        union = replace(known[0], values=tuple(values.values()))
        return Parameter(first.name, first.distribution, self._condition(union))

    def _condition(self, branch: _Branch | None) -> Condition | None:
        if branch is None:
            return None
        names = self._by_name[branch.parent.name]
        is_one = all(each.distribution == names[0].distribution for each in names)
        return Condition(branch.parent.name if is_one else branch.parent.long_label, branch.values)

    def _branch(self, asked: Asked) -> _Branch | None:
        """Return the condition of the file, or one below it that explains more."""
        runs = [run for run in self._runs if asked.is_active(run.values)]
        inferred = self._inferred(asked, runs)
        if not asked.conditions:
            return inferred
        is_below = inferred and inferred.parent.conditions[: len(asked.conditions)] == asked.conditions
        return inferred if is_below else self._named(asked)

    def _named(self, asked: Asked) -> _Branch | None:
        """Return the innermost condition of the file that a search space can have."""
        for place in range(len(asked.conditions) - 1, -1, -1):
            name, accepted = asked.conditions[place]
            for parent in reversed(self._by_name.get(name, [])):
                values = tuple(v for v in dict.fromkeys(accepted) if parent.distribution.contains(v))
                can_switch = isinstance(parent.distribution, Choice | Int) and values
                if can_switch and parent.conditions == asked.conditions[: len(parent.conditions)]:
                    return _Branch(parent, values)
        return None

    def _inferred(self, asked: Asked, runs: Sequence[Run]) -> _Branch | None:
        having = [run for run in runs if asked.key in run.asked]
        lacking = [run for run in runs if run.is_complete and asked.key not in run.asked]
        if not having or not lacking:
            return None
        branches = [
            branch
            for parent in reversed(self._before(asked, having))
            if (branch := _separating(parent, having, lacking)) is not None
        ]
        return next((b for b, is_sharp in branches if is_sharp), next((b for b, _ in branches), None))

    def _before(self, asked: Asked, having: Sequence[Run]) -> list[Asked]:
        """Return what always comes before it, has a value, and can be a parent."""
        first = []
        for run in having:
            keys = list(run.asked)
            before = keys[: keys.index(asked.key)]
            first.append([key for key in before if run.asked[key].is_active(run.values)])
        common = set(first[0]).intersection(*first[1:])
        return [
            self._asked[key]
            for key in first[0]
            if key in common and isinstance(self._asked[key].distribution, Choice | Int)
        ]


def _separating(parent: Asked, having: Sequence[Run], lacking: Sequence[Run]) -> tuple[_Branch, bool] | None:
    """Return the values of a parent that switch it on, and whether they alone explain every run."""
    with_it = {value_key(run.values[parent.name]) for run in having}
    without = {value_key(run.values[parent.name]) for run in lacking if parent.key in run.asked}
    never = without - with_it
    if not never and all(parent.key in run.asked for run in lacking):
        return None
    values = _completed(parent.distribution, with_it, never)
    return (_Branch(parent, values), not without & with_it) if values else None


def _completed(distribution: Distribution, on: set[ValueKey], off: set[ValueKey]) -> tuple[Value, ...]:
    """Return all values that may switch it on; one that was not tried goes with its nearest neighbours."""
    n = distribution.n_values
    if n is None or n > MAX_LISTED:
        return ()
    values = [*distribution.values()]
    known = [(place, value_key(v) in on) for place, v in enumerate(values) if value_key(v) in on | off]
    chosen = []
    for place, value in enumerate(values):
        before = [is_on for other, is_on in known if other <= place][-1:]
        after = [is_on for other, is_on in known if other >= place][:1]
        if any(before + after):
            chosen.append(value)
    return tuple(chosen)
