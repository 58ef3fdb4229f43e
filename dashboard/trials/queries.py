"""Trials as the pages show them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.db.models import F, QuerySet

from dashboard.engine.search.fitting import fit_of
from dashboard.models import Report, Study, Trial, TrialState, ValueOf

# Rows that are held at a time where there can be a hundred thousand.
CHUNK = 5_000


def params_of(study: Study, numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """Number to params of these trials."""
    return dict(study.trials.filter(number__in=numbers).values_list("number", "params"))


def params_once(
    study: Study, numbers: Collection[int], known: dict[int, dict[str, Any]]
) -> dict[int, dict[str, Any]]:
    """The same, where `known` keeps what was read before: a trial keeps its params."""
    missing = [number for number in numbers if number not in known]
    if missing:
        known.update(params_of(study, missing))
    return known


def curves(trial_ids: Sequence[int], metric: str) -> dict[int, list[tuple[int, float]]]:
    """Trial id to one metric at each step of the trial's last attempt."""
    by_trial: dict[int, list[tuple[int, float]]] = {}
    steps = _last_reports(trial_ids).annotate(it=ValueOf(metric, "metrics"))
    for pk, step, value in steps.values_list("attempt__trial", "step", "it"):
        curve = by_trial.setdefault(pk, [])
        if value is not None:
            curve.append((step, value))
    return by_trial


def values_at(trial_ids: Sequence[int], metric: str, step: int) -> dict[int, float]:
    """Trial id to one metric at one step of the trial's last attempt, where it was reported."""
    reports = _last_reports(trial_ids).filter(step=step).annotate(it=ValueOf(metric, "metrics"))
    values = reports.values_list("attempt__trial", "it")
    return {pk: value for pk, value in values if value is not None}


def latest_complete_ids(study: Study, *, limit: int) -> list[int]:
    complete = study.trials.filter(state=TrialState.COMPLETE)
    return list(complete.order_by("-number").values_list("pk", flat=True)[:limit])


def latest_metrics(study: Study, *, limit: int) -> list[dict[str, Any]]:
    """All metrics of the latest complete trials, each at its best step."""
    complete = study.trials.filter(state=TrialState.COMPLETE)
    return list(complete.order_by("-number").values_list("metrics", flat=True)[:limit])


def complete_results(study: Study) -> Iterator[tuple[int, dict[str, Any], float | None]]:
    """Number, params and value of every complete trial, some thousands at a time.

    Without those that do not fit the search space that the study has now.
    """
    fit = fit_of(study)
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("number")
    for number, params, value in complete.values_list("number", "params", "value").iterator(CHUNK):
        if (point := fit.params(number, params)) is not None:
            yield number, dict(point), value


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
    by_trial: dict[int, list[tuple[int, dict[str, float | None]]]] = {}
    for pk, step, metrics in _last_reports(trial_ids).values_list("attempt__trial", "step", "metrics"):
        by_trial.setdefault(pk, []).append((step, metrics))
    return by_trial


def _last_reports(trial_ids: Sequence[int]) -> QuerySet[Report]:
    reports = Report.objects.filter(
        attempt__trial__in=trial_ids, attempt__number=F("attempt__trial__attempt")
    )
    return reports.order_by("attempt__trial", "step")
