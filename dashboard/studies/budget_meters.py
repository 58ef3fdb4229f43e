"""How far each limit of a study is used, and what happens when it is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.sparklines import CountBar, count_bar
from dashboard.engine.endings import FINISHED_TRIALS, n_stale_trials
from dashboard.engine.trials import is_failure
from dashboard.goals import goal_of
from dashboard.models import Study
from dashboard.models.study_fields import study_field
from dashboard.wording import NOTHING, count_noun, duration, percent, thousands
from optimizer.objective import best_of


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


def budgets_of(
    study: Study, counts: Mapping[str, int], rows: Sequence[dict[str, Any]], seconds: float
) -> list[Budget]:
    n = sum(counts.values())
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
    budgets += _value_budgets(study, rows)
    budgets.append(_epochs_budget(study, rows))
    budgets.append(_failures_budget(study, counts, rows))
    return budgets


def _value_budgets(study: Study, rows: Sequence[dict[str, Any]]) -> list[Budget]:
    """Limits that the values decide, where they are set."""
    goal, budgets = goal_of(study), list[Budget]()
    values = [row["value"] for row in rows if row["state"] == "complete"]
    best = best_of(values, study.direction)
    if study.target_value is not None:
        target = study_field("target_value").label
        budgets.append(
            Budget(target, "stops the study", goal.show(best), f"of {goal.show(study.target_value)}")
        )
    if study.max_stale_trials:
        ended = sorted((r for r in rows if r["state"] in FINISHED_TRIALS), key=lambda r: r["finished_at"])
        finished = (r["value"] if r["state"] == "complete" else None for r in ended)
        n = n_stale_trials(finished, study.direction, study.min_improvement)
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


def _epochs_budget(study: Study, rows: Sequence[dict[str, Any]]) -> Budget:
    done = [row["seconds"] for row in rows if row["seconds"] is not None]
    mean = duration(round(sum(done) / len(done), 1)) if done else NOTHING
    limit = (
        f"at most {study_field('max_trial_seconds').show(study.max_trial_seconds)}"
        if study.max_trial_seconds
        else f"{count_noun(study.max_epochs, 'epoch')} per trial"
    )
    of = "per trial" if done else "no trials yet"
    pruned = [study.max_epochs - row["step"] for row in rows if row["state"] == "pruned"]
    if pruned:
        n_finished = sum(row["state"] in FINISHED_TRIALS for row in rows)
        saved = sum(pruned) / (n_finished * study.max_epochs)
        limit = f"{percent(saved, 0)} of epochs saved"
    return Budget("Training time", limit, mean, of, 0.0, "", is_soft=True)


def _failures_budget(study: Study, counts: Mapping[str, int], rows: Sequence[dict[str, Any]]) -> Budget:
    ended = sorted(
        (r for r in rows if r["state"] in {"complete", "pruned", "failed"} and r["finished_at"]),
        key=lambda r: r["finished_at"],
        reverse=True,
    )
    own = (i for i, r in enumerate(ended) if not is_failure(r["state"], r["failure_kind"]))
    in_row = next(own, len(ended))
    share = min(100.0, 100 * in_row / study.max_failures)
    n_failed = counts.get("failed", 0)
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
