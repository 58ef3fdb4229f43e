"""The model of importance that pages share: fitted once per process and number of complete trials."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.charts.trend import n_best
from dashboard.engine.trials import n_complete
from dashboard.models import Study
from dashboard.trials.queries import complete_results, params_of
from optimizer import History
from optimizer.history import TrialRow
from optimizer.importance import Correlation, Explanation, Importance, correlation, explain

# With so many trials one more changes nothing, and looking costs most of a second.
MANY_TRIALS = 1_000
SLOW_SECONDS = 120
# Models that this process keeps, of some hundred kilobytes each.
MAX_MODELS = 16


@dataclass(frozen=True)
class Model:
    """`best_tenth` are params of the best trials that fit the search space, the best first."""

    source: tuple[object, ...]
    at: float
    # Complete trials when it was made, for the question whether there are more.
    n_seen: int
    # Those of them that do not fit the search space that the study has now.
    n_unfit: int
    importance: Importance
    # None where there is no model, for the reason in the note of the importance.
    explanation: Explanation | None
    correlations: tuple[Correlation, ...]
    best_tenth: list[Mapping[str, Any]]
    # What pages make of it.
    memory: dict[str, Any] = field(default_factory=dict)


_kept: OrderedDict[int, Model] = OrderedDict()
_lock, _fitting = threading.Lock(), threading.Lock()


def model_of(study: Study) -> Model:
    """As long as no other trial has completed; with many of them, for as long as a page waits."""
    with _lock:
        model = _kept.get(study.pk)
    if model is None or not _is_fresh(study, model):
        # Several parts of a page ask at once: one of them fits, the others wait for it.
        with _fitting:
            with _lock:
                model = _kept.get(study.pk)
            if model is None or not _is_fresh(study, model):
                model = _fitted(study)
                with _lock:
                    _kept[study.pk] = model
    with _lock:
        _kept[study.pk] = model
        _kept.move_to_end(study.pk)
        while len(_kept) > MAX_MODELS:
            _kept.popitem(last=False)
    return model


def latest_model_of(study: Study) -> Model:
    """The one that pages have shown last, for what needs an order alone: it may know some trials less."""
    with _lock:
        model = _kept.get(study.pk)
    return model if model is not None and model.source == _source(study) else model_of(study)


def forget_models() -> None:
    """For tests, which change rows behind the back of the engine."""
    with _lock:
        _kept.clear()


def _is_fresh(study: Study, model: Model) -> bool:
    if model.source != _source(study):
        return False
    is_recent = model.n_seen > MANY_TRIALS and time.monotonic() - model.at < SLOW_SECONDS
    return model.n_seen == n_complete(study) or (is_recent and not study.is_ended)


def _source(study: Study) -> tuple[object, ...]:
    """`created_at` tells a study from an earlier one with its id."""
    return study.created_at, study.n_rewrites, study.direction


def _fitted(study: Study) -> Model:
    rows = (TrialRow(number, params, value, "complete") for number, params, value in complete_results(study))
    # Counted before the rows are read: one more that completes meanwhile is then noticed.
    n_seen = n_complete(study)
    history = History.from_trials(study.search_space, rows, study.direction)
    importance, explanation = explain(history)
    numbers = history.numbers[history.best_rows(n_best(history.n_complete))].tolist()
    params = params_of(study, numbers)
    return Model(
        source=_source(study),
        at=time.monotonic(),
        n_seen=n_seen,
        n_unfit=max(0, n_seen - len(history)),
        importance=importance,
        explanation=explanation,
        correlations=correlation(history),
        best_tenth=[params[number] for number in numbers],
    )
