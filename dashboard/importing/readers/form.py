"""The one form that every file is read into: facts about its studies, and a file of lines for their trials.

A line is a JSON object of one trial: `n` number, `s` state, `c` values by the key of their column, `e` epochs
as [step, {key: value}, seconds], `a` and `z` when it began and ended, `t` seconds, `f` why it failed, `b` its
traceback, `r` the whole record of a trial that Parzen exported.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from trainers.errors import TrainerError

Part = Literal["params", "values", "steps", "attributes"]
# As many as a study may have.
MAX_TRIALS = 100_000
MAX_COLUMNS, MAX_NAME, MAX_TEXT = 1_000, 100, 500
COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"


class FileRefused(TrainerError):  # noqa: N818 (says what happened)
    """Why a file cannot be imported, as a sentence for the person."""


@dataclass(kw_only=True)
class Column:
    """Something that trials of the file have: a param, a value, values by epoch, or anything else."""

    key: str
    part: Part
    # As the file calls it.
    label: str
    # JSON of `optimizer.distributions`: as the file says, or as follows from the values.
    distribution: dict[str, Any] | None = None
    # Key of the parent, and its values: {"parent", "in"}.
    when: dict[str, Any] | None = None
    # "lowest is best" where the file says so.
    direction: str = ""
    # The largest of these that the values need: "number", "flag", "text".
    kind: str = "text"
    n: int = 0
    low: float | None = None
    high: float | None = None
    examples: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Skipped:
    """Trials that are left out, or taken with an assumption, and why; `numbers` are the first of them."""

    words: str
    detail: str
    n: int = 0
    numbers: list[int] = field(default_factory=list)


@dataclass(kw_only=True)
class FoundStudy:
    """One study of a file; `lines` is the name of the file of its trials."""

    name: str
    lines: str
    columns: list[Column]
    # Of the trials that have a line.
    counts: dict[str, int]
    # Of all trials, those without a line included.
    n_trials: int
    skipped: list[Skipped]
    # The lowest step of all epochs: many programs count from 0.
    first_step: int = 1
    last_step: int = 0
    # The whole record of a study that Parzen exported.
    record: dict[str, Any] | None = None
    exported_at: str = ""


@dataclass(kw_only=True)
class Found:
    """What a file holds: who wrote it, in words, with its version, and the studies."""

    source: str
    kind: str
    version: str
    studies: list[FoundStudy]
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Found":
        return cls(**{**found, "studies": [_study(each) for each in found["studies"]]})


def _study(found: dict[str, Any]) -> FoundStudy:
    columns = [Column(**each) for each in found["columns"]]
    skipped = [Skipped(**each) for each in found["skipped"]]
    known = {each.name for each in fields(FoundStudy)}
    rest = {key: value for key, value in found.items() if key in known}
    return FoundStudy(**{**rest, "columns": columns, "skipped": skipped})
