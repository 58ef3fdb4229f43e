"""What the values of the params did in single trials."""

import numpy as np

from dashboard.charts.panels.beeswarm import Row, beeswarm_panel
from dashboard.charts.panels.panel import Picture
from dashboard.studies.explore.asked import Asked, by_importance
from dashboard.studies.explore.axes import Subject
from dashboard.studies.model import Model, model_of
from dashboard.wording import thousands
from optimizer import History
from optimizer.history import TrialRow
from optimizer.importance import Explanation

MAX_ROWS = 10
# Trials whose effects are worked out one by one.
MAX_EFFECTS = 500


def effects(asked: Asked) -> Picture:
    subject, model = asked.subject, model_of(asked.subject.study)
    if model.explanation is None:
        return Picture("", [], empty=model.importance.note)
    if "effects" not in model.memory:
        model.memory["effects"] = _effects(subject, model, model.explanation)
    picture: Picture = model.memory["effects"]
    return picture


def _effects(subject: Subject, model: Model, explanation: Explanation) -> Picture:
    results = subject.results
    complete = results.best_first
    shown = np.sort(complete[:: max(1, -(-len(complete) // MAX_EFFECTS))])
    params = subject.params_at(shown)
    numbers = results["number"][shown].tolist()
    rows = [
        TrialRow(n, p, v, "complete")
        for n, p, v in zip(numbers, params, results["value"][shown].tolist(), strict=True)
    ]
    history = History.from_trials(subject.space, rows, subject.study.direction)
    metric = subject.metric()
    is_log = metric.kind == "log"
    found = explanation.effects(history, by_importance(subject, model)[:MAX_ROWS])
    swarm = [Row(subject.axis(each.name), numbers, subject.places(each.name, params), each) for each in found]
    panel = beeswarm_panel(swarm, subject.goal.name, is_log=is_log, is_percent=metric.is_percent)
    side = "left" if subject.is_lower_better else "right"
    note = (
        f"How much {subject.goal.name} differs from what the model expects on average over the whole range "
        "of the parameter, the other ones unchanged. Blue: low values, orange: high ones. Choices are named "
        "where their trials lie."
    )
    table = [
        [n, row.effects.name, p.get(row.effects.name, ""), _number(predicted), _number(average)]
        for row in swarm
        for n, p, predicted, average in zip(
            numbers, params, row.effects.predicted.tolist(), row.effects.average.tolist(), strict=True
        )
    ]
    of = f" of {thousands(len(complete))}" if len(shown) < len(complete) else ""
    sub = f"{thousands(len(shown))}{of} complete trials, {side} is better"
    header = ["trial", "param", "value", "expected", "expected_with_any_value"]
    return Picture("", [panel], sub, note, header=header, rows=table)


def _number(value: float) -> float | str:
    return "" if not np.isfinite(value) else value
