"""The recipe that a file seems to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from trainers.datasets.uploads.findings import MANY, MANY_TIMES
from trainers.datasets.uploads.guesses.gaps import is_plainly_missing, texts_of
from trainers.datasets.uploads.guesses.roles import FEW, ColumnGuess, column_guesses
from trainers.datasets.uploads.guesses.several import series_columns
from trainers.datasets.uploads.guesses.targets import named_target
from trainers.datasets.uploads.recipe import EDITION, MAX_CLASSES, Recipe
from trainers.datasets.uploads.times import are_clocks, are_compact_days, are_even, read_times
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Task
    from trainers.datasets.uploads.findings import ColumnFinding, Findings
    from trainers.datasets.uploads.recipe import Role

_USUAL_SIDE = 96
_REPEATED = 0.02  # rows that are in a file twice
# A step of at most so many seconds, and the seconds of what may repeat: a day or an hour, a week, a year.
# Weeks and months do not part a year evenly: 52 and 12 of them are one.
_HOUR, _DAY, _YEAR = 3_600, 86_400, 31_556_952
_SEASONS = (
    (1_900, (_DAY, _HOUR)),
    (45_000, (_DAY,)),
    (90_000, (7 * _DAY,)),
    (8_100_000, (_YEAR,)),
)
_FEWEST_SEASONS = 2.5  # in a file: the training part holds one and some rows to forecast
_NOT_BY_TIME = "Rows are split at random. Use it as time to test on the latest rows instead."
_NO_TEXTS = "A forecast cannot use text."
_Guesses = Mapping[str, ColumnGuess]


def guess_recipe(findings: Findings, earlier: Recipe | None = None) -> Recipe:
    """Return what the file looks like; `earlier` is the recipe of another version with such columns."""
    if findings.form == "pictures":
        side = min(_USUAL_SIDE, max(findings.shape))
        return Recipe(task="classification", side=side, is_color=findings.is_color, edition=EDITION)
    if findings.form == "arrays":
        is_classes = findings.is_whole and findings.n_values <= MAX_CLASSES
        return Recipe(task="classification" if is_classes else "regression", edition=EDITION)
    names = [column.name for column in findings.columns]
    if earlier and sorted(earlier.roles) == sorted(names):
        return replace(earlier, roles={name: earlier.roles[name] for name in names})
    task, target, guesses = table_guess(findings)
    roles: dict[str, Role] = {name: guess.role for name, guess in guesses.items()}
    gaps = {
        column.name: texts_of(column.strange) for column in findings.columns if is_plainly_missing(column)
    }
    recipe = Recipe(task=task, target=target, roles=roles, edition=EDITION, gaps=gaps)
    return replace(recipe, season=_season(findings, recipe)) if task == "forecast" else recipe


def table_guess(findings: Findings) -> tuple[Task, str, _Guesses]:
    """Return a table's task, target, and what each column is for beside the others."""
    guesses: _Guesses = column_guesses(findings)
    target = _guess_target(findings, guesses)
    guesses = _with_steps(findings, guesses, target.name)
    others = {name: guess for name, guess in guesses.items() if name != target.name}
    is_number = target.is_number or is_plainly_missing(target)
    several = _several_series(findings, others) if is_number and target.n_distinct > 2 else {}
    if several:
        return "forecast", target.name, _left_out({**guesses, **several}, "text", _NO_TEXTS)
    if is_number and target.n_distinct > 2 and (series := _series_times(findings, others)):
        unused = [name for name, guess in others.items() if guess.role == "time" and name not in series]
        guesses = {
            name: guess.left_out("Another column has the time of each row.") if name in unused else guess
            for name, guess in guesses.items()
        }
        return "forecast", target.name, _left_out(guesses, "text", _NO_TEXTS)
    task: Task = "regression" if is_number and target.n_distinct > FEW else "classification"
    # a date alone does not say that rows are split by it, and the latest ones are often of few classes
    guesses = _left_out(guesses, "time", _NOT_BY_TIME)
    return task, target.name, guesses


def _guess_target(findings: Findings, guesses: _Guesses) -> ColumnFinding:
    """Return the column that says so by its name, or the last one that can be one."""
    able = [column for column in findings.columns if guesses[column.name].role in {"number", "category"}]
    named = named_target([column.name for column in able])
    return findings.column(named) or (able or findings.columns)[-1]


def _with_steps(findings: Findings, guesses: _Guesses, target: str) -> _Guesses:
    """Take the number of the row as its time where the target has nothing else beside it."""
    if any(guess.role != "left out" for name, guess in guesses.items() if name != target):
        return guesses
    steps = [column.name for column in findings.columns if column.is_index and column.name != target]
    return {**guesses, steps[0]: ColumnGuess("time")} if steps else guesses


def _several_series(findings: Findings, guesses: _Guesses) -> dict[str, ColumnGuess]:
    """Return the time and the columns that name series; {} unless one column of times repeats for each."""
    roles = {name: guess.role for name, guess in guesses.items()}
    times = [column for column in findings.columns if roles.get(column.name) == "time"]
    if len(times) != 1 or times[0].n_distinct >= findings.n_rows * (1 - _REPEATED):
        return {}
    names = series_columns(findings, guesses, times[0])
    first = dict.fromkeys(_first_times(findings, [times[0].name]))
    if not names or not first or (len(first) > 2 and not are_even(list(first))):
        return {}
    return {times[0].name: ColumnGuess("time"), **dict.fromkeys(names, ColumnGuess("group"))}


def _series_times(findings: Findings, guesses: _Guesses) -> list[str]:
    """Return the columns that give each row a time of its own, at even steps; none where there are no such.

    That is one column, or one of days with one of times of the day.
    """
    clocks: list[ColumnFinding] = []
    days: list[ColumnFinding] = []
    for number, column in enumerate(findings.columns):
        if column.name in guesses and guesses[column.name].role == "time":
            is_clock = not column.is_number and are_clocks([row[number] for row in findings.preview])
            (clocks if is_clock else days).append(column)
    n_own = min(findings.n_rows, MANY + 1) * (1 - _REPEATED)
    most = min(findings.n_rows, MANY_TIMES) * _REPEATED
    own = [column for column in days if column.n_distinct >= n_own and column.n_repeated <= most]
    names = [own[0].name] if own else [column.name for column in (*days[:1], *clocks[:1])]
    is_enough = bool(own) or (len(days) == 1 and len(clocks) == 1)
    return names if is_enough and are_even(_first_times(findings, names)) else []


def _first_times(findings: Findings, names: list[str]) -> list[float]:
    """Return the times of the first rows, in order; none where they cannot be read."""
    numbers = [next(i for i, column in enumerate(findings.columns) if column.name == name) for name in names]
    texts = [" ".join(row[number] for number in numbers) for row in findings.preview]
    try:
        if findings.columns[numbers[0]].is_number and not are_compact_days(*_range(findings, numbers[0])):
            return sorted(map(float, texts))
        return sorted(read_times(names[0], texts)[0].tolist())
    except (ValueError, DatasetInvalid):
        return []


def _range(findings: Findings, number: int) -> tuple[float, float]:
    column = findings.columns[number]
    return column.low or 0.0, column.high or 0.0


def _season(findings: Findings, recipe: Recipe) -> int:
    names = recipe.columns_as("time")
    column = findings.column(names[0])
    if column and column.is_number and not are_compact_days(column.low or 0.0, column.high or 0.0):
        return 1  # numbers that count the steps say nothing of days and years
    times = list(dict.fromkeys(_first_times(findings, names)))
    steps = sorted(after - before for before, after in pairwise(times))
    step = steps[len(steps) // 2] if steps else 0.0
    repeating = next((lengths for longest, lengths in _SEASONS if 0 < step <= longest), ())
    seasons = [round(length / step) for length in repeating]
    # of several series, each has about as many rows as there are times
    is_counted = column and recipe.columns_as("group") and column.n_distinct <= MANY
    n_times = column.n_distinct if column and is_counted else findings.n_rows
    return next((n for n in seasons if n > 1 and n * _FEWEST_SEASONS <= n_times), 1)


def _left_out(guesses: _Guesses, role: Role, reason: str) -> _Guesses:
    return {name: guess.left_out(reason) if guess.role == role else guess for name, guess in guesses.items()}
