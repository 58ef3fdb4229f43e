"""Sparklines, bars of counts, places in a range, and priors, as numbers for SVG."""

import re
from itertools import pairwise

import pytest

from dashboard.charts.points import with_improvement
from dashboard.charts.sparklines import (
    N_DRAWS,
    Spark,
    count_bar,
    place_in_range,
    prior_counts,
    prior_path,
    spark,
)
from optimizer.distributions import distribution_from_json

# Left, top and width.
BAR = re.compile(r"M(\S+) (\S+)V20h([\d.]+)V\S+?z")
DISTRIBUTIONS = [
    {"type": "float", "low": 0.0, "high": 0.5},
    {"type": "float", "low": 1e-4, "high": 1e-1, "log": True},
    {"type": "float", "low": 0.0, "high": 1.0, "step": 0.25},
    {"type": "int", "low": 1, "high": 3},
    {"type": "int", "low": 1, "high": 16_384, "log": True},
    {"type": "int", "low": 1, "high": 16, "log": True},
    {"type": "int", "low": 16, "high": 512, "step": 16},
    {"type": "normal", "mu": 0.5, "sigma": 0.1, "low": 0.0, "high": 1.0},
    {"type": "normal", "mu": -5.0, "sigma": 2.0, "low": 1e-5, "high": 1.0, "log": True},
]


def draw(values, *, direction="minimize", max_trials):
    """Of trials with these numbers and values."""
    line = []
    for number, value in values:
        line = with_improvement(line, (number, value), direction)
    return spark(line, last=values[-1][0] if values else None, max_trials=max_trials)


def corners(found):
    return [tuple(map(float, pair.split(","))) for pair in found.points.split()]


def test_nothing_complete_draws_no_line():
    assert draw([], max_trials=10) == Spark()


@pytest.mark.parametrize(
    ("direction", "values", "ends_lower"), [("minimize", [3, 2, 1], True), ("maximize", [1, 2, 3], False)]
)
def test_line_goes_where_the_value_goes(direction, values, ends_lower):
    """In SVG a larger y is lower."""
    line = corners(draw(list(enumerate(values)), direction=direction, max_trials=3))

    assert (line[-1][1] > line[0][1]) is ends_lower
    assert line[-1][0] == 120


def test_budget_is_the_width_of_the_line():
    found = draw([(0, 1.0), (4, 0.5)], max_trials=10)

    assert found.end_x == 60
    assert corners(found)[-1] == (found.end_x, found.end_y)


def test_line_turns_at_right_angles():
    line = corners(draw(list(enumerate([3.0, 1.0, 2.0, 0.5])), max_trials=4))

    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(line))


def test_one_value_lies_in_the_middle():
    assert draw([(0, 7.0)], max_trials=10).end_y == 14


def test_bar_is_divided_by_state_in_order():
    bar = count_bar({"complete": 5, "failed": 1, "running": 2, "waiting": 1, "cancelled": 1}, 10)

    assert [s.tone for s in bar.segments] == ["good", "bad", "info"]
    assert [s.x for s in bar.segments] == [0, 50, 60]
    assert sum(s.width for s in bar.segments) <= 80
    assert bar.label == "5 complete, 1 failed, 2 running, of 10 trials"


def test_bar_of_nothing_says_so():
    bar = count_bar({}, 10)

    assert (bar.segments, bar.label) == ([], "no trials yet, of 10 trials")


def test_bar_is_never_wider_than_its_box():
    bar = count_bar({"complete": 50, "failed": 50}, 10)

    assert max(s.x + s.width for s in bar.segments) <= 100


@pytest.mark.parametrize(
    ("obj", "value", "place"),
    [
        ({"type": "float", "low": 0.0, "high": 2.0}, 0.5, 25),
        ({"type": "float", "low": 1e-4, "high": 1.0, "log": True}, 1e-2, 50),
        ({"type": "float", "low": 0.0, "high": 2.0}, 3.0, None),
        ({"type": "constant", "value": 3}, 3, None),
        ({"type": "categorical", "choices": ["a", "b"]}, "a", None),
    ],
)
def test_place_is_a_share_of_the_range(obj, value, place):
    assert place_in_range(distribution_from_json(obj), value) == place


@pytest.mark.parametrize("obj", DISTRIBUTIONS, ids=str)
def test_bars_of_a_prior_count_every_draw_and_fill_their_box(obj):
    distribution = distribution_from_json(obj)

    assert prior_counts(distribution, 30).sum() == N_DRAWS
    path = prior_path(distribution, width=76, height=20)
    bars = [tuple(map(float, bar)) for bar in BAR.findall(path)]
    assert "".join(f"M{x:g} {y:g}V20h{width:g}V{y:g}z" for x, y, width in bars) == path
    assert min(y for _, y, _ in bars) == 0
    assert all(0 <= y <= 20 for _, y, _ in bars)
    assert bars[0][0] == 0
    assert bars[-1][0] + bars[-1][2] <= 76


def test_uniform_prior_is_flat_and_a_normal_one_is_not():
    bounds = {"low": 0.0, "high": 1.0}
    flat = prior_counts(distribution_from_json({"type": "float", **bounds}), 10)
    hill = prior_counts(distribution_from_json({"type": "normal", "mu": 0.5, "sigma": 0.1, **bounds}), 10)

    assert flat.max() < 1.6 * flat.min()
    assert hill.max() > 5 * max(1, hill.min())


def test_whole_numbers_have_a_bar_each():
    counts = prior_counts(distribution_from_json({"type": "int", "low": 1, "high": 3}), 12)

    assert len(counts) == 3
    assert counts.max() < 1.4 * counts.min()
