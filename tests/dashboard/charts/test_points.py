"""What all charts of trials share: the running best, axes, thinning."""

import numpy as np
import pytest

from dashboard.charts.points import MAX_POINTS, corners, nice_range, running_best, thin, value_range


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
    known = np.array([np.nan if v is None else v for v in values], dtype=float)
    turns = [at for i, at in enumerate(line) if i in {0, len(line) - 1} or at[1] != line[i - 1][1]]
    assert corners(np.arange(len(values), dtype=float), known, direction) == turns


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


def states(n_complete, n_pruned):
    names = np.array(["complete"] * n_complete + ["pruned"] * n_pruned, dtype=object)
    return np.random.default_rng(0).permutation(names)


@pytest.mark.parametrize("n_complete", [0, 1, MAX_POINTS // 3, MAX_POINTS])
def test_few_points_all_stay(n_complete):
    assert len(thin(states(n_complete, MAX_POINTS - n_complete))) == MAX_POINTS


@pytest.mark.parametrize(("n_complete", "n_pruned"), [(10_001, 0), (0, 10_001), (5_000, 5_000), (300, 9_000)])
def test_many_points_are_thinned_and_the_best_one_stays(n_complete, n_pruned):
    state = states(n_complete, n_pruned)
    kept = thin(state, [7])

    assert MAX_POINTS / 3 < len(kept) <= MAX_POINTS + 1
    assert {0, 7} <= set(kept.tolist()) or n_complete == 300
    assert 7 in kept
    assert (np.diff(kept) > 0).all()


def test_the_few_complete_trials_among_many_pruned_ones_all_stay():
    state = states(300, 9_000)

    assert (state[thin(state)] == "complete").sum() == 300
