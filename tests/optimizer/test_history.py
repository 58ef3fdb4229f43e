"""History: what counts, how it is ranked, and what stays failed."""

import math

import numpy as np
import pytest

from optimizer import Float, History, Int, Parameter, SearchSpace, TrialRow, is_better
from optimizer.objective import to_loss

SPACE = SearchSpace([Parameter("x", Float(0, 1))])


def test_ranks_complete_trials_by_loss_then_number():
    history = History(SPACE)
    for number, value in [(4, 2.0), (1, 2.0), (2, 0.5), (3, 7.0)]:
        history.add(number, {"x": 0.1 * number}, value, "complete")
    assert [history.numbers[row] for row in history.best_rows(3)] == [2, 1, 4]


def test_maximizing_ranks_the_largest_first():
    rows = [TrialRow(0, {"x": 0.1}, 1.0, "complete"), TrialRow(1, {"x": 0.2}, 3.0, "complete")]
    history = History.from_trials(SPACE, rows, "maximize")
    assert list(history.ranked()) == [(1, -3.0), (0, -1.0)]


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_value_that_is_not_finite_stays_failed(value):
    history = History(SPACE)
    history.add(0, {"x": 0.5}, value, "complete")
    assert history.states == ("failed",)
    assert (history.n_complete, history.n_finished, len(history)) == (0, 0, 1)
    assert list(history.ranked()) == []
    assert history.has_seen({"x": 0.5})


def test_pruned_trials_are_finished_but_never_ranked():
    history = History(SPACE)
    history.add(0, {"x": 0.5}, 0.001, "pruned")
    assert (history.n_complete, history.n_finished) == (0, 1)
    assert len(history.best_rows(5)) == 0


def test_growing_one_by_one_equals_building_at_once():
    rows = [TrialRow(i, {"x": i / 200}, float(i % 7), "complete") for i in range(200)]
    one_by_one = History(SPACE)
    for row in rows:
        one_by_one.add(*row)
    at_once = History.from_trials(SPACE, rows)
    assert (one_by_one.coordinates == at_once.coordinates).all()
    assert (one_by_one.active == at_once.active).all()
    assert (one_by_one.best_rows(200) == at_once.best_rows(200)).all()


def test_own_points_are_recognised_however_the_history_was_built():
    """Two logarithms of the same number may differ in their last bit, and that must not make a new point."""
    space = SearchSpace([Parameter("k", Int(1, 20_000, log=True))])
    rows = [TrialRow(k, {"k": k + 1}, 1.0, "complete") for k in range(20_000)]
    history = History.from_trials(space, rows)
    assert history.n_seen == 20_000
    assert all(history.has_seen(row.params) for row in rows)


def test_feasible_trials_come_before_those_that_break_constraints():
    history = History(SPACE)
    for number, (value, constraints) in enumerate(
        [(1.0, [0.5, 0.5]), (9.0, [0.0]), (2.0, [0.2, -7.0]), (5.0, [-1.0]), (0.0, [math.nan])]
    ):
        history.add(number, {"x": 0.5}, value, "complete", constraints)
    assert history.best_rows(5).tolist() == [3, 1, 2, 0, 4]


def test_best_of_some_rows_are_the_best_of_all_that_lie_among_them():
    rng = np.random.default_rng(0)
    for n_objectives in (1, 2):
        history = History(SPACE, ["minimize"] * n_objectives)
        for number in range(50):
            state = "failed" if number % 7 == 0 else "complete"
            history.add(number, {"x": 0.5}, rng.integers(0, 9, n_objectives).astype(float).tolist(), state)
        among = rng.random(50) < 0.5
        part = History(SPACE, ["minimize"] * n_objectives)
        for number in np.flatnonzero(among).tolist():
            part.add(number, {"x": 0.5}, history.losses[number].tolist(), history.state_of_row(number))
        for n in (0, 3, 60):
            assert history.best_rows(n, among).tolist() == part.numbers[part.best_rows(n)].tolist()


def test_pruned_trials_are_ranked_by_how_far_they_got_then_within_that_step():
    history = History(SPACE)
    reports = [{0: 0.0}, {0: 5.0, 4: 2.0}, None, {4: 1.0}, {0: 1.0}, {4: 3.0}]
    for number, reported in enumerate(reports):
        history.add(number, {"x": 0.5}, None, "pruned", reports=reported)
    assert history.pruned_rows().tolist() == [3, 1, 5, 0, 4]


def test_refuses_a_repeated_number_and_an_unknown_state():
    history = History(SPACE)
    history.add(0, {"x": 0.5}, 1.0, "complete")
    with pytest.raises(ValueError, match="trial 0 is already in this history"):
        history.add(0, {"x": 0.6}, 1.0, "complete")
    with pytest.raises(ValueError, match="state must be one of complete, pruned, failed, got 'done'"):
        history.add(1, {"x": 0.6}, 1.0, "done")
    rows = [TrialRow(7, {"x": 0.1}, 1.0, "complete")] * 2
    with pytest.raises(ValueError, match="trial 7"):
        History.from_trials(SPACE, rows)


def test_params_that_no_longer_fit_are_masked():
    history = History(SPACE)
    history.add(0, {"x": 5.0}, 1.0, "complete")
    assert not history.active.any()
    assert history.n_complete == 1


@pytest.mark.parametrize(
    ("a", "b", "direction", "expected"),
    [
        (1, 2, "minimize", True),
        (1, 2, "maximize", False),
        (2, 2, "minimize", False),
        (math.nan, 2, "minimize", False),
        (2, math.nan, "maximize", True),
        (math.nan, math.nan, "minimize", False),
    ],
)
def test_is_better(a, b, direction, expected):
    assert is_better(a, b, direction) is expected


def test_to_loss_twice_gives_the_value_back():
    assert to_loss(to_loss(3.0, "maximize"), "maximize") == 3.0
