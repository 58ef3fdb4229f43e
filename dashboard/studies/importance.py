"""The card that says which parameter mattered, from all complete trials of a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.importance import ImportanceChart, importance_chart
from dashboard.charts.trend import n_best
from dashboard.models import Study, TrialState
from dashboard.trials.queries import complete_results
from optimizer import History
from optimizer.history import TrialRow
from optimizer.importance import correlation, fanova

# With so many trials one more changes nothing, and looking costs most of a second.
MANY_TRIALS = 1_000
POLL_SECONDS, SLOW_POLL_SECONDS = 15, 120


@dataclass(frozen=True)
class ImportanceCard:
    chart: ImportanceChart
    n_trials: int
    # Complete trials when it was made, for the question whether there are more.
    n_seen: int
    # Stopped early, so without a value: they count in nothing here.
    n_pruned: int
    # How the values entered and how much to believe, or why there is nothing to show.
    note: str
    scale: str
    poll_seconds: int


def importance_card(study: Study) -> ImportanceCard:
    space = study.search_space
    rows = [TrialRow(number, params, value, "complete") for number, params, value in complete_results(study)]
    history = History.from_trials(space, rows, study.direction)
    found = fanova(history)
    return ImportanceCard(
        chart=importance_chart(
            space, found, correlation(history), study.direction, _best_tenth(rows, history)
        ),
        n_trials=found.n_trials,
        n_seen=len(rows),
        n_pruned=study.trials.filter(state=TrialState.PRUNED).count(),
        note=found.note,
        scale=found.scale,
        poll_seconds=SLOW_POLL_SECONDS if len(rows) > MANY_TRIALS else POLL_SECONDS,
    )


def _best_tenth(rows: Sequence[TrialRow], history: History) -> list[Mapping[str, Any]]:
    """Params of the best tenth of the trials that fit the search space."""
    params = {row.number: row.params for row in rows}
    best = history.best_rows(n_best(history.n_complete))
    return [params[number] for number in history.numbers[best].tolist()]
