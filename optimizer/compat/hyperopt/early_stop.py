"""Stop a search that no longer improves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from optimizer.compat.hyperopt.results import loss_of
from optimizer.values import is_number, show_value

if TYPE_CHECKING:
    from optimizer.compat.hyperopt.trials import Trials

StopFunction: TypeAlias = "Callable[..., tuple[bool, list[Any]]]"


def no_progress_loss(iteration_stop_count: int = 20, percent_increase: float = 0.0) -> StopFunction:
    """Stop after ``iteration_stop_count`` trials in a row, the first trial included, that brought no
    progress.

    Progress is a loss lower than the best one by more than ``percent_increase`` percent of it. Trials without
    a finite loss count neither way. Raises ``ValueError`` for a count below 1 or a negative percentage.
    """
    if not is_number(iteration_stop_count) or iteration_stop_count < 1:
        raise ValueError(f"iteration_stop_count must be at least 1, got {show_value(iteration_stop_count)}")
    if not is_number(percent_increase) or not percent_increase >= 0:
        raise ValueError(f"percent_increase must not be negative, got {show_value(percent_increase)}")

    def stop_fn(trials: Trials, best: float | None = None, n_idle: int = 0) -> tuple[bool, list[Any]]:
        loss = loss_of(trials.results[-1]) if len(trials) else None
        if loss is None:
            return False, [best, n_idle]
        if best is not None and loss < best - abs(best) * percent_increase / 100:
            best, n_idle = loss, 0
        else:
            best, n_idle = (loss if best is None else best), n_idle + 1
        return n_idle >= iteration_stop_count, [best, n_idle]

    return stop_fn
