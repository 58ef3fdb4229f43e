"""How far each limit of a study is used, and what happens when it is reached."""

from dataclasses import dataclass

import numpy as np

from dashboard.charts.sparklines import CountBar, count_bar
from dashboard.engine.endings import FINISHED_TRIALS, n_stale_trials
from dashboard.engine.trials import is_failure
from dashboard.goals import Goal, goal_of
from dashboard.models import FailureKind, Study, TrialState
from dashboard.models.study_fields import study_field
from dashboard.trials.results import KINDS, STATES, Results
from dashboard.wording import NOTHING, count_noun, duration, percent, thousands
from optimizer.objective import is_at_least, is_higher_better


@dataclass(frozen=True)
class Budget:
    label: str
    aside: str
    value: str
    of: str
    percent: float = 0.0
    meter: str = ""
    counts: CountBar | None = None
    is_soft: bool = False
    # What stands in the place of a meter.
    note: str = ""


def budgets_of(study: Study, results: Results, seconds: float) -> list[Budget]:
    n, counts = len(results), results.counts
    n_left = max(0, study.max_trials - n)
    time = study_field("max_seconds")
    budgets = [
        Budget(
            study_field("max_trials").label,
            f"{thousands(n_left)} left" if not study.is_ended else "",
            thousands(n),
            f"of {thousands(study.max_trials)}",
            counts=count_bar(counts, study.max_trials),
        )
    ]
    if study.max_seconds:
        share = min(100.0, 100 * seconds / study.max_seconds)
        aside = f"{duration(max(0, round(study.max_seconds - seconds)))} left"
        label = f"{percent(share / 100, 0)} of the study time used"
        budgets.append(
            Budget(
                time.label,
                aside,
                duration(round(seconds)),
                f"of {time.show(study.max_seconds)}",
                share,
                label,
            )
        )
    else:
        budgets.append(
            Budget(
                time.label,
                time.placeholder,
                duration(round(seconds)),
                "",
                0.0,
                time.placeholder,
                is_soft=True,
            )
        )
    budgets += _value_budgets(study, results)
    budgets.append(_epochs_budget(study, results))
    budgets.append(_failures_budget(study, results))
    return budgets


def _value_budgets(study: Study, results: Results) -> list[Budget]:
    """Limits that the values decide, where they are set."""
    goal, budgets = goal_of(study), list[Budget]()
    best = None if results.best is None else float(results["value"][results.best])
    if study.target_value is not None:
        budgets.append(_target_budget(goal, best, study.target_value))
    if study.max_stale_trials:
        n = n_stale_of(study, results)
        share = min(100.0, 100 * n / study.max_stale_trials)
        label = f"{thousands(n)} of {count_noun(study.max_stale_trials, 'trial')} without improvement"
        by = (
            f"of at least {study_field('min_improvement').show(study.min_improvement)}"
            if study.min_improvement
            else ""
        )
        of = f"of {count_noun(study.max_stale_trials, 'trial')}"
        budgets.append(Budget("No improvement", by, thousands(n), of, share, label, is_soft=True))
    return budgets


def _target_budget(goal: Goal, best: float | None, target: float) -> Budget:
    label = study_field("target_value").label
    side = "higher" if is_higher_better(goal.direction) else "lower"
    aside = f"{goal.show(target)} or {side}"
    if best is None:
        value, of = NOTHING, ""
    elif is_at_least(best, target, goal.direction):
        value, of = goal.show(best), "reached"
    else:
        value, of = goal.show_spread(abs(best - target)), "to go"
    return Budget(label, aside, value, of, note="stops the study")


def n_stale_of(study: Study, results: Results) -> int:
    """How many trials have finished since the last improvement."""
    return results.once(f"stale {study.min_improvement}", lambda: _n_stale(study, results))


def _n_stale(study: Study, results: Results) -> int:
    ended = results.by_end[results.is_in(*FINISHED_TRIALS)[results.by_end]]
    is_complete = np.isfinite(results.losses[ended]).tolist()
    told = zip(is_complete, results["value"][ended].tolist(), strict=True)
    values = (value if complete else None for complete, value in told)
    return n_stale_trials(values, study.direction, study.min_improvement)


def _epochs_budget(study: Study, results: Results) -> Budget:
    done = results["seconds"][~np.isnan(results["seconds"])]
    mean = duration(round(float(done.mean()), 1)) if len(done) else NOTHING
    limit = (
        f"at most {study_field('max_trial_seconds').show(study.max_trial_seconds)}"
        if study.max_trial_seconds
        else f"{count_noun(study.max_epochs, 'epoch')} per trial"
    )
    of = "per trial" if len(done) else "no trials yet"
    is_pruned, note = results.is_in(TrialState.PRUNED), ""
    if is_pruned.any():
        n_finished = int(results.is_in(*FINISHED_TRIALS).sum())
        spared = int((study.max_epochs - results["step"][is_pruned]).sum())
        saved = spared / (n_finished * study.max_epochs)
        note = f"{percent(saved, 0)} of epochs saved by pruning"
    return Budget("Training time", limit, mean, of, note=note)


def _failures_budget(study: Study, results: Results) -> Budget:
    told = results.is_in(TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
    told &= results["kind"] != KINDS.index(FailureKind.MARKED)
    latest_first = results.by_end[told[results.by_end]][::-1]
    own = (
        i
        for i, place in enumerate(latest_first)
        if not is_failure(STATES[results["state"][place]], KINDS[results["kind"][place]])
    )
    in_row = next(own, len(latest_first))
    share = min(100.0, 100 * in_row / study.max_failures)
    n_failed = results.counts.get("failed", 0)
    label = f"{thousands(in_row)} of {count_noun(study.max_failures, 'failure')} in a row"
    return Budget(
        "Failed",
        f"stops at {thousands(study.max_failures)} in a row",
        thousands(n_failed),
        f"total, {thousands(in_row)} in a row" if n_failed else "trials",
        share,
        label,
        is_soft=True,
    )
