"""Trials as the pages show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.fields.json import KT

from dashboard.engine.trials import FAILURES, INFEASIBLE, seconds_trained_of_each
from dashboard.models import FailureKind, Report, Study, Trial, TrialState, ValueOf

PAGE_SIZE = 25
COLUMNS = {
    "number": "number",
    "value": "value",
    "duration": "seconds",
    "state": "state",
    "sampler": "sampler",
}


def chart_rows(study: Study) -> list[dict[str, Any]]:
    """All trials in number order, as little of each as the charts need."""
    fields = (
        "pk",
        "number",
        "state",
        "value",
        "step",
        "step_value",
        "seconds",
        "finished_at",
        "failure_kind",
        "params",
        "origin",
        "sampler",
    )
    trials = study.trials.order_by("number").values(*fields, trained=seconds_trained_of_each())
    return [dict(row) for row in trials]


def curves(trial_ids: Sequence[int], metric: str) -> dict[int, list[tuple[int, float]]]:
    """Trial id to one metric at each step of the trial's last attempt."""
    return {
        pk: [(step, value) for step, metrics in steps if (value := metrics.get(metric)) is not None]
        for pk, steps in all_metrics(trial_ids).items()
    }


def latest_complete_ids(study: Study, *, limit: int) -> list[int]:
    complete = study.trials.filter(state=TrialState.COMPLETE)
    return list(complete.order_by("-number").values_list("pk", flat=True)[:limit])


@dataclass(frozen=True)
class TableOrder:
    column: str
    is_descending: bool

    @classmethod
    def parse(cls, text: str, known: Collection[str]) -> "TableOrder":
        """From the address: `value`, `-number`, `params.units_1`; newest first where it makes no sense."""
        column = text.removeprefix("-")
        if column in COLUMNS or column in known:
            return cls(column, text.startswith("-"))
        return cls("number", True)

    def expression(self) -> Any:
        if self.column in COLUMNS:
            field: Any = F(COLUMNS[self.column])
        else:
            values, _, name = self.column.partition(".")
            field = ValueOf(name, values)
        return field.desc(nulls_last=True) if self.is_descending else field.asc(nulls_last=True)


def trial_table(
    study: Study, *, state: str, order: TableOrder, with_metrics: bool = False
) -> QuerySet[Trial]:
    """Each with the sampler's reason as `why`; the rest of the explanation is long."""
    trials = study.trials.defer("explanation", *([] if with_metrics else ["metrics"]))
    trials = trials.annotate(why=KT("explanation__text"))
    if state == TrialState.FAILED:
        trials = trials.filter(FAILURES)
    elif state == FailureKind.INFEASIBLE:
        trials = trials.filter(INFEASIBLE)
    elif state in TrialState.values:
        trials = trials.filter(state=state)
    return trials.order_by(order.expression(), "-number")


def complete_results(study: Study) -> list[tuple[int, dict[str, Any], float | None]]:
    """Number, params and value of every complete trial."""
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    return list(complete.values_list("number", "params", "value"))


def reports_of(trial: Trial) -> list[Report]:
    """Those of the trial's last attempt, in the order of their steps."""
    reports = Report.objects.filter(attempt__trial=trial, attempt__number=trial.attempt)
    return list(reports.order_by("step"))


def epoch_seconds(reports: Sequence[Report]) -> float | None:
    """How long an epoch took; the first, which compiles, counts only if it is alone."""
    if not reports:
        return None
    first, last = reports[0], reports[-1]
    if first.step == last.step:
        return last.seconds / last.step if last.step else None
    return (last.seconds - first.seconds) / (last.step - first.step)


def all_metrics(trial_ids: Sequence[int]) -> dict[int, list[tuple[int, dict[str, float | None]]]]:
    """Trial id to (step, metrics) of its last attempt."""
    reports = Report.objects.filter(
        attempt__trial__in=trial_ids, attempt__number=F("attempt__trial__attempt")
    )
    by_trial: dict[int, list[tuple[int, dict[str, float | None]]]] = {}
    for pk, step, metrics in reports.order_by("attempt__trial", "step").values_list(
        "attempt__trial", "step", "metrics"
    ):
        by_trial.setdefault(pk, []).append((step, metrics))
    return by_trial
