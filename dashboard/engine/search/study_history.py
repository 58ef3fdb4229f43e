"""What a sampler sees of a study: its ended trials in the order in which they ended, and those still open."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from dashboard.engine.search import observations as queries
from dashboard.engine.search.fitting import fit_of
from dashboard.engine.search.observations import Ended
from dashboard.models import FailureKind, Study, TrialState
from optimizer import History, create_sampler

if TYPE_CHECKING:
    from optimizer.values import Params

Key = tuple[dt.datetime, int]
# Endings are written under the lock of their study, so the next one is later; but SQLite's clock knows
# milliseconds only. What a clock that was set back puts before this is noticed by the number of trials.
OVERLAP = dt.timedelta(milliseconds=1)


class Past:
    """Read once, then kept up with the database.

    A lost worker says nothing about the params, so its trial is not shown to the sampler; one whose own
    process died is shown as failed. Of reports only those at steps where trials were pruned are read: there a
    pruned trial is ranked among the others. Trials that do not fit the space that the study has now are read,
    and not shown to the sampler either.
    """

    def __init__(self, study: Study) -> None:
        self._fit = fit_of(study)
        self.space = self._fit.space
        self.history = History(self.space, study.direction)
        self.sampler = create_sampler(study.sampler)
        self.pending: list[Params] = []
        self._source = _source(study)
        self._objective = study.objective
        self._read: set[int] = set()
        self._latest: Key | None = None
        self._stops: dict[int, int] = {}  # where trials were pruned, by number
        self._steps: set[int] = set()  # at which reports are read
        is_whole = self.catch_up(study)
        assert is_whole  # noqa: S101 (nothing was read before, so nothing can be out of order)

    def catch_up(self, study: Study) -> bool:
        """Read what has ended since. False when that does not fit behind what was read: then begin anew."""
        if _source(study) != self._source:
            return False
        # In this order: what is made or ends in between is then seen twice, or later, but never missed.
        n_made, open_trials = queries.n_made(study.pk), queries.open_trials(study)
        n_ended = n_made - len(open_trials) - queries.n_cancelled(study)  # counts few rows in a long study
        since = self._latest and self._latest[0] - OVERLAP
        ended = [trial for trial in queries.ended_trials(study, since) if trial.number not in self._read]
        if ended and self._latest and _key(ended[0]) < self._latest:
            return False
        if n_ended > len(self._read) + len(ended):
            return False
        self._add(study, ended)
        # What a sampler knows as a point that is being tried must be one of its space.
        running = ((number, params) for number, params in open_trials if number not in self._read)
        self.pending = [
            fit for number, params in running if (fit := self._fit.params(number, params)) is not None
        ]
        return True

    def _add(self, study: Study, ended: Sequence[Ended]) -> None:
        known = [
            trial._replace(params=params)
            for trial in ended
            if trial.failure_kind != FailureKind.LOST
            and (params := self._fit.params(trial.number, trial.params)) is not None
        ]
        stops = {trial.number: trial.step for trial in known if trial.state == TrialState.PRUNED}
        self._stops |= stops
        new_steps = set(stops.values()) - self._steps
        for number, step, value in self._reports(study, new_steps, self.history.numbers.tolist()):
            self.history.reports.add(number, step, value)
        self._steps |= new_steps
        reports: defaultdict[int, dict[int, float]] = defaultdict(dict)
        for number, step, value in self._reports(study, self._steps, [trial.number for trial in known]):
            reports[number][step] = value
        for trial in known:
            self.history.add(
                trial.number,
                trial.params,
                trial.value,
                trial.state,  # type: ignore[arg-type]
                reports=reports.get(trial.number),
                proposer=trial.sampler,
            )
        self._read |= {trial.number for trial in ended}
        if ended:
            self._latest = _key(ended[-1])

    def _reports(
        self, study: Study, steps: Collection[int], numbers: Collection[int]
    ) -> Iterator[tuple[int, int, float]]:
        """Trial number, step and value; of a pruned trial none after the step that decided."""
        if steps and numbers:
            for number, step, value in queries.reports_at(study, steps, numbers, self._objective):
                if step <= self._stops.get(number, step):
                    yield number, step, value


def _source(study: Study) -> tuple[object, ...]:
    """What the rest depends on; `created_at` tells a study from an earlier one with its id."""
    return study.created_at, study.n_rewrites, study.sampler, study.objective, study.direction


def _key(trial: Ended) -> Key:
    return trial.finished_at, trial.number
