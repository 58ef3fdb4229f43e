"""Hyperband (Li et al., JMLR 18, 2018): brackets of successive halving that differ in how early they stop.

The brackets run side by side, each of them asynchronously, as Li et al. (MLSys 2020) suggest.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar, Final

from optimizer.pruners.asha import AshaPruner
from optimizer.pruners.base import Decision, Pruner, check_whole

if TYPE_CHECKING:
    from optimizer.reports import Reports

GOLDEN: Final = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio


@dataclass(frozen=True)
class Brackets:
    """Maps trial numbers to brackets: 0 stops trials earliest, the last one latest or never.

    With R = ``max_resource`` / ``min_resource`` and s_max = ⌊log R / log η⌋, bracket b of Hyperband's
    algorithm 1 has s = s_max - b and takes n = ⌈(s_max + 1) ηˢ / (s + 1)⌉ trials, which all brackets' equal
    budgets come to. Trials are shared out in these proportions by the golden-ratio sequence, so that the
    proportions hold for any number of trials in a row, up to a few trials.
    """

    min_resource: int
    max_resource: int
    reduction_factor: int

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first rung of each bracket."""
        starts = [self.min_resource]
        while starts[-1] * self.reduction_factor <= self.max_resource:
            starts.append(starts[-1] * self.reduction_factor)
        return tuple(starts)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many trials each bracket takes of ``sum(sizes)``."""
        n = len(self.starts)
        return tuple(-(-n * self.reduction_factor**s // (s + 1)) for s in reversed(range(n)))

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """Where the share of each bracket ends on a circle of length 2**64."""
        total = sum(self.sizes)
        return tuple(2**64 * end // total for end in accumulate(self.sizes))

    def __call__(self, number: int) -> int:
        """The bracket of a trial."""
        # Fibonacci hashing: multiples of the golden ratio fall evenly on the circle, however many there are.
        return bisect_right(self._ends, number * GOLDEN % 2**64)


@dataclass(frozen=True, kw_only=True)
class HyperbandPruner(Pruner):
    """Asynchronous successive halving in brackets; trials are compared within their bracket.

    A trial's bracket depends on its number only. ``max_resource`` is the step at which a trial is done;
    bracket b has its first rung at ``min_resource`` times ``reduction_factor`` to the power b. If early
    values mislead, only the brackets that stop early suffer. Resources are steps, epochs for example. Raises
    ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer.pruners.hyperband import HyperbandPruner
    >>> pruner = HyperbandPruner(min_resource=1, max_resource=81, reduction_factor=3)
    >>> pruner.brackets.starts  # the first rung of each bracket
    (1, 3, 9, 27, 81)
    >>> [pruner.brackets(number) for number in range(8)]
    [0, 1, 0, 2, 0, 0, 1, 0]

    """

    name: ClassVar[str] = "hyperband"
    is_relative: ClassVar[bool] = True

    min_resource: int = 1
    max_resource: int = 81
    reduction_factor: int = 3

    def __post_init__(self) -> None:
        check_whole("min_resource", self.min_resource, 1)
        check_whole("max_resource", self.max_resource, self.min_resource)
        check_whole("reduction_factor", self.reduction_factor, 2)

    @cached_property
    def brackets(self) -> Brackets:
        """Which trial is in which bracket."""
        return Brackets(self.min_resource, self.max_resource, self.reduction_factor)

    @cached_property
    def _pruners(self) -> tuple[AshaPruner, ...]:
        return tuple(
            AshaPruner(
                min_resource=start, reduction_factor=self.reduction_factor, max_resource=self.max_resource
            )
            for start in self.brackets.starts
        )

    def decide(self, reports: Reports, number: int, step: int) -> Decision:
        bracket = self.brackets(number)
        group = reports.group(self.brackets, number)
        decision = self._pruners[bracket].decide(group, number, step)
        return decision._replace(text=f"{decision.text.removesuffix('.')}, in bracket {bracket}.")
