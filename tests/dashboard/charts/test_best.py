"""Best value so far over all trials, as data for the chart."""

import json

import numpy as np
import pytest

from dashboard.charts.best import best_chart
from dashboard.charts.points import Points
from dashboard.charts.static_svg import static_best

FIELDS = {
    "metric": "val_loss",
    "direction": "minimize",
    "is_percent": False,
    "max_trials": 10,
    "n_startup": None,
    "startup_words": "",
}


def chart_of(values, **changes):
    """A chart of (state, value) pairs."""
    rows = [(n, state, value, 1.0 * n, 0.5 * n) for n, (state, value) in enumerate(values)]
    points = points_of(rows)
    return best_chart(points, points, **{**FIELDS, **changes})


def points_of(rows):
    """From (number, state, value, wall, training) each."""
    n, state, *rest = zip(*rows, strict=True) if rows else [()] * 5
    value, wall, training = (np.array([np.nan if v is None else v for v in c], dtype=float) for c in rest)
    epochs = 2 * np.arange(len(n), dtype=float)
    return Points(
        n=np.array(n, dtype=np.int64),
        state=np.array(state, dtype=object),
        value=value,
        wall=wall,
        training=training,
        epochs=epochs,
        step=np.ones(len(n), dtype=np.int64),
        kind=[""] * len(n),
    )


def test_line_has_a_point_where_it_turns_and_at_its_end():
    chart = chart_of([("complete", v) for v in (0.5, 0.6, 0.4, 0.7, 0.8)])

    assert chart.line == [{"n": 0, "value": 0.5}, {"n": 2, "value": 0.4}, {"n": 4, "value": 0.4}]
    assert chart.best == {"n": 2, "value": 0.4}
    assert chart.label == "Best val_loss over 5 trials improves from 0.5000 to 0.4000 at trial #2"


def test_line_over_time_follows_the_order_in_which_trials_ended():
    """Trial #1 ended first, and one that still trains has not ended at all."""
    points = points_of(
        [
            (0, "complete", 0.5, 9.0, 3.0),
            (1, "complete", 0.7, 4.0, 1.0),
            (2, "running", 0.1, None, 2.0),
            (3, "failed", None, 12.0, 4.0),
        ]
    )

    chart = best_chart(points, points, **FIELDS)

    assert chart.wall_line == [{"x": 4.0, "value": 0.7}, {"x": 9.0, "value": 0.5}, {"x": 12.0, "value": 0.5}]
    assert chart.training_line == [
        {"x": 1.0, "value": 0.7},
        {"x": 3.0, "value": 0.5},
        {"x": 4.0, "value": 0.5},
    ]
    assert not chart.is_higher_better


def test_highest_value_is_the_best_when_maximizing():
    chart = chart_of([("complete", 0.5), ("complete", 0.9)], direction="maximize", is_percent=True)

    assert chart.best == {"n": 1, "value": 0.9}
    assert chart.is_higher_better
    assert "90.0" in chart.label


@pytest.mark.parametrize("state", ["pruned", "failed", "running", "cancelled"])
def test_only_complete_trials_count(state):
    chart = chart_of([("complete", 0.5), (state, 0.1)])

    assert chart.best == {"n": 0, "value": 0.5}
    assert chart.trials["state"] == ["complete", state]


def test_chart_without_a_value_says_so():
    chart = chart_of([("failed", None)])

    assert (chart.best, chart.line) == (None, [])
    assert chart.label == "No val_loss values yet, 1 trial"


def test_values_beyond_the_axis_are_counted():
    chart = chart_of([("complete", v) for v in (0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 500.0)])

    assert chart.n_clipped == 1
    assert chart.clip < 500


def test_chart_is_json():
    chart = chart_of([("complete", 0.5), ("failed", None)])

    assert json.loads(json.dumps(chart.to_json(), allow_nan=False))["max_trials"] == 10


VALUES = [("complete", value) for value in (0.6, 0.5, 0.4)]


@pytest.mark.parametrize("target", [0.45, 0.4, 0.33, 0.65])
def test_target_in_or_near_the_range_is_in_view(target):
    chart = chart_of(VALUES, target=target)

    assert (chart.target, chart.target_note) == (target, "")
    assert chart.floor <= target <= chart.clip
    assert chart.n_clipped == 0


@pytest.mark.parametrize(("target", "side"), [(0.001, "below"), (9.0, "above")])
def test_target_far_away_is_said_and_squeezes_nothing(target, side):
    chart = chart_of(VALUES, target=target)

    assert chart.target is None
    assert chart.target_note.endswith(f"is {side} this chart")
    assert (chart.floor, chart.clip) == (chart_of(VALUES).floor, chart_of(VALUES).clip)


def test_target_is_said_before_there_is_a_value():
    chart = chart_of([], target=0.2)
    assert chart.target is None
    assert "0.2" in chart.target_note
    assert chart_of([]).target_note == ""


def test_still_picture_has_the_target_too():
    near = static_best(chart_of(VALUES, target=0.45).to_json())
    best = static_best(chart_of([("complete", 0.45)], target=0.45).to_json())
    far = static_best(chart_of(VALUES, target=0.001).to_json())

    assert near.target[1].startswith("target 0.45")
    assert best.target[0] == best.marks[0].y
    assert (far.target, near.note) == (None, "")
    assert "below this chart" in far.note
