"""A whole study as JSON, one trial after the other: exact, and without holding more than a few trials."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from dashboard.export.queries import rows_by_number, trials_to_export
from dashboard.export.study_format import (
    FORMAT,
    SETTINGS,
    TRIALS_FORMAT,
    VERSION,
    AttemptRecord,
    CommentRecord,
    EventRecord,
    ReportRecord,
    SpaceVersionRecord,
    StudyRecord,
    TrialRecord,
)
from dashboard.export.trials_csv import moment
from dashboard.models import Attempt, Report, Study, Trial
from dashboard.wording import person_name

TRIALS_PER_PIECE, REPORTS_PER_READ, PIECE = 200, 2_000, 2**16

# Of a study's record: what other tables have, or what is counted.
NO_COLUMNS = {
    *("settings", "owner", "team", "confirms", "winner", "seconds", "tags", "events", "comments"),
    "space_versions",
}


def study_json(study: Study) -> Iterator[str]:
    """In pieces of some size. Of a running study, each trial is as it was when its turn came."""
    at = timezone.now()
    head = {"format": FORMAT, "version": VERSION, "exported_at": at, "study": asdict(study_record(study, at))}
    return _in_pieces(_lines(trials_to_export(study), _dumps(head), copies=_was(study).get("copies")))


def trials_json(study: Study, trials: QuerySet[Trial], wanted: Collection[int] | None) -> Iterator[str]:
    """These trials alone, each as in the file of the whole study."""
    head = {"format": TRIALS_FORMAT, "version": VERSION, "exported_at": timezone.now(), "study": study.name}
    return _in_pieces(_lines(trials, _dumps(head), wanted, _was(study).get("copies")))


def study_record(study: Study, at: dt.datetime) -> StudyRecord:
    columns = [name for name in _columns(StudyRecord) if name not in NO_COLUMNS]
    return StudyRecord(
        **{name: getattr(study, name) for name in columns},
        settings={name: getattr(study, name) for name in SETTINGS},
        owner=person_name(study.owner),
        team=study.team.name if study.team else "",
        confirms=study.confirms.name if study.confirms else _was(study).get("confirms", ""),
        winner=study.winner.number if study.winner else None,
        seconds=study.seconds_at(at),
        tags=[tag.name for tag in study.tags.all()],
        events=[EventRecord(at=e.at, by=e.by, what=e.what) for e in study.events.order_by("pk")],
        comments=[
            CommentRecord(
                at=comment.at,
                author=comment.written_by or person_name(comment.author),
                text=comment.text,
                trial=comment.trial.number if comment.trial else None,
            )
            for comment in study.comments.select_related("author", "trial")
        ],
        space_versions=[
            SpaceVersionRecord(**row)
            for row in study.space_versions.order_by("number").values(*_columns(SpaceVersionRecord))
        ],
    )


def _was(study: Study) -> Mapping[str, Any]:
    """What the file of an imported study said that this database cannot have."""
    return dict(study.imported.get("was", {}))


def _lines(
    trials: QuerySet[Trial],
    head: str,
    wanted: Collection[int] | None = None,
    copies: Mapping[str, int] | None = None,
) -> Iterator[str]:
    yield f'{head[:-1]}, "trials": ['
    mark = "\n"
    for chunk in _trials(trials, wanted, copies or {}):
        for trial in chunk:
            yield mark
            yield from trial
            mark = ",\n"
    yield "\n]}\n"


def _trials(
    trials: QuerySet[Trial], wanted: Collection[int] | None, copies: Mapping[str, int]
) -> Iterator[Iterator[Iterable[str]]]:
    columns = _columns(TrialRecord)
    stored = ["copy_of__number" if name == "copy_of" else name for name in columns if name != "number"]
    for chunk in rows_by_number(trials, [*stored, "pk"], size=TRIALS_PER_PIECE, wanted=wanted):
        names = ["number", *(name for name in columns if name != "number")]
        yield _with_attempts(chunk, names, copies)


def _with_attempts(
    chunk: Sequence[tuple[Any, ...]], names: Sequence[str], copies: Mapping[str, int]
) -> Iterator[Iterable[str]]:
    """Each trial in parts, for its reports may be more than should be held at once."""
    ids = [row[-1] for row in chunk]
    columns = _columns(AttemptRecord)
    attempts: dict[int, list[tuple[Any, ...]]] = {}
    rows = Attempt.objects.filter(trial__in=ids).order_by("number").values_list("trial", "pk", *columns)
    for trial, *attempt in rows:
        attempts.setdefault(trial, []).append(tuple(attempt))
    reports = _Reports([attempt[0] for of_trial in attempts.values() for attempt in of_trial])
    for row in chunk:
        record = dict(zip(names, row[:-1], strict=True))
        # Of a trial that was imported, the one that it copied stayed where it comes from.
        record["copy_of"] = copies.get(str(record["number"]), record["copy_of"])
        opening = _dumps(record)[:-1]
        yield _parts(opening, attempts.get(row[-1], []), reports, columns)


def _parts(
    opening: str, attempts: Sequence[tuple[Any, ...]], reports: "_Reports", columns: Sequence[str]
) -> Iterator[str]:
    yield f'{opening}, "attempts": ['
    for place, (pk, *values) in enumerate(attempts):
        yield ", " if place else ""
        yield f'{_dumps(dict(zip(columns, values, strict=True)))[:-1]}, "reports": ['
        for number, report in enumerate(reports.of(pk)):
            yield (", " if number else "") + _dumps(dict(zip(reports.columns, report, strict=True)))
        yield "]}"
    yield "]}"


class _Reports:
    """The reports of some attempts, read along with them, in whose order they are."""

    def __init__(self, attempts: Sequence[int]) -> None:
        self.columns = _columns(ReportRecord)
        rows = Report.objects.filter(attempt__in=attempts)
        ordered = rows.order_by("attempt__trial__number", "attempt__number", "step")
        found = ordered.values_list("attempt", *self.columns).iterator(REPORTS_PER_READ)
        self._groups = groupby(found, itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, attempt: int) -> Iterator[tuple[Any, ...]]:
        """Asked for each attempt in turn."""
        if self._next is not None and self._next[0] == attempt:
            yield from (row[1:] for row in self._next[1])
            self._next = next(self._groups, None)


def _columns(record: type) -> list[str]:
    """Its fields that are columns."""
    return [field.name for field in fields(record) if field.name not in {"attempts", "reports"}]


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_default)


def _default(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return moment(value)
    raise TypeError(f"{type(value).__name__} has no place in the file")


def _in_pieces(parts: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= PIECE:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
