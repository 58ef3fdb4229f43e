"""Studies that arrive whole, from a file: written as they are, in the transaction of the caller."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import F, Max, Min

from dashboard.engine.fences import Step
from dashboard.models import (
    Attempt,
    AttemptState,
    FailureKind,
    Origin,
    Report,
    Study,
    StudyState,
    Trial,
    TrialState,
    Watch,
)
from dashboard.refusal import check_text

TRIALS_PER_BATCH, REPORTS_PER_BATCH = 1_000, 5_000


@dataclass(frozen=True, kw_only=True)
class ArrivingTrial:
    """A trial that has ended elsewhere; it had one attempt."""

    number: int
    state: str
    params: dict[str, Any]
    value: float | None
    best_step: int | None
    metrics: dict[str, float]
    steps: Sequence[Step]
    last_value: float | None
    began: dt.datetime | None
    ended: dt.datetime | None
    seconds: float | None
    failure: str
    traceback: str
    explanation: dict[str, Any] = field(default_factory=dict)


def write_ended_study(study: Study, trials: Iterable[ArrivingTrial]) -> int:
    """Insert a finished study and its trials, some at a time; says how many trials. Raises Refused.

    Trials without a time count as ended when they arrived.
    """
    study.state = StudyState.FINISHED
    check_text([study.name, study.space, study.imported, study.objective])
    study.full_clean()
    study.save(force_insert=True)
    Watch.objects.create(study=study, user=study.owner, version=study.version, state=study.state)
    n = 0
    for batch in _batches(trials, TRIALS_PER_BATCH):
        _write(study, batch)
        n += len(batch)
    _set_times(study, n)
    return n


def _set_times(study: Study, n: int) -> None:
    """As those of its trials."""
    known = study.trials.aggregate(began=Min("started_at"), ended=Max("finished_at"))
    began = known["began"] or study.created_at
    ended = known["ended"] or study.created_at
    Study.objects.filter(pk=study.pk).update(
        started_at=began,
        finished_at=ended,
        seconds_before=max(0.0, (ended - began).total_seconds()) if known["began"] else 0.0,
        max_trials=max(1, n),
        version=F("version") + 1,
    )


def _write(study: Study, batch: Sequence[ArrivingTrial]) -> None:
    for trial in batch:
        check_text([trial.params, trial.metrics, trial.failure, trial.traceback, trial.explanation])
    rows = Trial.objects.bulk_create([_trial(study, trial) for trial in batch])
    attempts = Attempt.objects.bulk_create(
        [_attempt(row, trial) for row, trial in zip(rows, batch, strict=True)]
    )
    insert_reports(
        (attempt.pk, step.number, json.dumps(step.metrics), step.seconds)
        for attempt, trial in zip(attempts, batch, strict=True)
        for step in trial.steps
    )


def insert_reports(rows: Iterable[tuple[int, int, str, float]]) -> None:
    """Attempt, step, metrics as JSON, seconds. Without objects of the model, which take most of the time."""
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, ("attempt_id", "step", "metrics", "seconds")))
    table = quote(Report._meta.db_table)  # noqa: SLF001 (it is public)
    with connection.cursor() as cursor:
        for some in _batches(rows, REPORTS_PER_BATCH):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s)", some)  # noqa: S608


def _trial(study: Study, trial: ArrivingTrial) -> Trial:
    is_failed = trial.state == TrialState.FAILED
    return Trial(
        study=study,
        number=trial.number,
        state=trial.state,
        failure_kind=FailureKind.ERROR if is_failed else "",
        failure_message=trial.failure[:500] if is_failed else "",
        params=trial.params,
        origin=Origin.IMPORTED,
        explanation=trial.explanation,
        value=trial.value,
        best_step=trial.best_step,
        metrics=trial.metrics,
        step=trial.steps[-1].number if trial.steps else 0,
        step_value=trial.last_value,
        attempt=1,
        created_at=trial.began or study.created_at,
        started_at=trial.began,
        finished_at=trial.ended or study.created_at,
        seconds=trial.seconds,
    )


def _attempt(row: Trial, trial: ArrivingTrial) -> Attempt:
    is_failed = trial.state == TrialState.FAILED
    pruned = f"Stopped early after epoch {row.step}." if row.step else "Stopped early."
    return Attempt(
        trial=row,
        number=1,
        state=AttemptState(trial.state),
        worker="",
        failure_kind=FailureKind.ERROR if is_failed else "",
        reason=trial.failure[:500] if is_failed else pruned if trial.state == TrialState.PRUNED else "",
        traceback=trial.traceback,
        started_at=trial.began or trial.ended or row.study.created_at,
        finished_at=row.finished_at,
    )


def _batches(entries: Iterable[Any], size: int) -> Iterator[list[Any]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, size)):
        yield batch
