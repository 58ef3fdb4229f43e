"""The card that says which parameter mattered, from all complete trials of a study."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from django.core.cache import caches

from dashboard.charts.importance import ImportanceChart, importance_chart
from dashboard.charts.trend import n_best
from dashboard.engine.trials import n_complete
from dashboard.models import Study, TrialState
from dashboard.trials.queries import complete_results, params_of
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


@dataclass(frozen=True)
class _Kept:
    """What this process found last for a study, which is the same for everybody who looks."""

    source: tuple[object, ...]
    at: float
    card: ImportanceCard


def importance_card(study: Study) -> ImportanceCard:
    card = _kept_card(study)
    if card is None:
        card = _fresh_card(study)
        entry = _Kept(_source(study), time.monotonic(), card)
        caches["local"].set(_key(study), entry, timeout=None)
    return replace(card, n_pruned=study.trials.filter(state=TrialState.PRUNED).count())


def _kept_card(study: Study) -> ImportanceCard | None:
    """As long as no other trial has completed; with many of them, for as long as a page waits."""
    kept = cast("_Kept | None", caches["local"].get(_key(study)))
    if kept is None or kept.source != _source(study):
        return None
    is_recent = kept.card.n_seen > MANY_TRIALS and time.monotonic() - kept.at < SLOW_POLL_SECONDS
    is_same = kept.card.n_seen == n_complete(study)
    return kept.card if is_same or (is_recent and not study.is_ended) else None


def _key(study: Study) -> str:
    return f"importance-{study.pk}"


def _source(study: Study) -> tuple[object, ...]:
    """`created_at` tells a study from an earlier one with its id."""
    return study.created_at, study.n_rewrites, study.direction


def _fresh_card(study: Study) -> ImportanceCard:
    space = study.search_space
    rows = (TrialRow(number, params, value, "complete") for number, params, value in complete_results(study))
    history = History.from_trials(space, rows, study.direction)
    n_seen = len(history)
    found = fanova(history)
    return ImportanceCard(
        chart=importance_chart(
            space, found, correlation(history), study.direction, _best_tenth(study, history)
        ),
        n_trials=found.n_trials,
        n_seen=n_seen,
        n_pruned=0,
        note=found.note,
        scale=found.scale,
        poll_seconds=SLOW_POLL_SECONDS if n_seen > MANY_TRIALS else POLL_SECONDS,
    )


def _best_tenth(study: Study, history: History) -> list[Mapping[str, Any]]:
    """Params of the best tenth of the trials that fit the search space, the best first."""
    numbers = history.numbers[history.best_rows(n_best(history.n_complete))].tolist()
    params = params_of(study, numbers)
    return [params[number] for number in numbers]
