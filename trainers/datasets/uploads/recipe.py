"""How an uploaded file is read: its task, its target, what each column is for; `guesses` has first ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from optimizer.wording import count_noun
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Kind, Task
    from trainers.datasets.uploads.findings import Findings
    from trainers.datasets.uploads.times import First

Role = Literal["number", "category", "text", "time", "group", "left out"]
ROLES: tuple[Role, ...] = ("number", "category", "text", "time", "group", "left out")
MAX_CLASSES = 1_000
MAX_SIDE = 256
FIRST_EDITION = 1
EDITION = 2  # of new recipes: equal rows stay in one part, and words such as NA are values of categories
# fields, with what they were before there were any
_ADDED: Mapping[str, Any] = {
    "edition": FIRST_EDITION,
    "missing": (),
    "gaps": {},
    "drops_unknown": False,
    "date_first": "",
}

_PAIRS = frozenset({"roles", "gaps"})  # PostgreSQL keeps no order of keys


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`target` and `roles` are of a table's columns; `side` is the longer side of pictures in pixels.

    `season` counts the rows after which a series repeats itself. `edition` says by which rules a file is
    read: those of the day when the recipe was made, or studies would no longer be on the same rows.
    `missing` are texts that mean missing in all columns, `gaps` those of a column. `drops_unknown` leaves out
    rows whose target is missing. `date_first` says what comes first in 03/04/2024.
    """

    task: Task
    target: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    season: int = 1
    side: int = 0
    is_color: bool = False
    edition: int = FIRST_EDITION
    missing: tuple[str, ...] = ()
    gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drops_unknown: bool = False
    date_first: First = ""

    @property
    def keeps_equal_rows(self) -> bool:
        """Say whether equal rows stay in one part."""
        return self.edition > FIRST_EDITION

    @property
    def time_columns(self) -> list[str]:
        """Return the columns of the time; a day and the time of that day count as one."""
        times = self.columns_as("time")
        return times[1:] if len(times) == 2 and self.edition > FIRST_EDITION else times

    def missing_in(self, name: str) -> frozenset[str] | None:
        """Return the texts that mean missing in a column; None: those that always did."""
        if self.edition == FIRST_EDITION:
            return None
        return frozenset({"", *self.missing, *self.gaps.get(name, ())})

    def reads_number(self, name: str) -> bool:
        """Say whether a column is read as numbers."""
        is_predicted = name == self.target and self.task != "classification"
        return is_predicted or name in self.columns_as("number")

    def columns_as(self, *roles: Role) -> list[str]:
        """Return the columns with one of these roles, but for the target, in the file's order."""
        return [name for name, role in self.roles.items() if role in roles and name != self.target]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object, by column as pairs.

        What earlier versions did not know is left out where it is as it was: they are the names of caches.
        """
        added = {name: value for name, value in _ADDED.items() if getattr(self, name) == value}
        raw = {name: value for name, value in asdict(self).items() if name not in added}
        pairs = {name: [[key, value] for key, value in raw[name].items()] for name in _PAIRS & raw.keys()}
        return {**raw, **pairs}

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object; earlier versions wrote the roles as an object."""
        lists = {"missing": tuple(raw.get("missing", ()))}
        gaps = {name: tuple(texts) for name, texts in dict(raw.get("gaps", ())).items()}
        return cls(**{**raw, **lists, "roles": dict(raw.get("roles", ())), "gaps": gaps})


def kind_of(recipe: Recipe, findings: Findings) -> Kind:
    """Return what one row is; DatasetInvalid where the recipe contradicts itself."""
    if findings.form == "pictures":
        return "images"
    if findings.form == "arrays":
        return "images" if len(findings.shape) > 1 else "table"
    if recipe.task == "forecast":
        return "series"
    is_alone = len(recipe.columns_as("text")) == 1 and not recipe.columns_as("number", "category")
    return "text" if is_alone and recipe.task == "classification" else "table"


def check_recipe(recipe: Recipe, findings: Findings) -> None:
    """Raise DatasetInvalid with the first rule that the recipe breaks."""
    if findings.form == "pictures" and not 1 <= recipe.side <= MAX_SIDE:
        raise DatasetInvalid(f"The longer side must be 1 to {MAX_SIDE} pixels, not {recipe.side}.")
    if findings.form == "arrays" and recipe.task == "classification" and not findings.is_whole:
        raise DatasetInvalid("y contains fractions, which cannot be classes. Predict a number instead.")
    if findings.form == "table":
        _check_columns(recipe, findings)


def _check_columns(recipe: Recipe, findings: Findings) -> None:
    if findings.column(recipe.target) is None:
        raise DatasetInvalid("Choose the column to predict.")
    times, groups = recipe.time_columns, recipe.columns_as("group")
    for names, what in ((times, "the time"), (groups, "the group")):
        if len(names) > 1 and not (names is groups and recipe.task == "forecast"):
            raise DatasetInvalid(f"Only one column can be {what}, not both {names[0]} and {names[1]}.")
    if times and groups and recipe.task != "forecast":
        raise DatasetInvalid(
            "Rows can be split by time or by group, but not by both. Set one of them to Not used."
        )
    _check_dates(recipe, findings)
    if recipe.task == "forecast":
        _check_forecast(recipe, findings)
    elif not recipe.columns_as("number", "category", "text"):
        raise DatasetInvalid("There is no input column. Use at least one column besides the target.")


def _check_dates(recipe: Recipe, findings: Findings) -> None:
    """The month must not be taken for the day."""
    for name in recipe.columns_as("time"):
        column = findings.column(name)
        if column and column.is_ambiguous_date and recipe.edition > FIRST_EDITION and not recipe.date_first:
            example = next((row[findings.columns.index(column)] for row in findings.preview), "03/04/2024")
            raise DatasetInvalid(
                f"Dates in {name}, such as {example}, can be read in two ways: choose whether the day or the "
                "month comes first."
            )


def _check_forecast(recipe: Recipe, findings: Findings) -> None:
    if not recipe.columns_as("time"):
        raise DatasetInvalid("A forecast needs a time for each row. Set one column to Time.")
    if recipe.columns_as("text"):
        name = recipe.columns_as("text")[0]
        raise DatasetInvalid(f"A forecast can only use numbers and categories. Set {name} to Not used.")
    if not 1 <= recipe.season <= findings.n_rows:
        raise DatasetInvalid(
            f"The season must be 1 to {count_noun(findings.n_rows, 'row')}, not {recipe.season}."
        )
