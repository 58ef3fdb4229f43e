"""How an uploaded file is read: its task, its target, what each column is for. Guessed, then corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Self

from trainers.datasets.uploads.findings import MANY
from trainers.datasets.uploads.times import read_times
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Kind, Task
    from trainers.datasets.uploads.findings import ColumnFinding, Findings

Role = Literal["number", "category", "text", "time", "group", "left out"]
ROLES: tuple[Role, ...] = ("number", "category", "text", "time", "group", "left out")
MAX_CLASSES = 1_000
MAX_SIDE = 256
_FEW = 20  # a number with more values than these is predicted as a number
_LONG = 40  # characters of a text worth reading
_USUAL_SIDE = 96
_REPEATED = 0.02  # rows that are in a file twice
# a step of at most so many seconds, and how many of them a day, a week, a year has
_SEASONS = ((3_700, 24), (90_000, 7), (2_700_000, 12))


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`target` and `roles` are of a table's columns; `side` is the longer side of pictures in pixels.

    `season` counts the rows after which a series repeats itself.
    """

    task: Task
    target: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    season: int = 1
    side: int = 0
    is_color: bool = False

    def columns_as(self, *roles: Role) -> list[str]:
        """Return the columns with one of these roles, but for the target, in the file's order."""
        return [name for name, role in self.roles.items() if role in roles and name != self.target]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object, the roles as pairs: PostgreSQL keeps no order of keys."""
        return {**asdict(self), "roles": [[name, role] for name, role in self.roles.items()]}

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object; earlier versions wrote the roles as an object."""
        return cls(**{**raw, "roles": dict(raw.get("roles", ()))})


def guess_recipe(findings: Findings, earlier: Recipe | None = None) -> Recipe:
    """Return what the file looks like; `earlier` is the recipe of another version with such columns."""
    if findings.form == "pictures":
        side = min(_USUAL_SIDE, max(findings.shape))
        return Recipe(task="classification", side=side, is_color=findings.is_color)
    if findings.form == "arrays":
        is_classes = findings.is_whole and findings.n_values <= MAX_CLASSES
        return Recipe(task="classification" if is_classes else "regression")
    names = [column.name for column in findings.columns]
    if earlier and sorted(earlier.roles) == sorted(names):
        return replace(earlier, roles={name: earlier.roles[name] for name in names})
    roles = {column.name: _role(column, findings, number) for number, column in enumerate(findings.columns)}
    target = _guess_target(findings, roles)
    is_number = target.is_number and target.n_distinct > _FEW
    recipe = Recipe(task="regression" if is_number else "classification", target=target.name, roles=roles)
    if target.is_number and target.n_distinct > 2 and (times := recipe.columns_as("time")):
        return _guess_forecast(recipe, findings, times[0])
    texts = recipe.columns_as("text")
    if len(texts) == 1 and not recipe.columns_as("number", "category"):
        return recipe
    # beside numbers and categories, a text has no place in a table
    return _leave_out(recipe, "text")


def _guess_target(findings: Findings, roles: Mapping[str, Role]) -> ColumnFinding:
    """Return the last column that can be one, as most files have it."""
    able = [column for column in findings.columns if roles[column.name] in {"number", "category"}]
    return (able or findings.columns)[-1]


def _guess_forecast(recipe: Recipe, findings: Findings, name: str) -> Recipe:
    """Return a forecast where each row has a time of its own."""
    column = findings.column(name)
    n_own = min(findings.n_rows, MANY + 1)
    if column is None or column.n_distinct < n_own * (1 - _REPEATED):
        return _leave_out(recipe, "text")
    step = _usual_step(findings, name)
    season = next((season for longest, season in _SEASONS if step <= longest), 1)
    return replace(_leave_out(recipe, "text", "group"), task="forecast", season=min(season, findings.n_rows))


def _leave_out(recipe: Recipe, *unwanted: Role) -> Recipe:
    roles: dict[str, Role] = {
        name: "left out" if role in unwanted else role for name, role in recipe.roles.items()
    }
    return replace(recipe, roles=roles)


def _role(column: ColumnFinding, findings: Findings, number: int) -> Role:
    n_there = findings.n_rows - column.n_missing
    if column.n_distinct <= 1:
        return "left out"
    if column.is_number:
        return "number"
    if _is_time(column.name, [row[number] for row in findings.preview]):
        return "time"
    if column.mean_length >= _LONG:
        return "text"
    # a name or a number of its own in every second row tells nothing about other rows
    is_own = column.n_distinct > MANY or (column.n_distinct > _FEW and column.n_distinct > n_there / 2)
    if is_own:
        return "text" if column.mean_length >= _LONG / 2 else "left out"
    return "category"


def _is_time(name: str, texts: list[str]) -> bool:
    try:
        read_times(name, texts)
    except DatasetInvalid:
        return False
    return True


def _usual_step(findings: Findings, name: str) -> float:
    """Return the seconds from one row to the next, as the first rows have it."""
    number = next(i for i, column in enumerate(findings.columns) if column.name == name)
    times = sorted(read_times(name, [row[number] for row in findings.preview]))
    steps = sorted(after - before for before, after in pairwise(times))
    return float(steps[len(steps) // 2]) if steps else 0.0


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
        raise DatasetInvalid(f"The longer side must be 1 to {MAX_SIDE} pixels, not {recipe.side}.")
    if findings.form == "arrays" and recipe.task == "classification" and not findings.is_whole:
        raise DatasetInvalid("y contains fractions, which cannot be classes. Predict a number instead.")
    if findings.form == "table":
        _check_columns(recipe, findings)


def _check_columns(recipe: Recipe, findings: Findings) -> None:
    if findings.column(recipe.target) is None:
        raise DatasetInvalid("Choose the column to predict.")
    times, groups = recipe.columns_as("time"), recipe.columns_as("group")
    texts, inputs = recipe.columns_as("text"), recipe.columns_as("number", "category")
    for names, what in ((times, "the time"), (groups, "the group"), (texts, "the text")):
        if len(names) > 1:
            raise DatasetInvalid(f"Only one column can be {what}, not both {names[0]} and {names[1]}.")
    if times and groups:
        raise DatasetInvalid(
            "Rows can be split by time or by group, but not by both. Set one of them to Not used."
        )
    if recipe.task == "forecast":
        _check_forecast(recipe, findings)
    elif texts and recipe.task != "classification":
        raise DatasetInvalid(
            f"Text can only predict a class. Set {texts[0]} to Not used to predict a number."
        )
    elif texts and inputs:
        raise DatasetInvalid(
            f"The text {texts[0]} must be the only input. Set {inputs[0]} or {texts[0]} to Not used."
        )
    elif not texts and not inputs:
        raise DatasetInvalid("There is no input column. Use at least one column besides the target.")


def _check_forecast(recipe: Recipe, findings: Findings) -> None:
    if not recipe.columns_as("time"):
        raise DatasetInvalid("A forecast needs a time for each row. Set one column to Time.")
    if recipe.columns_as("text", "group"):
        name = recipe.columns_as("text", "group")[0]
        raise DatasetInvalid(f"A forecast can only use numbers and categories. Set {name} to Not used.")
    if not 1 <= recipe.season <= findings.n_rows:
        raise DatasetInvalid(f"The season must be 1 to {findings.n_rows} rows, not {recipe.season}.")
