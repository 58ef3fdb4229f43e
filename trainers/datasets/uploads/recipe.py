"""How an uploaded file is read: its task, its target, what each column is for; `guesses` has first ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Kind, Task
    from trainers.datasets.uploads.findings import Findings

Role = Literal["number", "category", "text", "time", "group", "left out"]
ROLES: tuple[Role, ...] = ("number", "category", "text", "time", "group", "left out")
MAX_CLASSES = 1_000
MAX_SIDE = 256
FIRST_EDITION = 1
EDITION = 2  # of new recipes: equal rows stay in one part
_ADDED: Mapping[str, Any] = {"edition": FIRST_EDITION}  # fields, with what they were before there were any


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`target` and `roles` are of a table's columns; `side` is the longer side of pictures in pixels.

    `season` counts the rows after which a series repeats itself. `edition` says by which rules a file is
    read: those of the day when the recipe was made, or studies would no longer be on the same rows.
    """

    task: Task
    target: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    season: int = 1
    side: int = 0
    is_color: bool = False
    edition: int = FIRST_EDITION

    @property
    def keeps_equal_rows(self) -> bool:
        """Say whether equal rows stay in one part."""
        return self.edition > FIRST_EDITION

    def columns_as(self, *roles: Role) -> list[str]:
        """Return the columns with one of these roles, but for the target, in the file's order."""
        return [name for name, role in self.roles.items() if role in roles and name != self.target]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object, the roles as pairs: PostgreSQL keeps no order of keys.

        What earlier versions did not know is left out where it is as it was: they are the names of caches.
        """
        added = {name: value for name, value in _ADDED.items() if getattr(self, name) == value}
        raw = {name: value for name, value in asdict(self).items() if name not in added}
        return {**raw, "roles": [[name, role] for name, role in self.roles.items()]}

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object; earlier versions wrote the roles as an object."""
        return cls(**{**raw, "roles": dict(raw.get("roles", ()))})


def kind_of(recipe: Recipe, findings: Findings) -> Kind:
    """Return what one row is; DatasetInvalid where the recipe contradicts itself."""
    if findings.form == "pictures":
        return "images"
    if findings.form == "arrays":
        return "images" if len(findings.shape) > 1 else "table"
    if recipe.task == "forecast":
        return "series"
    return "text" if recipe.columns_as("text") else "table"


def check_recipe(recipe: Recipe, findings: Findings) -> None:
    """Raise DatasetInvalid with the first rule that the recipe breaks."""
    if findings.form == "pictures" and not 1 <= recipe.side <= MAX_SIDE:
        raise DatasetInvalid(f"The longer side must have 1 to {MAX_SIDE} pixels, not {recipe.side}.")
    if findings.form == "arrays" and recipe.task == "classification" and not findings.is_whole:
        raise DatasetInvalid("y holds numbers with fractions: they can be predicted, but are no classes.")
    if findings.form == "table":
        _check_columns(recipe, findings)


def _check_columns(recipe: Recipe, findings: Findings) -> None:
    if findings.column(recipe.target) is None:
        raise DatasetInvalid("Choose the column that is to be predicted.")
    times, groups = recipe.columns_as("time"), recipe.columns_as("group")
    texts, inputs = recipe.columns_as("text"), recipe.columns_as("number", "category")
    for names, what in ((times, "the time"), (groups, "the group"), (texts, "the text")):
        if len(names) > 1:
            raise DatasetInvalid(f"Only one column can be {what}, not both {names[0]} and {names[1]}.")
    if times and groups:
        raise DatasetInvalid("Rows are split by time or by group, not by both: leave one of the two out.")
    if recipe.task == "forecast":
        _check_forecast(recipe, findings)
    elif texts and recipe.task != "classification":
        raise DatasetInvalid(
            f"From a text, classes can be learned; leave {texts[0]} out to predict a number."
        )
    elif texts and inputs:
        raise DatasetInvalid(
            f"The text {texts[0]} is read on its own: leave {inputs[0]} out, or leave {texts[0]} out."
        )
    elif not texts and not inputs:
        raise DatasetInvalid("Every column but the target is left out; there is nothing to learn from.")


def _check_forecast(recipe: Recipe, findings: Findings) -> None:
    if not recipe.columns_as("time"):
        raise DatasetInvalid("A forecast needs to know when each row was: choose the column of the time.")
    if recipe.columns_as("text", "group"):
        name = recipe.columns_as("text", "group")[0]
        raise DatasetInvalid(f"A forecast reads numbers and categories: leave {name} out.")
    if not 1 <= recipe.season <= findings.n_rows:
        raise DatasetInvalid(f"The season must have 1 to {findings.n_rows} rows, not {recipe.season}.")
