import math

import numpy as np
import pytest

from optimizer.forecast import FEWEST, NEAREST, forecast_final


def curves(n, n_steps, seed, noise=0.03):
    """Losses that fall like powers to plateaus of their own."""
    rng = np.random.default_rng(seed)
    plateau, height = rng.uniform(0.1, 0.5, n), rng.uniform(0.5, 2, n)
    rate = rng.uniform(0.5, 1.5, n)
    steps = np.arange(1, n_steps + 1)
    clean = plateau[:, None] + height[:, None] * steps[None, :] ** -rate[:, None]
    return clean * np.exp(rng.normal(0, noise, clean.shape))


@pytest.mark.parametrize("step", [3, 8, 15])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_interval_holds_about_eight_of_ten(step, sign):
    losses = sign * curves(400, 20, seed=step)
    at, final = losses[:, step - 1], losses[:, -1]
    held = 0
    for i in range(200):
        others = np.arange(400) != i
        found = forecast_final(at[i], at[others], final[others], best=0.1)
        held += found.low <= final[i] <= found.high
    assert 0.70 < held / 200 < 0.90


def test_it_narrows_as_the_trial_goes_on():
    losses = curves(200, 20, seed=1)
    widths = []
    for step in (2, 8, 16):
        found = forecast_final(losses[0, step - 1], losses[1:, step - 1], losses[1:, -1], best=0.1)
        widths.append(found.high - found.low)
    assert widths[0] > widths[1] > widths[2]


def test_the_probability_is_that_of_the_neighbours():
    at_step = np.linspace(1, 2, 19)
    finals = at_step - np.where(np.arange(19) < 5, 2.0, 0.5)  # below zero, so by differences
    found = forecast_final(1.0, at_step, finals, best=0.0)
    assert found.p_better == pytest.approx(5.5 / 20)
    found = forecast_final(1.0, at_step, finals, best=0.0, direction="maximize")
    assert found.p_better == pytest.approx(14.5 / 20)


def test_only_the_nearest_count():
    at_step = [1.0] * NEAREST + [50.0] * 100
    finals = [0.5] * NEAREST + [49.0] * 100
    found = forecast_final(1.0, at_step, finals, best=0.4)
    assert (found.low, found.high, found.n) == (0.5, 0.5, NEAREST)


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_numbers_that_are_not_finite_are_left_out(odd):
    at_step, finals = [1.0] * FEWEST + [odd, 1.0], [0.5] * FEWEST + [0.1, odd]
    assert forecast_final(1.0, at_step, finals, best=0.4).n == FEWEST
    assert forecast_final(1.0, at_step[1:], finals[1:], best=0.4) is None
    assert forecast_final(odd, at_step, finals, best=0.4) is None


def test_lists_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="got 2 and 1"):
        forecast_final(1.0, [1.0, 2.0], [1.0], best=0.4)
