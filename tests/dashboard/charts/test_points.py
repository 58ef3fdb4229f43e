"""What all charts of trials share: the running best, axes, thinning."""

import pytest

from dashboard.charts.points import MAX_POINTS, TrialPoint, nice_range, running_best, thin, value_range


def point(n):
    return TrialPoint(n, "complete", 1.0, 1.0, 1.0, None, "", "/")


@pytest.mark.parametrize(
    ("direction", "values", "line"),
    [
        ("minimize", [3, 1, 2], [(0, 3), (1, 1), (2, 1)]),
        ("maximize", [1, 3, 2], [(0, 1), (1, 3), (2, 3)]),
        ("minimize", [None, 2, None, 1], [(1, 2), (2, 2), (3, 1)]),
        ("minimize", [-1, 0, -2], [(0, -1), (1, -1), (2, -2)]),
        ("maximize", [0.0, -1.0], [(0, 0.0), (1, 0.0)]),
        ("minimize", [None, None], []),
        ("minimize", [], []),
    ],
)
def test_running_best_follows_the_direction_from_the_first_value_on(direction, values, line):
    assert running_best(enumerate(values), direction) == line


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize(
    "values", [[1.0], [0.0], [-3.0], [0.5, 0.5], [0.1, 0.2, 0.3], [1e-9, 2e-9], [-1e6, 1e6]]
)
def test_axis_shows_every_value_when_none_is_far_off(direction, values):
    low, high = value_range(values, direction)

    assert low < high
    assert low <= min(values)
    assert high >= max(values)


def test_axis_does_not_follow_one_diverged_trial():
    values = [0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 500.0]

    low, high = value_range(values, "minimize")
    assert low <= 0.1
    assert 0.15 < high < 1


def test_axis_is_cut_at_the_bad_end_only():
    values = [0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.1]

    low, high = value_range(values, "maximize")
    assert high >= 0.95
    assert 0.5 < low < 0.9
    assert value_range(values, "minimize")[0] <= 0.1


def test_axis_of_nothing_is_the_unit_interval():
    assert value_range([], "minimize") == (0.0, 1.0)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.02, 0.98), (5.0, 5.0), (0.0, 0.0)])
def test_axis_of_values_from_zero_up_does_not_go_below_zero(low, high):
    bottom, top = nice_range(low, high)

    assert bottom >= 0
    assert bottom <= low < top


def test_few_points_all_stay():
    points = [point(n) for n in range(MAX_POINTS)]

    assert thin(points, set()) == points


def test_many_points_are_thinned_and_the_best_one_stays():
    kept = thin([point(n) for n in range(10_001)], {7})

    assert len(kept) <= MAX_POINTS + 1
    assert kept[0].n == 0
    assert 7 in {p.n for p in kept}
