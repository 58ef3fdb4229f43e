"""A whole study as a file: what is in it, declared once for writing and for reading.

No ids of a database: trials are known by number, people, teams and other studies by name. A field of a record
has the name of its column.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from dashboard.models.study_fields import FIELDS as SETTING_FIELDS

FORMAT, VERSION = "parzen-study", 1
# Some trials of a study, without the rest of it.
TRIALS_FORMAT = "parzen-trials"
# Every declared setting; the team is a row of this database, and goes by its name.
SETTINGS = tuple(each.name for each in SETTING_FIELDS if each.name != "team_id")


@dataclass(frozen=True, kw_only=True)
class ReportRecord:
    """One epoch of an attempt."""

    step: int
    seconds: float
    metrics: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AttemptRecord:
    number: int
    state: str
    worker: str
    failure_kind: str
    reason: str
    traceback: str
    resumed_after: int
    log: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    peak_memory: int | None
    environment: dict[str, Any]
    reports: list[ReportRecord]


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    number: int
    state: str
    failure_kind: str
    failure_message: str
    params: dict[str, Any]
    origin: str
    sampler: str
    explanation: dict[str, Any]
    # The number of the trial that it trains again, in the study that this one confirms.
    copy_of: int | None
    seed: int | None
    value: float | None
    best_step: int | None
    metrics: dict[str, Any]
    step: int
    step_value: float | None
    attempt: int
    retried_after: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    seconds: float | None
    n_parameters: int | None
    attempts: list[AttemptRecord]
    # What a person said of it, and the columns that this changed; files of earlier versions have none.
    judged: dict[str, Any] = field(default_factory=dict)
    judged_at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CommentRecord:
    at: dt.datetime
    author: str
    text: str
    # The number of the trial that it is about; None: the study.
    trial: int | None


@dataclass(frozen=True, kw_only=True)
class EventRecord:
    at: dt.datetime
    by: str
    what: str


@dataclass(frozen=True, kw_only=True)
class SpaceVersionRecord:
    """A search space that the study has had, or has; the first one is number 1."""

    number: int
    space: dict[str, Any]
    defaults: dict[str, Any]
    from_trial: int
    by: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class StudyRecord:
    """`settings` has the columns that `SETTINGS` names; the search space is one of them."""

    settings: dict[str, Any]
    owner: str
    team: str
    state: str
    state_reason: str
    ends_as: str
    ends_because: str
    is_archived: bool
    is_template: bool
    is_repeat: bool
    # The name of the study that this one confirms.
    confirms: str
    # The number of the trial that somebody chose.
    winner: int | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    failures_since: dt.datetime | None
    # Study time used so far.
    seconds: float
    note: str
    tags: list[str]
    events: list[EventRecord]
    comments: list[CommentRecord]
    # Empty where it has had one only.
    space_versions: list[SpaceVersionRecord] = field(default_factory=list)
    # Where it comes from, of one that was imported.
    imported: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StudyFile:
    exported_at: dt.datetime
    study: StudyRecord
    trials: list[TrialRecord]


# Column -> why it is not in the file, for a test that asks for all of them.
LEFT_OUT = {
    "Study": {
        "id": "names the row",
        "owner": "is there by name",
        "team": "is there by name",
        "deleted_at": "a deleted study cannot be exported",
        "running_since": "a moment of the queue that it is in",
        "served_at": "a moment of the queue that it is in",
        "clock_since": "is in `seconds`",
        "seconds_before": "is in `seconds`",
        "note_version": "counts edits on pages",
        "n_rewrites": "counts edits on pages",
        "version": "counts edits on pages",
    },
    "Trial": {
        "id": "names the row",
        "study": "it is the study of the file",
        "lease_until": "a moment of the worker that trains it",
    },
    "Attempt": {
        "id": "names the row",
        "trial": "it is in its trial",
        "lease_seconds": "a moment of whoever trains it",
    },
    "Report": {"id": "names the row", "attempt": "it is in its attempt"},
    "Comment": {
        "id": "names the row",
        "study": "it is in its study",
        "written_by": "is the author, where somebody else imported it",
    },
    "StudyEvent": {"id": "names the row", "study": "it is in its study"},
    "SpaceVersion": {"id": "names the row", "study": "it is in its study"},
}
