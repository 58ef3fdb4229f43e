"""A study that Parzen exported, written as it was, but for what belongs to the other database."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from dashboard.export.study_format import AttemptRecord, StudyRecord, TrialRecord
from dashboard.export.study_reader import StudyFileInvalid, read_record, read_settings
from dashboard.importing.arrivals import insert_reports
from dashboard.models import (
    Attempt,
    AttemptState,
    Comment,
    SpaceVersion,
    Study,
    StudyEvent,
    StudyState,
    Tag,
    Trial,
    TrialState,
    Watch,
)
from dashboard.refusal import check_text
from optimizer import SearchSpace, SpaceError

TRIALS_PER_BATCH = 500
OPEN = {TrialState.WAITING, TrialState.RUNNING}
# Of a study's record: what goes to other tables, or is said otherwise.
APART = {
    *("settings", "owner", "team", "confirms", "winner", "seconds", "tags", "events", "comments"),
    *("space_versions", "imported"),
}
# Empty JSON is no mistake.
JSON_COLUMNS = {"params", "explanation", "metrics", "judged", "environment"}
Row = TypeVar("Row", Trial, Attempt)
SCALARS = (str, int, float, bool, type(None))


def study_of_record(record: StudyRecord, *, owner: User, exported_at: str, fields: dict[str, Any]) -> Study:
    """Not saved yet. One that had not ended counts as stopped when it was exported."""
    columns = {name: getattr(record, name) for name in StudyRecord.__dataclass_fields__ if name not in APART}
    study = Study(
        **{**record.settings, **columns, "seconds_before": record.seconds, "owner": owner, **fields}
    )
    try:
        SearchSpace.from_json(study.space)
    except SpaceError as error:
        raise StudyFileInvalid(f"study.settings.space.{error}. Export the study again.") from error
    study.imported["was"] = was = {"owner": record.owner, "team": record.team}
    if record.confirms:
        was["confirms"] = record.confirms
    if not study.is_ended:
        was["state"] = record.state
        study.state, study.ends_as, study.ends_because = StudyState.STOPPED, "", ""
        study.state_reason = f"Imported. It was {record.state} when it was exported"
        study.finished_at = _moment(exported_at)
        study.started_at = study.started_at or study.finished_at
    return study


def write_record(study: Study, record: StudyRecord, lines: Path) -> int:
    """The study with all its trials, in the transaction of the caller; says how many. Raises Refused."""
    check_text([study.name, study.space, record.settings, record.note, record.tags, study.imported])
    try:
        study.full_clean()
        study.save(force_insert=True)
        Watch.objects.create(study=study, user=study.owner, version=study.version, state=study.state)
        n = _write_trials(study, lines)
        _write_rest(study, record)
    except ValidationError as error:
        raise StudyFileInvalid(f"{'; '.join(error.messages)[:300]} Export the study again.") from error
    except IntegrityError as error:
        raise StudyFileInvalid(
            "Some of the file's trials contradict each other: two have the same number, or a complete one "
            "has no value. Export the study again."
        ) from error
    return n


def records_in(lines: Path) -> Iterator[TrialRecord]:
    """Each trial of the file, checked."""
    with lines.open(encoding="utf-8") as file:
        for place, line in enumerate(file):
            record = read_record(TrialRecord, json.loads(line)["r"], f"trials[{place}]")
            _check_values(record, f"trials[{place}]")
            yield record


def study_record_in(found: dict[str, Any]) -> StudyRecord:
    record = read_record(StudyRecord, found, "study")
    read_settings(record)
    return record


def _check_values(record: TrialRecord, path: str) -> None:
    """What pages rely on, wherever JSON may hold anything."""
    check_text([record.params, record.metrics, record.explanation, record.judged, record.failure_message])
    for name, value in record.params.items():
        if not isinstance(value, SCALARS):
            raise StudyFileInvalid(f"{path}.params.{name}: must be one value, got a list or an object.")
    steps = [report.metrics for attempt in record.attempts for report in attempt.reports]
    for metrics in (record.metrics, *steps):
        for name, value in metrics.items():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise StudyFileInvalid(f"{path}.metrics.{name}: must be a number, got {str(value)[:60]!r}.")


def _write_trials(study: Study, lines: Path) -> int:
    n = 0
    copies: dict[str, int] = {}
    remaining = records_in(lines)
    while batch := list(islice(remaining, TRIALS_PER_BATCH)):
        copies |= {str(record.number): record.copy_of for record in batch if record.copy_of is not None}
        _write_batch(study, batch)
        n += len(batch)
    if copies:
        study.imported["was"]["copies"] = copies
        study.save(update_fields=["imported"])
    return n


def _write_batch(study: Study, batch: Sequence[TrialRecord]) -> None:
    rows = Trial.objects.bulk_create([_trial(study, record) for record in batch])
    told = [(row, record) for row, parent in zip(rows, batch, strict=True) for record in parent.attempts]
    attempts = Attempt.objects.bulk_create([_attempt(study, row, record) for row, record in told])
    insert_reports(
        (attempt.pk, report.step, json.dumps(report.metrics), report.seconds)
        for attempt, (_, record) in zip(attempts, told, strict=True)
        for report in record.reports
    )


def _trial(study: Study, record: TrialRecord) -> Trial:
    columns = {
        name: getattr(record, name)
        for name in TrialRecord.__dataclass_fields__
        if name not in {"attempts", "copy_of"}
    }
    trial = Trial(study=study, **columns)
    if trial.state in OPEN:
        trial.state, trial.finished_at = TrialState.CANCELLED, study.finished_at
        trial.failure_message = "It had not ended when the study was exported."
    return _cleaned(trial, {"study", "copy_of"})


def _attempt(study: Study, trial: Trial, record: AttemptRecord) -> Attempt:
    columns = {
        name: getattr(record, name) for name in AttemptRecord.__dataclass_fields__ if name != "reports"
    }
    attempt = Attempt(trial=trial, **columns)
    if attempt.state == AttemptState.RUNNING:
        attempt.state, attempt.finished_at = AttemptState.CANCELLED, study.finished_at
    return _cleaned(attempt, {"trial"})


def _cleaned(row: Row, others: set[str]) -> Row:
    row.clean_fields(exclude={"id", *others, *JSON_COLUMNS})
    return row


def _write_rest(study: Study, record: StudyRecord) -> None:
    numbers = dict(study.trials.values_list("number", "pk"))
    if record.winner is not None:
        study.winner_id = numbers.get(record.winner)
        study.save(update_fields=["winner"])
    Tag.objects.bulk_create([Tag(study=study, name=name[:30]) for name in dict.fromkeys(record.tags)])
    StudyEvent.objects.bulk_create(
        [
            StudyEvent(study=study, at=event.at, by=event.by[:150], what=event.what[:1000])
            for event in record.events
        ]
    )
    Comment.objects.bulk_create(
        [
            Comment(
                study=study,
                trial_id=numbers.get(comment.trial) if comment.trial is not None else None,
                author=study.owner,
                written_by=comment.author[:150],
                text=comment.text,
                at=comment.at,
            )
            for comment in record.comments
        ]
    )
    SpaceVersion.objects.bulk_create(
        [
            SpaceVersion(
                study=study, **{name: getattr(version, name) for name in version.__dataclass_fields__}
            )
            for version in record.space_versions
        ]
    )


def _moment(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return timezone.now()
    return found if found.tzinfo else timezone.now()
