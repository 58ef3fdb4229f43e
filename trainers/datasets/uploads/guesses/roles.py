"""What each column of a table looks like, and why one is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainers.datasets.uploads.findings import MANY
from trainers.datasets.uploads.guesses.gaps import is_plainly_missing
from trainers.datasets.uploads.guesses.index import index_reason, orders_rows
from trainers.datasets.uploads.times import are_clocks, are_times, is_numeric_time

if TYPE_CHECKING:
    from trainers.datasets.uploads.findings import ColumnFinding, Findings
    from trainers.datasets.uploads.recipe import Role

FEW = 20  # a number with more values than these is predicted as a number
_LONG = 40  # characters of a text worth reading


@dataclass(frozen=True)
class ColumnGuess:
    """A role, the sentence that says why a column is left out, and the role to give it all the same."""

    role: Role
    reason: str = ""
    instead: Role = "category"

    def left_out(self, reason: str) -> ColumnGuess:
        """Return the same column, left out."""
        return ColumnGuess("left out", reason, self.role) if self.role != "left out" else self


def column_guesses(findings: Findings) -> dict[str, ColumnGuess]:
    """Return the guess of each column by itself, by name."""
    return {
        column.name: _guess(column, findings.n_rows, [row[number] for row in findings.preview])
        for number, column in enumerate(findings.columns)
    }


def _guess(column: ColumnFinding, n_rows: int, examples: list[str]) -> ColumnGuess:
    if column.n_distinct + bool(column.n_missing) <= 1:
        return ColumnGuess("left out", "It is the same in every row.")
    if orders_rows(column) and (column.is_index or is_numeric_time(column.low, column.high)):
        return ColumnGuess("time")
    is_number = column.is_number or is_plainly_missing(column)
    kind: Role = "number" if is_number else "category"
    if reason := index_reason(column, n_rows):
        return ColumnGuess("left out", reason, kind)
    if is_number:
        return ColumnGuess(kind)
    if column.strange and column.n_distinct > FEW:
        return ColumnGuess("left out", "Most of its values are numbers, but not all.", "number")
    is_time = are_times(examples) or are_clocks(examples)
    return ColumnGuess("time") if is_time else _guess_words(column, n_rows, examples)


def _guess_words(column: ColumnFinding, n_rows: int, examples: list[str]) -> ColumnGuess:
    if column.mean_length >= _LONG:
        return ColumnGuess("text")
    # a name or a number of its own in every second row tells nothing about other rows
    n_there = n_rows - column.n_missing
    is_own = column.n_distinct > MANY or (column.n_distinct > FEW and column.n_distinct > n_there / 2)
    if not is_own:
        return ColumnGuess("category")
    if column.mean_length >= _LONG / 2 and any(" " in text for text in examples):
        return ColumnGuess("text")
    return ColumnGuess("left out", "Its values hardly ever repeat, so they say nothing about other rows.")
