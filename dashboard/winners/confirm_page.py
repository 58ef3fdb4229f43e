"""Confirmed trials: what they reach with other seeds, on validation and test rows, and what that is worth."""

import math
from dataclasses import dataclass
from statistics import fmean, stdev

from dashboard.engine.trials import is_failure
from dashboard.goals import Goal, goal_of
from dashboard.models import FailureKind, Study, Trial, TrialState
from dashboard.winners.queries import confirmations_of, confirming_trials, usual_seconds
from dashboard.wording import all_of
from optimizer.objective import improvement, to_loss
from trainers.job import TEST_PREFIX

# Differences of fewer standard errors than this are taken for chance.
SURE = 2
NEEDED = 2


@dataclass(frozen=True)
class Measured:
    """Values of one metric over the seeds that are through."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return fmean(self.values)

    @property
    def sd(self) -> float:
        return stdev(self.values) if len(self.values) > 1 else math.nan

    @property
    def variance_of_mean(self) -> float:
        return self.sd**2 / len(self.values)

    def words(self, goal: Goal) -> str:
        if not self.values:
            return ""
        if len(self.values) < NEEDED:
            return goal.show(self.mean)
        return f"{goal.show(self.mean)} ± {goal.show_spread(self.sd)}"


@dataclass(frozen=True)
class Row:
    trial: Trial
    search: str
    validation: str
    test: str
    measured: Measured
    n_done: int
    n_failed: int
    n_infeasible: int
    n: int
    is_first: bool


@dataclass(frozen=True)
class Finding:
    """A sentence about the rows; `tone` as of banners."""

    tone: str
    text: str

    @property
    def icon(self) -> str:
        return {"good": "finished", "caution": "caution"}.get(self.tone, "info")


@dataclass(frozen=True)
class Confirmed:
    """One round of confirming. Rows are in the order of their test values, those without one last."""

    runs: Study
    goal: Goal
    rows: list[Row]
    n_done: int
    n: int
    findings: list[Finding]

    @property
    def is_over(self) -> bool:
        return self.runs.is_ended


@dataclass(frozen=True)
class ConfirmPage:
    study: Study
    may_edit: bool
    confirmed: Confirmed | None
    n_rounds: int
    # Of one training, as trials of this study went.
    seconds: float | None

    @property
    def may_confirm(self) -> bool:
        is_free = self.confirmed is None or self.confirmed.is_over
        return self.may_edit and self.study.is_ended and self.study.confirms_id is None and is_free


def confirm_page(study: Study, *, may_edit: bool) -> ConfirmPage:
    rounds = list(confirmations_of(study))
    return ConfirmPage(
        study=study,
        may_edit=may_edit,
        confirmed=confirmed(study, rounds[0]) if rounds else None,
        n_rounds=len(rounds),
        seconds=usual_seconds(study),
    )


def name_on_test(objective: str) -> str:
    return TEST_PREFIX + objective.removeprefix("val_")


def last_confirmed(study: Study) -> Confirmed | None:
    runs = confirmations_of(study).first()
    return None if runs is None else confirmed(study, runs)


def confirmed(study: Study, runs: Study) -> Confirmed:
    goal = goal_of(study)
    trials = confirming_trials(runs)
    sources = {trial.copy_of_id: trial.copy_of for trial in trials if trial.copy_of is not None}
    lowest = min((source.number for source in sources.values()), default=None)
    rows = [
        _row(study, goal, source, [trial for trial in trials if trial.copy_of_id == pk], lowest)
        for pk, source in sources.items()
    ]
    rows.sort(key=lambda row: to_loss(row.measured.mean, goal.direction) if row.measured.values else math.inf)
    n_done = sum(trial.is_ended for trial in trials)
    # A verdict that changes with the next training is none: it comes when all of them have ended.
    is_complete = runs.is_ended or n_done == len(trials)
    return Confirmed(runs, goal, rows, n_done, len(trials), _findings(goal, rows) if is_complete else [])


def _row(study: Study, goal: Goal, source: Trial, runs: list[Trial], lowest: int | None) -> Row:
    done = [run for run in runs if run.state == TrialState.COMPLETE]
    name = name_on_test(study.objective)
    test = Measured(tuple(run.metrics[name] for run in done if name in run.metrics))
    validation = Measured(tuple(run.value for run in done if run.value is not None))
    return Row(
        trial=source,
        search=_search_words(goal, source),
        validation=validation.words(goal),
        test=test.words(goal),
        measured=test,
        n_done=len(done),
        n_failed=sum(is_failure(run.state, run.failure_kind) for run in runs),
        n_infeasible=sum(run.shown_state == FailureKind.INFEASIBLE for run in runs),
        n=len(runs),
        is_first=source.number == lowest,
    )


def _search_words(goal: Goal, source: Trial) -> str:
    """Its value in the search, or that somebody does not count it."""
    return str(source.get_failure_kind_display()) if source.is_judged else goal.show(source.value)


def _findings(goal: Goal, rows: list[Row]) -> list[Finding]:
    """Whether the search was worth it, and whether its best trials differ; as far as seeds can tell."""
    # Of a trial that somebody does not count, the seeds say nothing.
    told = [row for row in rows if len(row.measured.values) >= NEEDED and not row.trial.is_judged]
    best = next((row for row in told if not row.is_first), None)
    first = next((row for row in told if row.is_first), None)
    if best is None:
        return []
    found = [] if first is None else [_gain(goal, best, first)]
    rivals = [row for row in told if row is not best and not row.is_first and not _differ(best, row)]
    if rivals:
        names = all_of(f"#{row.trial.number}" for row in (best, *rivals))
        found.append(
            Finding(
                "info",
                f"Trials {names} are equally good within the noise of these seeds. Choose any of them.",
            )
        )
    return found


def _gain(goal: Goal, best: Row, first: Row) -> Finding:
    gain = improvement(best.measured.mean, first.measured.mean, goal.direction)
    spread = goal.show_spread(SURE * _error(best, first))
    if gain > SURE * _error(best, first):
        return Finding(
            "good",
            f"On the test set, trial #{best.trial.number} is better than the first trial, "
            f"#{first.trial.number}, by {goal.show_spread(gain)} ± {spread}.",
        )
    return Finding(
        "caution",
        f"The gain over the first trial, #{first.trial.number}, is within the noise: "
        f"{goal.show_spread(gain)} ± {spread} on the test set. Use more seeds, trials, or "
        "data before you rely on it.",
    )


def _differ(one: Row, other: Row) -> bool:
    return abs(one.measured.mean - other.measured.mean) > SURE * _error(one, other)


def _error(one: Row, other: Row) -> float:
    """The standard error of the difference of two means."""
    return math.sqrt(one.measured.variance_of_mean + other.measured.variance_of_mean)
