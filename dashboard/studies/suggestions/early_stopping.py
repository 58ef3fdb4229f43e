"""What a pruner would have spared, replayed over the epochs that trials have stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.goals import Goal
from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.wording import percent, thousands
from optimizer.objective import to_loss
from optimizer.pruners import Pruner
from optimizer.reports import Reports

# Trials, and the part of their epochs that has to be spared.
FEWEST, WORTH = 40, 0.2
# One that would have stopped the best trial has to spare so much, and keep a trial of the best tenth.
WORTH_THE_BEST = 0.5

Curve = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Curves:
    """Complete trials in the order in which they ended: number, value, and the objective by step."""

    trials: Sequence[tuple[int, float, Curve]]
    max_epochs: int
    # Of the whole study: number and value of its best trial, and the worst value of its best tenth.
    best: tuple[int, float]
    good: float


@dataclass(frozen=True)
class Replay:
    """What a pruner, by name, would have done to these trials."""

    pruner: str
    n_trials: int
    n_stopped: int
    spared: float
    # The best of all, and the best that would have trained to its end: number and value.
    best: tuple[int, float]
    kept: tuple[int, float]
    is_kept_good: bool

    @property
    def keeps_best(self) -> bool:
        return self.best == self.kept


def replay(curves: Curves, pruner: Pruner, goal: Goal) -> Replay | None:
    """Each trial is judged at each of its epochs by those before it; stopped ones report nothing more.

    None where the epochs of the best trial are not stored, so that nobody can say what had become of it.
    """
    reports, n_epochs, n_spared = Reports(goal.direction), 0, 0
    kept: list[tuple[int, float]] = []
    trials = [trial for trial in curves.trials if trial[2]]
    if curves.best[0] not in {number for number, _, _ in trials}:
        return None
    for number, value, curve in trials:
        n = _epochs_trained(reports, pruner, number, curve, curves.max_epochs)
        n_epochs, n_spared = n_epochs + len(curve), n_spared + len(curve) - n
        if n == len(curve):
            kept.append((number, value))
    if not kept:
        return None

    def loss(trial: tuple[int, float]) -> float:
        return to_loss(trial[1], goal.direction)

    best_kept = min(kept, key=loss)
    is_good = loss(best_kept) <= to_loss(curves.good, goal.direction)
    n_stopped = len(trials) - len(kept)
    return Replay(pruner.name, len(trials), n_stopped, n_spared / n_epochs, curves.best, best_kept, is_good)


def _epochs_trained(reports: Reports, pruner: Pruner, number: int, curve: Curve, max_epochs: int) -> int:
    for place, (step, value) in enumerate(curve, 1):
        reports.add(number, step, value)
        # After its last epoch a trial is not judged: there is nothing left to spare.
        if step < max_epochs and place < len(curve) and pruner.decide(reports, number, step).should_prune:
            return place
    return len(curve)


def early_stopping(
    replays: Sequence[Replay],
    goal: Goal,
    label_of: Callable[[str], str],
    button: str,
    url_of: Callable[[str], tuple[str, tuple[tuple[str, str], ...]]],
) -> Suggestion | None:
    """The pruner that spares most of those that keep the best trial; one that loses it has to be worth it."""
    worth = [
        each
        for each in replays
        if each.n_trials >= FEWEST
        and each.spared >= (WORTH if each.keeps_best else WORTH_THE_BEST)
        and (each.keeps_best or each.is_kept_good)
    ]
    if not worth:
        return None
    found = max(worth, key=lambda each: (each.keeps_best, each.spared))
    if found.keeps_best:
        fate = f"kept the best, #{found.best[0]}"
    else:
        worse = goal.show_spread(abs(found.kept[1] - found.best[1]))
        fate = (
            f"not kept the best, #{found.best[0]}; the best that it keeps, #{found.kept[0]}, is {worse} worse"
        )
    url, fields = url_of(found.pruner)
    return Suggestion(
        key="early stopping",
        tone="info",
        title=f"Early stopping would have saved {percent(found.spared, 0)} of the epochs.",
        evidence=f"Replayed over the epochs of {thousands(found.n_trials)} complete trials, "
        f"{label_of(found.pruner)} would have stopped {thousands(found.n_stopped)} and {fate}.",
        strength=found.n_trials,
        button=button,
        url=url,
        acts=bool(fields),
        fields=fields,
    )
