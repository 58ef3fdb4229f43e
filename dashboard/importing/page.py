"""What the page says before a study is imported: the file, its columns, what is left out, and a preview."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.forms import BoundField

from dashboard.access.actor import Actor
from dashboard.charts.static_svg import StaticChart
from dashboard.importing.actions import nothing_left
from dashboard.importing.forms import CheckForm
from dashboard.importing.mapping import EPOCHS, OBJECTIVE, PARAM, Mapping
from dashboard.importing.readers.form import COMPLETE, FAILED, PRUNED, Column, FileRefused, Found, Skipped
from dashboard.importing.report import Survey, survey_of
from dashboard.importing.staging import Staged
from dashboard.models.study import Direction
from dashboard.refusal import Refused
from dashboard.wording import all_of, count_noun, some_of, thousands
from optimizer.distributions import distribution_from_json
from optimizer.wording import file_size

N_LISTED = 12


@dataclass(frozen=True)
class Line:
    """A column of the file, what it becomes, and whether somebody should look."""

    label: str
    field: BoundField
    words: str
    examples: str
    why: str
    is_sure: bool
    is_objective: bool = False


class Segment(NamedTuple):
    tone: str
    x: float
    width: float


class SkippedLine(NamedTuple):
    n: str
    words: str
    detail: str


@dataclass(frozen=True)
class CheckPage:
    staged: Staged
    found: Found
    form: CheckForm
    by: Actor

    @cached_property
    def mapping(self) -> Mapping:
        return self.form.mapping()

    @cached_property
    def _looked(self) -> tuple[Survey | None, str]:
        try:
            trainer = self.mapping.trainer
            survey = survey_of(
                self.staged, self.form.place_in_file, self.mapping, trainer=trainer, by=self.by
            )
        except (Refused, FileRefused) as refusal:
            return None, str(refusal)
        if not survey.tally.n:
            return survey, nothing_left(self.form.told, survey.tally)
        return survey, ""

    @property
    def survey(self) -> Survey | None:
        return self._looked[0]

    @property
    def problem(self) -> str:
        """Why nothing can be imported like this."""
        return self._looked[1]

    @property
    def size(self) -> str:
        return file_size(self.staged.size)

    @property
    def file_words(self) -> str:
        version = f", written by version {self.found.version}" if self.found.version else ""
        n = sum(study.n_trials for study in self.found.studies)
        studies = count_noun(len(self.found.studies), "study,studies")
        return f"{self.found.source}{version}. {studies}, {count_noun(n, 'trial')}."

    @cached_property
    def param_lines(self) -> list[Line]:
        return [self._line(i, c) for i, c in enumerate(self.form.told.columns) if c.part == "params"]

    @cached_property
    def metric_lines(self) -> list[Line]:
        return [self._line(i, c) for i, c in enumerate(self.form.told.columns) if c.part != "params"]

    @property
    def n_recognised(self) -> int:
        return sum(line.is_sure for line in self.param_lines)

    @property
    def n_to_check(self) -> int:
        return sum(not line.is_sure for line in [*self.param_lines, *self.metric_lines])

    def _line(self, number: int, column: Column) -> Line:
        target = self.mapping.targets[column.key]
        suggestion = self.form.suggestions[column.key]
        is_changed = target != suggestion.target
        why, is_sure = ("your choice", True) if is_changed else (suggestion.why, suggestion.is_sure)
        loose = self.survey.loose if self.survey else []
        if target.kind == PARAM and target.name in loose:
            why, is_sure = "not in every trial", False
        return Line(
            label=column.label,
            field=self.form.target_field(number),
            words=self._range(column, target.kind),
            examples=", ".join(column.examples[:2]),
            why=why,
            is_sure=is_sure,
            is_objective=target.kind == OBJECTIVE,
        )

    def _range(self, column: Column, kind: str) -> str:
        if kind == PARAM and column.distribution is not None:
            words = distribution_from_json(column.distribution).describe()
            when = column.when
            if not when:
                return words
            label = when["parent"].partition(".")[2]
            return f"{words}, only with {label} {some_of([str(v) for v in when['in']], 3)}"
        if kind == OBJECTIVE:
            return f"{Direction(self.mapping.direction).label} is best"
        if kind == EPOCHS or column.part == "steps":
            first = "numbered from 0" if self.form.told.first_step == 0 else ""
            return ", ".join(part for part in (count_noun(self.form.told.last_step, "step"), first) if part)
        return {"number": "number", "flag": "true or false"}.get(column.kind, "text")

    @property
    def n_all(self) -> int:
        return self.form.told.n_trials

    @property
    def count_words(self) -> str:
        counts = self.survey.tally.counts if self.survey else {}
        parts = [f"{thousands(n)} {state}" for state, n in counts.items() if n]
        return ", ".join(parts) or "no trials"

    @property
    def segments(self) -> list[Segment]:
        counts = self.survey.tally.counts if self.survey else {}
        x, found = 0.0, []
        for state, tone in ((COMPLETE, "good"), (PRUNED, "caution"), (FAILED, "bad")):
            width = 100 * counts.get(state, 0) / max(1, self.n_all)
            found.append(Segment(tone, x, width))
            x += width
        return found

    @property
    def skipped(self) -> list[SkippedLine]:
        entries = self.survey.tally.skipped.values() if self.survey else self.form.told.skipped
        lines = [SkippedLine(thousands(entry.n), entry.words, _detail(entry)) for entry in entries]
        return [*lines, *(SkippedLine("", "Note", note) for note in self.found.notes)]

    @property
    def chart(self) -> StaticChart | None:
        return self.survey.chart if self.survey else None

    @property
    def button_words(self) -> str:
        n = self.survey.tally.n if self.survey else 0
        return f"Import {count_noun(n, 'trial')}" if n else "Import"


def _detail(entry: Skipped) -> str:
    """The reason, and which trials: `#289 to #299`."""
    numbers = entry.numbers
    is_run = len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1 == entry.n - 1
    if is_run:
        return f"{entry.detail} #{numbers[0]} to #{numbers[-1]}."
    shown = [f"#{number}" for number in numbers[:N_LISTED]]
    rest = entry.n - len(shown)
    more = f" and {thousands(rest)} more" if rest > 0 else ""
    return f"{entry.detail} {', '.join(shown) if more else all_of(shown)}{more}."
