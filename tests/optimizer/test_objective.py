"""What better means, in both directions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.objective import DIRECTIONS, best_of, improvement, is_at_least, is_better, is_higher_better

values = st.floats(-1e9, 1e9)


@given(value=values, target=values, direction=st.sampled_from(DIRECTIONS))
def test_value_is_at_least_as_good_as_a_target_that_is_not_better(value, target, direction):
    assert is_at_least(value, target, direction) is not is_better(target, value, direction)
    assert (improvement(value, target, direction) > 0) is is_better(value, target, direction)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_nothing_is_reached_with_nan(direction):
    assert not is_at_least(math.nan, 0.0, direction)
    assert not is_at_least(0.0, math.nan, direction)


@pytest.mark.parametrize(("direction", "best"), [("minimize", -2.0), ("maximize", 3.0)])
def test_best_of_values_follows_the_direction(direction, best):
    assert best_of([1.0, 3.0, -2.0], direction) == best
    assert best_of(iter(()), direction) is None
    assert is_better(2.0, 1.0, direction) is is_higher_better(direction)
