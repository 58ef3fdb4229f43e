"""Reports: what trials said at each step, whatever the order in which it came."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optimizer.reports import MAX_STEP, Reports

untimed = settings(deadline=None)
VALUES = st.sampled_from([-2.0, -0.0, 0.0, 0.5, 0.5, 1e300, math.nan, math.inf, -math.inf])
EVENTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6), VALUES), max_size=60)
every_direction = pytest.mark.parametrize("direction", ["minimize", "maximize"])


def filled(events, direction="minimize"):
    reports = Reports(direction)
    for event in events:
        reports.add(*event)
    return reports


def losses_of(events, direction):
    """What must be kept: the last value of each trial and step as a loss, infinity unless it is finite."""
    sign = 1 if direction == "minimize" else -1
    return {(n, s): sign * value if math.isfinite(value) else math.inf for n, s, value in events}


@every_direction
@untimed
@given(events=EVENTS)
def test_keeps_the_last_value_of_each_trial_and_step(direction, events):
    reports, kept = filled(events, direction), losses_of(events, direction)
    assert len(reports) == len({number for number, _ in kept})
    for number in range(6):
        curve = {step: loss for (n, step), loss in sorted(kept.items()) if n == number}
        assert reports.of(number) == curve
        assert list(reports.of(number)) == list(curve)
        assert reports.last_step(number) == (max(curve) if curve else None)
    for step in range(7):
        assert list(reports.at(step)) == sorted(loss for (_, s), loss in kept.items() if s == step)


@untimed
@given(events=EVENTS, number=st.integers(0, 6), first=st.integers(-1, 7), last=st.integers(-1, 7))
def test_questions_about_a_curve_agree_with_a_scan_of_it(events, number, first, last):
    reports = filled(events)
    curve = {step: loss for (n, step), loss in losses_of(events, "minimize").items() if n == number}
    within = [loss for step, loss in curve.items() if first <= step <= last]
    assert reports.best_of(number, first, last) == min(within, default=math.inf)
    is_first = last in curve and not any(first <= step < last for step in curve) and first <= last
    assert reports.is_first_since(number, first, last) is is_first
    if last in curve:
        assert reports.loss_at(number, last) == curve[last]
    else:
        with pytest.raises(KeyError, match=f"trial {number} has not reported at step {last}"):
            reports.loss_at(number, last)


@untimed
@example(  # as many reports have come of listed trials as of those that are new in the list
    events=[(0, 0, -2.0), (0, 0, -2.0), (1, 0, -2.0)], order=[1, 0, 2, 3, 4, 5, 6], lengths=[0, 1, 2]
)
@given(events=EVENTS, order=st.permutations(range(7)), lengths=st.lists(st.integers(0, 7), max_size=8))
def test_column_of_a_step_agrees_with_a_scan_while_trials_are_listed_and_report(events, order, lengths):
    """Reports and new rows in any order, the column asked for after each."""
    reports, told, length = Reports(), [], 0
    for i in range(max(len(events), len(lengths))):
        if i < len(events):
            reports.add(*events[i])
            told.append(events[i])
        length = max(length, lengths[i]) if i < len(lengths) else length
        kept = losses_of(told, "minimize")
        for step in range(7):
            expected = [kept.get((number, step), math.nan) for number in order[:length]]
            found = reports.losses_at(step, np.array(order[:length], dtype=np.int64))
            np.testing.assert_array_equal(found, expected)


@every_direction
@untimed
@given(events=EVENTS)
def test_rank_is_the_share_of_better_trials_at_the_step(direction, events):
    reports, kept = filled(events, direction), losses_of(events, direction)
    for (number, step), loss in kept.items():
        others = [other for (n, s), other in kept.items() if s == step and n != number]
        shares = [(other < loss) + (other == loss) / 2 for other in others]
        assert reports.rank_at(number, step) == pytest.approx(np.mean(shares) if shares else 0.5)


@every_direction
@untimed
@given(events=EVENTS, n_before=st.integers(0, 60))
def test_a_group_holds_what_its_trials_report_before_and_after_it_was_asked_for(direction, events, n_before):
    reports = filled(events[:n_before], direction)
    for number in range(3):
        reports.group(parity, number)
    for event in events[n_before:]:
        reports.add(*event)
    for remainder in (0, 1):
        group = reports.group(parity, remainder)
        alone = filled([event for event in events if parity(event[0]) == remainder], direction)
        assert [group.of(n) for n in range(6)] == [alone.of(n) for n in range(6)]
        assert [list(group.at(s)) for s in range(7)] == [list(alone.at(s)) for s in range(7)]


def parity(number):
    return number % 2


def test_a_trial_that_never_reported_has_no_curve():
    reports = filled([(0, 3, 1.0)])
    assert (reports.of(9), reports.last_step(9), list(reports.at(4))) == ({}, None, [])
    assert reports.best_of(9, 0, 10) == math.inf
    assert not reports.is_first_since(9, 0, 3)
    with pytest.raises(KeyError, match="trial 9"):
        reports.rank_at(9, 3)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (-1, "step must not be negative, got -1"),
        (1.0, r"step must be a whole number, got 1\.0"),
        ("1", "step must be a whole number, got '1'"),
        (MAX_STEP + 1, f"step must be at most {MAX_STEP}, got {MAX_STEP + 1}"),
    ],
)
def test_a_wrong_step_is_refused_and_leaves_no_trace(step, message):
    reports = filled([(0, MAX_STEP, 1.0), (0, np.int32(2), 0.5)])
    with pytest.raises(ValueError, match=message):
        reports.add(1, step, 1.0)
    assert len(reports) == 1
    assert reports.of(0) == {2: 0.5, MAX_STEP: 1.0}


def test_survives_pickling():
    reports = filled([(0, 1, 2.0), (1, 1, math.nan)], "maximize")
    again = pickle.loads(pickle.dumps(reports))
    again.add(2, 1, 3.0)
    assert again.direction == "maximize"
    assert list(again.at(1)) == [-3.0, -2.0, math.inf]


def test_what_others_reported_can_be_forgotten():
    reports = filled([(0, 1, 2.0), (0, 2, 1.0), (1, 1, 0.5), (2, 1, 0.7), (2, 3, 0.1)])
    reports.group(lambda number: number % 2, 0)
    reports.keep_only(0)
    assert len(reports) == 1
    assert (list(reports.at(1)), list(reports.at(2)), list(reports.at(3))) == ([2.0], [1.0], [])
    assert reports.of(0) == {1: 2.0, 2: 1.0}
    reports.add(4, 2, 0.3)
    assert list(reports.at(2)) == [0.3, 1.0]


def test_what_others_reported_is_forgotten_in_groups_too():
    def half(number):
        return number % 2

    reports = filled([(0, 1, 2.0), (1, 1, 0.5), (2, 1, 0.7)])
    assert list(reports.group(half, 0).at(1)) == [0.7, 2.0]
    reports.keep_only(0)
    assert list(reports.group(half, 0).at(1)) == [2.0]
    assert list(reports.group(half, 1).at(1)) == []
