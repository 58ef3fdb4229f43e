"""The settings of a study, each declared once.

Forms, pages, copies, confirmations and the history of a study go through this table, and keep no list of
their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import Any

from dashboard.wording import duration, param
from trainers.datasets.splits import MAX_FOLDS


class Kind(Enum):
    """How people enter a value. In the database times are seconds, and shares are fractions of one."""

    TEXT = auto()
    CHOICE = auto()
    COUNT = auto()
    MINUTES = auto()
    PERCENT = auto()
    # In percent where the objective is a share.
    OBJECTIVE_VALUE = auto()


class NewStudy(Flag):
    """Which forms of a new study ask for a setting."""

    NONE = 0
    TRAINER = auto()
    CUSTOM_MODEL = auto()
    BOTH = TRAINER | CUSTOM_MODEL


class Section(Enum):
    """Where a limit stands among the budget fields."""

    MAIN = auto()
    MORE = auto()
    RETRIES = auto()


@dataclass(frozen=True, kw_only=True)
class StudyField:
    """One column of `Study` that somebody decides."""

    name: str
    label: str
    # Without one, no form field is made from the declaration.
    kind: Kind | None = None
    asked_by: NewStudy = NewStudy.BOTH
    # As it is posted, where people enter it in another unit than the database has.
    form_name: str = ""
    # In the unit in which people enter it; of a text, its length.
    low: float | None = None
    high: float | None = None
    is_required: bool = True
    # What the form opens with, and what the database keeps of an empty field.
    initial: Any = None
    empty: Any = None
    placeholder: str = ""
    hint: str = ""
    unit: str = ""
    section: Section | None = None
    # Beside the other fields of its section.
    short_label: str = ""
    # Whether it can be changed later.
    is_budget: bool = False
    # Whether a study that starts from another one, or from a template, has the same.
    is_kept_by_copy: bool = True
    # Whether the study that confirms another one has the same.
    is_kept_by_confirmation: bool = True

    @property
    def input_name(self) -> str:
        return self.form_name or self.name

    def is_unset(self, value: Any) -> bool:
        return value is None or value == self.empty

    def show(self, value: Any) -> str:
        """A value of the database in words."""
        if self.kind is Kind.MINUTES:
            return duration(value)
        if isinstance(value, str):
            return value
        return f"{param(value)}%" if self.kind is Kind.PERCENT else param(value)

    def show_change(self, value: Any, before: Any) -> str:
        """What the history says when it is set."""
        old, new = ("none" if self.is_unset(each) else self.show(each) for each in (before, value))
        return f"{self.label.lower()} {old} → {new}"


NAME_LENGTH = 100
COUNT_HIGH = 100_000
MAX_RETRIES = 100
YEAR = 525_600  # minutes

FIELDS: Sequence[StudyField] = (
    StudyField(
        name="name",
        label="Name",
        kind=Kind.TEXT,
        high=NAME_LENGTH,
        # Both get a name of their own.
        is_kept_by_copy=False,
        is_kept_by_confirmation=False,
    ),
    # Chosen together as a place. A copy is private until somebody shares it.
    StudyField(name="team_id", label="Team", asked_by=NewStudy.NONE, is_kept_by_copy=False),
    StudyField(name="is_open", label="Visible to everyone", asked_by=NewStudy.NONE, is_kept_by_copy=False),
    StudyField(name="dataset", label="Dataset", kind=Kind.CHOICE),
    StudyField(name="code", label="Model file", asked_by=NewStudy.CUSTOM_MODEL),
    # A form of its own for each; the form's knobs, or the model file, say the space.
    StudyField(name="trainer", label="Trainer", asked_by=NewStudy.NONE),
    StudyField(name="space", label="Search space", asked_by=NewStudy.NONE),
    StudyField(name="objective", label="Objective", kind=Kind.CHOICE, asked_by=NewStudy.TRAINER),
    # Follows from the objective.
    StudyField(name="direction", label="Direction", asked_by=NewStudy.NONE),
    StudyField(name="sampler", label="Sampler", kind=Kind.CHOICE, initial="auto"),
    # A confirmation trains to the end.
    StudyField(
        name="pruner",
        label="Early stopping",
        kind=Kind.CHOICE,
        is_required=False,
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="seed",
        label="Seed",
        kind=Kind.COUNT,
        low=0,
        high=2**31 - 1,
        is_required=False,
        hint="The same seed gives the same suggestions and training runs.",
        # A copy is another search, unless somebody asks for the same one.
        is_kept_by_copy=False,
    ),
    # The same for all studies that are to be compared; no form asks for it.
    StudyField(name="split_seed", label="Split seed", asked_by=NewStudy.NONE, is_kept_by_copy=False),
    StudyField(
        name="n_folds",
        label="Folds",
        kind=Kind.COUNT,
        asked_by=NewStudy.TRAINER,
        low=2,
        high=MAX_FOLDS,
        is_required=False,
        empty=0,
        placeholder="none",
        hint="Trains each trial once per fold and takes the mean value. Useful for small datasets.",
        unit="folds",
    ),
    StudyField(
        name="max_trials",
        label="Trials",
        kind=Kind.COUNT,
        low=1,
        high=COUNT_HIGH,
        initial=30,
        section=Section.MAIN,
        is_budget=True,
        # As many as it has trainings.
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="max_epochs",
        label="Epochs per trial",
        kind=Kind.COUNT,
        low=1,
        high=COUNT_HIGH,
        initial=10,
        section=Section.MAIN,
    ),
    StudyField(
        name="max_seconds",
        label="Study time",
        kind=Kind.MINUTES,
        form_name="max_minutes",
        low=0.1,
        high=YEAR,
        is_required=False,
        placeholder="no limit",
        hint="Counts only while at least one trial is training, not while the study waits.",
        unit="min",
        section=Section.MAIN,
        is_budget=True,
        # Nothing cuts a confirmation short: its trainings are counted, and their values are all wanted.
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="max_trial_seconds",
        label="Time per trial",
        kind=Kind.MINUTES,
        form_name="max_trial_minutes",
        low=0.1,
        high=YEAR,
        is_required=False,
        placeholder="no limit",
        unit="min",
        section=Section.MAIN,
        is_budget=True,
    ),
    StudyField(
        name="n_parallel",
        label="Parallel trials",
        kind=Kind.COUNT,
        low=1,
        high=256,
        section=Section.MAIN,
        is_budget=True,
    ),
    StudyField(
        name="target_value",
        label="Target",
        kind=Kind.OBJECTIVE_VALUE,
        is_required=False,
        placeholder="none",
        hint="The study stops when this value is reached.",
        section=Section.MAIN,
        is_budget=True,
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="max_stale_trials",
        label="Trials without improvement",
        kind=Kind.COUNT,
        low=1,
        high=COUNT_HIGH,
        is_required=False,
        placeholder="no limit",
        section=Section.MORE,
        is_budget=True,
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="min_improvement",
        label="Minimum improvement",
        kind=Kind.PERCENT,
        low=0,
        high=100,
        is_required=False,
        empty=0,
        placeholder="any",
        unit="%",
        section=Section.MORE,
        is_budget=True,
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="max_failures",
        label="Failures in a row",
        kind=Kind.COUNT,
        low=1,
        high=COUNT_HIGH,
        initial=5,
        hint="The study stops after this many failures in a row.",
        section=Section.MORE,
        is_budget=True,
        # As many as it has trainings: each is told about, whatever the others did.
        is_kept_by_confirmation=False,
    ),
    StudyField(
        name="queue",
        label="Queue",
        kind=Kind.CHOICE,
        hint="Workers assigned to this queue run the trials.",
        section=Section.MORE,
        is_budget=True,
    ),
    *(
        StudyField(
            name=name,
            label=f"Retries {when}",
            short_label=short,
            kind=Kind.COUNT,
            low=0,
            high=MAX_RETRIES,
            initial=initial,
            section=Section.RETRIES,
            is_budget=True,
        )
        for name, when, short, initial in (
            ("lost_retries", "when lost", "Lost", 2),
            ("memory_retries", "when out of memory", "Out of memory", 0),
            ("error_retries", "after an error", "Error", 0),
        )
    ),
)

# Column of `Study` -> why nobody sets it on a form, copies it or confirms with it.
NOT_SETTINGS = {
    "id": "names the row",
    "owner_id": "the person who creates a study owns it",
    "is_archived": "whether this study is in the archive",
    "is_template": "whether this study is offered as a template",
    "deleted_at": "when this study was deleted",
    "state": "changed only by the engine's transitions",
    "state_reason": "why the study is in its state",
    "ends_as": "the state to enter when its last open trial ends",
    "ends_because": "the reason to record then",
    "failures_since": "failures before this time no longer count",
    "confirms_id": "the study that this one confirms",
    "is_repeat": "whether it only runs one trial again",
    "winner_id": "one of its own trials",
    "created_at": "a time in the life of this study",
    "started_at": "a time in the life of this study",
    "finished_at": "a time in the life of this study",
    "running_since": "a time in the life of this study",
    "served_at": "a time in the life of this study",
    "clock_since": "a time in the life of this study",
    "seconds_before": "the study time used so far",
    "note": "what people wrote about this study",
    "note_version": "counts changes to the note",
    "imported": "where this study comes from",
    "n_rewrites": "counts trials that were reopened or judged, and changes to the search",
    "version": "counts changes to the study",
}


def study_field(name: str) -> StudyField:
    return next(field for field in FIELDS if field.name == name)


def budget_fields() -> list[StudyField]:
    return [field for field in FIELDS if field.is_budget]


def asked_fields(form: NewStudy) -> list[StudyField]:
    return [field for field in FIELDS if field.asked_by & form]


def copy_fields() -> list[StudyField]:
    return [field for field in FIELDS if field.is_kept_by_copy]


def confirmation_fields() -> list[StudyField]:
    return [field for field in FIELDS if field.is_kept_by_confirmation]
