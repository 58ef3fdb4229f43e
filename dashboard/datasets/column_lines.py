"""The columns of a file on the page that asks what each is for: what is in them, and what is to be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.wording import count_noun, some_of, thousands
from trainers.datasets.uploads.guesses.gaps import gaps_of
from trainers.datasets.uploads.guesses.guess import table_guess

if TYPE_CHECKING:
    from django.forms import BoundField, Form

    from trainers.datasets.uploads.findings import ColumnFinding, Counted, Findings
    from trainers.datasets.uploads.guesses.roles import ColumnGuess
    from trainers.datasets.uploads.recipe import Role

ROLE_WORDS: dict[Role, str] = {
    "number": "Number",
    "category": "Category",
    "text": "Text",
    "time": "Time",
    "group": "Group or series name",
    "left out": "Not used",
}
_EXAMPLES = 3


@dataclass(frozen=True)
class ColumnLine:
    """A column, what it may be used as, and what is asked about it."""

    number: int
    column: ColumnFinding
    n_rows: int
    field: BoundField
    gap_field: BoundField | None
    examples: list[str]
    guess: ColumnGuess

    @property
    def reason(self) -> str:
        """Why it is left out, as long as it is."""
        return self.guess.reason if self.field.value() == self.guess.role == "left out" else ""

    @property
    def use_anyway(self) -> Role:
        """What one click makes of a column that is left out."""
        return self.guess.instead

    @property
    def use_anyway_words(self) -> str:
        return f"Use as {ROLE_WORDS[self.guess.instead].lower()}"

    @property
    def question(self) -> str:
        """What may mean missing, with its rows."""
        column = self.column
        sentences = []
        if column.strange:
            n, n_there = sum(rows for _, rows in column.strange), self.n_rows - column.n_missing
            sentences.append(
                f"{thousands(n)} of {thousands(n_there)} values are not numbers: {_listed(column.strange)}."
            )
        for text, rows in column.ends:
            sentences.append(f"{text} appears in {count_noun(rows, 'row')}, far from the other values.")
        if not column.is_mostly_number and column.words:
            n = sum(rows for _, rows in column.words)
            sentences.append(
                f"{thousands(n)} of {count_noun(self.n_rows, 'row')} have {_listed(column.words)} as a value."
            )
        return " ".join(sentences)


def column_lines(form: Form, findings: Findings) -> list[ColumnLine]:
    """Each column of a table with its fields in the form."""
    guesses = table_guess(findings)[2]
    return [
        ColumnLine(
            number=number,
            column=column,
            n_rows=findings.n_rows,
            field=form[f"role_{number}"],
            gap_field=form[f"gap_{number}"] if gaps_of(column) else None,
            examples=_examples(findings, number),
            guess=guesses[column.name],
        )
        for number, column in enumerate(findings.columns)
    ]


def _listed(counted: Counted) -> str:
    return some_of([f"“{text[:40]}”" for text, _ in counted], _EXAMPLES)


def _examples(findings: Findings, number: int) -> list[str]:
    """The first different values that are there."""
    values = dict.fromkeys(row[number] for row in findings.preview if row[number])
    return list(values)[:_EXAMPLES]
