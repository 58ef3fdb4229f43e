"""The few numbers over a trial's page: its result first, then what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.catalog import info_of_dataset
from dashboard.goals import Goal, is_percent, shown_metrics
from dashboard.models import Attempt, FailureKind, Report, Study, Trial, TrialState
from dashboard.trials.metrics import best_point, objective_rank
from dashboard.trials.queries import epoch_seconds
from dashboard.trials.results import Results
from dashboard.wording import count_noun, duration, memory, metric, thousands
from dashboard.wording import value as show_value

# Beside the objective; all metrics are in a table of their own.
MAX_METRICS = 1


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    aside: str = ""


def facts_of(
    study: Study,
    trial: Trial,
    goal: Goal,
    results: Results,
    current: Attempt | None,
    reports: Sequence[Report],
) -> list[Fact]:
    # What has not come to its end has no time of its own.
    seconds = reports[-1].seconds if trial.seconds is None and reports else trial.seconds
    facts = [_result(study, trial, goal)]
    if rank := objective_rank(trial, results):
        facts.append(Fact("Rank of complete trials", rank))
    facts += [
        Fact(name, show_value(trial.metrics[name], is_percent(study, name)))
        for name in shown_metrics(study, trial.metrics)[:MAX_METRICS]
    ]
    if trial.state == TrialState.RUNNING and (best := _best_so_far(goal, reports)):
        facts.append(best)
    facts += [
        Fact("Training time", duration(seconds), _speed(study, epoch_seconds(reports))),
        Fact("Peak memory", memory(current.peak_memory if current else None)),
        Fact("Weights", thousands(trial.n_parameters)),
    ]
    return facts


def _result(study: Study, trial: Trial, goal: Goal) -> Fact:
    epoch = "fold" if study.n_folds else "epoch"
    of = f" of {thousands(study.n_folds or study.max_epochs)}"
    match trial.state:
        case TrialState.RUNNING if trial.step:
            value = goal.show(trial.step_value) if trial.step_value is not None else "not finite"
            return Fact(f"{goal.name} so far", value, f"at {epoch} {thousands(trial.step)}{of}")
        case TrialState.PRUNED:
            at = f"at {epoch} {thousands(trial.step)}, when pruned"
            return Fact(goal.name, goal.show(trial.step_value), at)
        case TrialState.CANCELLED if trial.step_value is not None:
            at = f"at {epoch} {thousands(trial.step)}{of}"
            return Fact(f"Last {goal.name}", goal.show(trial.step_value), at)
        case _ if trial.is_judged:
            value = trial.judged["before"]["value"]
            was = f"was {goal.show(value)}" if value is not None else ""
            return Fact("Result", FailureKind(trial.failure_kind).label.capitalize(), was)
        case TrialState.FAILED:
            kind = FailureKind(trial.failure_kind).label if trial.failure_kind else "failed"
            when = f"after {epoch} {thousands(trial.step)}{of}" if trial.step else f"before {epoch} 1"
            return Fact("Result", kind[:1].upper() + kind[1:], when)
        case TrialState.COMPLETE if study.n_folds and trial.best_step:
            return Fact(goal.name, goal.show(trial.value), f"mean of {count_noun(study.n_folds, 'fold')}")
        case TrialState.COMPLETE if trial.best_step:
            return Fact(goal.name, goal.show(trial.value), f"epoch {thousands(trial.best_step)}{of}")
    return Fact(goal.name, goal.show(trial.value))


def _best_so_far(goal: Goal, reports: Sequence[Report]) -> Fact | None:
    known = [(r.step, value) for r in reports if (value := r.metrics.get(goal.name)) is not None]
    best = best_point(known, goal.direction)
    if best is None or len(known) < 2:
        return None
    step, value = best
    return Fact(f"Best {goal.name} so far", goal.show(value), f"epoch {thousands(step)}")


def _speed(study: Study, epoch_seconds: float | None) -> str:
    """Rows a second while training, validation included. Code of one's own may use any rows, folds fewer."""
    if not epoch_seconds or study.code or study.n_folds:
        return ""
    info = info_of_dataset(study.dataset)
    return f"{metric(info.n_train / epoch_seconds)} {info.row_noun}/s" if info else ""
