"""Trials as samplers and pruners see them, read a few at a time."""

import datetime as dt
import math
from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from dashboard.models import JUDGED_KINDS, Report, Study, Trial, TrialState
from optimizer.values import Params

# A cancelled trial has told nothing.
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
OPEN = (TrialState.WAITING, TrialState.RUNNING)
# Some databases take only so many values in one list.
MANY = 500


class Ended(NamedTuple):
    finished_at: dt.datetime
    number: int
    state: str
    failure_kind: str
    params: Params
    value: float | None
    # Who proposed it.
    sampler: str
    # Its last one; of a pruned trial the one that decided.
    step: int


def ended_trials(study: Study, since: dt.datetime | None) -> list[Ended]:
    """In the order in which they ended, from a moment on or all."""
    # Without a state, so that no database can think another index than that of the time better.
    trials = study.trials.filter(finished_at__gte=since) if since else study.trials.filter(state__in=ENDED)
    rows = trials.order_by("finished_at", "number").values_list(*Ended._fields)
    return [ended for row in rows if (ended := Ended(*row)).state in ENDED]


def n_cancelled(study: Study) -> int:
    return study.trials.filter(state=TrialState.CANCELLED).count()


def n_made(study_id: int) -> int:
    """How many trials a study has; they are numbered without gaps, so the last number tells."""
    numbers = Trial.objects.filter(study=study_id).order_by("-number").values_list("number", flat=True)
    return next((number + 1 for number in numbers[:1]), 0)


def open_trials(study: Study) -> list[tuple[int, Params]]:
    """Number and params of trials without a verdict."""
    rows = study.trials.filter(state__in=OPEN).order_by().values_list("number", "params")
    return sorted(rows, key=lambda row: row[0])  # a database asked to sort walks through all trials by number


def reports_at(
    study: Study, steps: Collection[int], numbers: Collection[int], objective: str
) -> Iterator[tuple[int, int, float]]:
    """Trial number, step and value at these steps of the last attempt of these trials; NaN for no number."""
    few = Q(attempt__trial__number__in=numbers) if len(numbers) <= MANY else Q()
    wanted = numbers if len(numbers) <= MANY else set(numbers)
    reports = _reports(study).filter(few, step__in=steps).order_by("attempt__trial__number", "step")
    for number, step, metrics in reports.values_list("attempt__trial__number", "step", "metrics"):
        if number in wanted:
            value = metrics.get(objective)
            yield number, step, math.nan if value is None else value


def values_at(study: Study, step: int, objective: str) -> list[tuple[int, float]]:
    """Number and value of every trial that has reported at a step, unless a person has judged it."""
    reports = _reports(study).filter(step=step).exclude(attempt__trial__failure_kind__in=JUDGED_KINDS)
    rows = reports.values_list("attempt__trial__number", "metrics")
    found = ((number, metrics.get(objective)) for number, metrics in rows)
    return [(number, math.nan if value is None else value) for number, value in found]


def _reports(study: Study) -> QuerySet[Report]:
    return Report.objects.filter(attempt__trial__study=study, attempt__number=F("attempt__trial__attempt"))
