"""Curves over epochs, of a study and of one trial."""

import json

import pytest

from dashboard.charts.epochs import (
    MAX_CURVES,
    MAX_STEPS,
    epochs_chart,
    median_curve,
    metric_curves,
    thin_curve,
)


def chart_of(curves, **changes):
    fields = {"metric": "val_loss", "direction": "minimize", "is_percent": False, "max_step": 10}
    return epochs_chart(curves, **{**fields, **changes})


def test_curves_are_ranked_from_the_best_one():
    chart = chart_of([(4, "complete", [(1, 0.2)]), (2, "complete", [(1, 0.3)]), (9, "running", [(1, 0.5)])])

    assert [(c.n, c.rank) for c in chart.curves] == [(4, 1.0), (2, 0.5), (9, 0.0)]
    assert chart.label == "val_loss by epoch for 3 trials; trial #4 is the best"


def test_trials_without_a_step_have_no_curve():
    assert [c.n for c in chart_of([(1, "complete", []), (2, "running", [(1, 0.5)])]).curves] == [2]


def test_no_more_curves_than_one_can_see():
    chart = chart_of([(n, "complete", [(1, 0.5)]) for n in range(200)])

    assert [c.n for c in chart.curves] == list(range(MAX_CURVES))


@pytest.mark.parametrize(
    ("values", "changes", "log"),
    [
        ([0.01, 0.5, 2.0], {}, True),
        ([0.4, 0.5, 0.6], {}, False),
        ([-1.0, 0.5, 9.0], {}, False),
        ([0.0, 0.5, 9.0], {}, False),
        ([0.01, 0.5, 0.99], {"is_percent": True, "direction": "maximize"}, False),
    ],
)
def test_axis_is_logarithmic_only_where_positive_values_span_a_lot(values, changes, log):
    chart = chart_of([(0, "complete", list(enumerate(values, 1)))], **changes)

    assert chart.log is log
    assert chart.min < chart.max


def test_shares_end_at_one_hundred_percent():
    chart = chart_of([(0, "complete", [(1, 0.2), (2, 1.0)])], is_percent=True, direction="maximize")

    assert chart.max == 1.0


def test_chart_of_nothing_is_json_too():
    chart = chart_of([])

    assert chart.curves == []
    assert json.loads(json.dumps(chart.to_json(), allow_nan=False))["max"] == pytest.approx(chart.max)


@pytest.mark.parametrize("n", [0, 1, MAX_STEPS, MAX_STEPS + 1, 1_000])
def test_thinned_curve_keeps_both_ends(n):
    points = [(step, step / 10) for step in range(1, n + 1)]

    kept = thin_curve(points)

    assert len(kept) <= MAX_STEPS + 1
    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]
    assert n > MAX_STEPS or kept == points


def test_median_is_of_those_that_reached_the_step():
    assert median_curve([[(1, 1.0), (2, 5.0)], [(1, 3.0)], [(1, 9.0)]]) == [(1, 3.0), (2, 5.0)]
    assert median_curve([]) == []


def test_metric_has_a_training_and_a_validation_curve():
    steps = [(1, {"loss": 0.9, "val_loss": 1.0}), (2, {"loss": 0.5, "val_loss": None}), (3, {"loss": 0.1})]

    curves = metric_curves(
        "loss", label="Loss", is_percent=False, steps=steps, median=[(1, 2.0)], best=("#3", [(1, 0.8)])
    )

    assert curves.val == [(1, 1.0)]
    assert curves.train == [(1, 0.9), (2, 0.5), (3, 0.1)]
    assert curves.median == [(1, 2.0)]
    assert (curves.best_name, curves.best) == ("#3", [(1, 0.8)])
    assert curves.log is True


def test_metric_that_is_measured_once_is_called_by_its_name():
    steps = [(1, {"iou": 0.5}), (2, {"iou": 0.6})]
    curves = metric_curves("iou", label="Iou", is_percent=False, steps=steps, median=[], best=("", []))
    assert (curves.line, curves.val, curves.train) == ("iou", [(1, 0.5), (2, 0.6)], [])
