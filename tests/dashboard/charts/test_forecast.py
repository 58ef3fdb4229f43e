"""A prediction beside what came out, and length-scales as bars."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.explanations import MAX_LENGTHS
from dashboard.charts.forecast import WIDTH, forecast, length_bars
from dashboard.wording import metric, param

SAID = {"mean": 0.5, "sd": 0.1, "best": 0.45, "improvement": 0.02}
numbers = st.floats(-1e12, 1e12)


def forecast_of(value=None, direction="minimize", **changes):
    return forecast(SAID | changes, value, direction=direction, show=metric, show_spread=param)


@pytest.mark.parametrize("changes", [{"mean": None}, {"sd": None}, {"mean": math.inf}, {"sd": "0.1"}])
def test_nothing_is_drawn_when_no_single_value_was_predicted(changes):
    assert forecast_of(**changes) is None
    assert forecast({}, 0.5, direction="minimize", show=metric, show_spread=param) is None


@pytest.mark.parametrize(
    ("value", "direction", "words"),
    [
        (0.55, "minimize", "within one standard deviation"),
        (0.3, "minimize", "2.0 standard deviations better"),
        (0.3, "maximize", "2.0 standard deviations worse"),
        (0.75, "minimize", "2.5 standard deviations worse"),
        (0.75, "maximize", "2.5 standard deviations better"),
    ],
)
def test_outcome_is_compared_with_what_was_predicted(value, direction, words):
    found = forecast_of(value, direction)

    assert words in found.verdict
    assert metric(value) in found.verdict
    assert found.verdict in found.label


def test_prediction_without_a_spread_is_still_compared():
    assert "better than predicted" in forecast_of(0.4, sd=0.0).verdict
    assert "within" in forecast_of(0.5, sd=0.0).verdict


def test_trial_without_a_result_has_no_outcome():
    found = forecast_of()

    assert (found.outcome, found.verdict) == (None, "")
    assert found.sentence == "Expected improvement over 0.4500: 0.02."


@given(mean=numbers, sd=st.floats(0, 1e12), best=numbers, value=numbers)
def test_marks_keep_their_order_inside_the_picture(mean, sd, best, value):
    found = forecast_of(value, mean=mean, sd=sd, best=best)

    places = [(best, found.best.x), (mean, found.predicted.x), (value, found.outcome.x)]
    assert all(0 <= x <= WIDTH for _, x in places)
    xs = [x for _, x in sorted(places)]
    assert xs == sorted(xs)
    for left, width in (found.inner, found.outer):
        assert left >= 0
        assert width >= 0
        assert left + width <= WIDTH + 0.1
    assert found.outer[1] >= found.inner[1]


def test_shortest_length_has_the_longest_bar():
    bars = length_bars({"lengths": {"slow": 2.0, "fast": 0.5, "never": None, "odd": 0.0}})

    assert [(bar.name, bar.length, bar.relevance) for bar in bars] == [
        ("fast", 0.5, 1.0),
        ("slow", 2.0, 0.25),
    ]


def test_only_the_shortest_lengths_are_drawn_when_there_are_many():
    bars = length_bars({"lengths": {f"p{i}": 1.0 + i for i in range(30)}})

    assert [bar.name for bar in bars] == [f"p{i}" for i in range(MAX_LENGTHS)]
    assert length_bars({}) == []
