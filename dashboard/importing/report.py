"""What an import would do, before it is done: counts, what is left out and why, and points of the preview."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from dashboard.access.actor import Actor
from dashboard.charts.best import best_chart
from dashboard.charts.points import Points
from dashboard.charts.static_svg import StaticChart, static_best
from dashboard.importing.actions import source_words, trainer_to_go_on
from dashboard.importing.mapping import Mapping
from dashboard.importing.plan import Plan, Tally
from dashboard.importing.records import records_in, study_record_in
from dashboard.importing.staging import Staged
from dashboard.web.csv_pieces import plain_text
from optimizer import Direction, SearchSpace
from optimizer.objective import MAXIMIZE, direction_of

REPORT_HEAD = ("trial", "result", "reason")
# Marks in the preview; the line counts all trials.
MAX_MARKS = 1_500


@dataclass
class Survey:
    """What came of one run through the trials of a file, which wrote nothing."""

    objective: str
    direction: Direction
    tally: Tally = field(default_factory=Tally)
    numbers: list[int] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    space: SearchSpace | None = None
    loose: list[str] = field(default_factory=list)

    def add(self, number: int, state: str, value: float | None, step: int) -> None:
        self.numbers.append(number)
        self.states.append(state)
        self.values.append(float("nan") if value is None else value)
        self.steps.append(step)

    @property
    def chart(self) -> StaticChart | None:
        """None where no trial has a value."""
        points = self._points(slice(None))
        if not points.is_complete.any():
            return None
        every = max(1, len(points) // MAX_MARKS)
        chart = best_chart(
            points,
            self._points(slice(None, None, every)),
            metric=self.objective,
            direction=self.direction,
            is_percent=False,
            max_trials=len(points),
            max_step=max(1, *self.steps),
            n_startup=None,
            startup_words="",
        )
        return static_best(chart.to_json())

    def _points(self, part: slice) -> Points:
        n = np.array(self.numbers[part])
        unknown = np.full(len(n), np.nan)
        states = np.array(self.states[part], dtype=object)
        return Points(
            n=n,
            state=states,
            value=np.array(self.values[part], dtype=float),
            wall=unknown,
            training=unknown,
            epochs=unknown,
            step=np.array(self.steps[part]),
            kind=[""] * len(n),
        )


def survey_of(staged: Staged, place: int, mapping: Mapping, *, trainer: str | None, by: Actor) -> Survey:
    """Raises Refused or FileRefused where nothing can be imported like this."""
    found = staged.found
    told = found.studies[place]
    if told.record is not None:
        record = study_record_in(told.record)
        direction = direction_of(is_higher_better=record.settings.get("direction") == MAXIMIZE)
        survey = Survey(str(record.settings.get("objective")), direction)
        for trial in records_in(staged.folder / told.lines):
            survey.tally.counts[trial.state] = survey.tally.counts.get(trial.state, 0) + 1
            survey.add(trial.number, trial.state, trial.value, trial.step)
        return survey
    info = trainer_to_go_on(mapping, by) if trainer else None
    plan = Plan(staged.folder, told, mapping, source_words(found, staged), info)
    survey = Survey(mapping.objective, mapping.direction, space=plan.space, loose=plan.imported.loose)
    for arriving in plan.trials(survey.tally):
        last = arriving.steps[-1].number if arriving.steps else 0
        survey.add(arriving.number, arriving.state, arriving.value, last)
    return survey


def report_rows(tally: Tally) -> Iterator[tuple[str, str, str]]:
    """A row for each trial that is left out or taken with an assumption; texts are safe in a spreadsheet."""
    for entry in tally.skipped.values():
        for number in entry.numbers:
            yield str(number), plain_text(entry.words), plain_text(entry.detail)
        if entry.n > len(entry.numbers):
            more = f"and {entry.n - len(entry.numbers)} more"
            yield more, plain_text(entry.words), plain_text(entry.detail)
