"""The contract of every pruner, and what pruners share.

A pruner sees reports only: the same reports give the same decision, in whatever process
and in whatever order they arrived. It compares losses: smaller is better, whatever the study's direction.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, cast

from optimizer.errors import OptimizerError
from optimizer.objective import to_loss
from optimizer.values import is_number, show_value
from optimizer.wording import bound, thousands

if TYPE_CHECKING:
    from optimizer.reports import Reports
    from optimizer.values import JSON


class UnknownPruner(OptimizerError, ValueError):  # noqa: N818 - as UnknownSampler
    """No pruner has the name that was asked for."""


class Decision(NamedTuple):
    """Whether to stop a trial, and the reason as one sentence for users."""

    should_prune: bool
    text: str

    @classmethod
    def stop(cls, step: int, reason: str) -> Decision:
        """Stop the trial at ``step``."""
        return cls(True, f"Stopped at step {thousands(step)}: {reason}.")

    @classmethod
    def keep(cls, reason: str) -> Decision:
        """Let the trial continue."""
        return cls(False, f"Continues: {reason}.")


@dataclass(frozen=True, kw_only=True)
class Pruner(ABC):
    """Decides from the reports of all trials whether a running trial is worth continuing.

    A pruner is a frozen dataclass: its fields are its options, checked when it is made (``ValueError``).
    Pruners with the same options are equal.

    ``is_relative``: whether it compares a trial with other trials only. Such a pruner stops neither a trial
    that has no others to compare with, nor the best trial at a step.
    """

    name: ClassVar[str]
    is_relative: ClassVar[bool]

    @abstractmethod
    def decide(self, reports: Reports, number: int, step: int) -> Decision:
        """Decide about trial ``number``, which has just reported at ``step``.

        Raises ``KeyError`` when it has not reported there.
        """

    def to_json(self) -> dict[str, JSON]:
        """Name and options; ``create_pruner(**pruner.to_json())`` gives an equal pruner."""
        options = {field.name: getattr(self, field.name) for field in fields(self) if field.init}
        return {"name": self.name, **{key: _to_json(value) for key, value in options.items()}}


@dataclass(frozen=True)
class PrunerInfo:
    """A pruner as pages show it: a label and one sentence of help."""

    name: str
    label: str
    pruner: type[Pruner]
    help: str

    @property
    def problem(self) -> str:
        """What is wrong with it in words, or an empty text."""
        cls: Any = self.pruner  # another package may have put anything there
        if not (isinstance(cls, type) and issubclass(cls, Pruner)):
            return f"pruner must be a subclass of Pruner, got {cls!r}"
        name = getattr(cls, "name", None)
        return "" if name == self.name else f"name must be that of its class, {name!r}, got {self.name!r}"


def _to_json(option: Any) -> JSON:
    return option.to_json() if isinstance(option, Pruner) else cast("JSON", option)


def is_check(reports: Reports, number: int, step: int, n_warmup_steps: int, interval_steps: int) -> bool:
    """Whether a pruner that checks every ``interval_steps`` after a warm-up checks this report.

    It checks the first report at or after each of the steps w, w + i, w + 2i ..., because a trial need not
    report at exactly those.
    """
    if step < n_warmup_steps:
        return False
    due = step - (step - n_warmup_steps) % interval_steps
    return reports.is_first_since(number, due, step)


def show_loss(loss: float, reports: Reports) -> str:
    """A loss as the value that was reported, for messages."""
    return reports.show(to_loss(loss, reports.direction)) if loss < math.inf else "(not a number)"


def check_whole(name: str, value: object, at_least: int) -> None:
    """Raise ``ValueError`` unless an option is a whole number and not too small."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}, got {show_value(value)}")


def check_number(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> None:
    """Raise ``ValueError`` unless an option is a finite number from ``low`` to ``high``."""
    try:
        number = float(cast("float", value)) if is_number(value) else math.nan
    except OverflowError:
        number = math.inf
    if math.isfinite(number) and low <= number <= high:
        return
    if high < math.inf:
        rule = f"a number from {bound(low)} to {bound(high)}"
    else:
        rule = "a finite number" + (f" of at least {bound(low)}" if low > -math.inf else "")
    raise ValueError(f"{name} must be {rule}, got {show_value(value)}")
