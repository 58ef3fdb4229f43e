"""Ends that the best trials crowd, and ends where every trial is wasted: with evidence, or not at all."""

import numpy as np
import pytest

from dashboard.studies.suggestions.bounds import crowded_ends, wasteful_ends
from tests.dashboard.studies.suggestions.tables import LAYERS, RATE, rates, tried


def one_param(spec, values, losses, is_wasted=None, **fields):
    return tried([spec], {spec["name"]: values}, losses, is_wasted=is_wasted, **fields)


def url_of(name, end, value):
    return f"{name} {end} {value:g}"


def crowded(*args, **kwargs):
    return list(crowded_ends(one_param(*args, **kwargs), url_of))


def wasteful(*args, **kwargs):
    return list(wasteful_ends(one_param(*args, **kwargs), url_of))


def test_best_trials_at_the_lower_end_ask_for_a_wider_range():
    values = rates(200)
    (found,) = crowded(RATE, values, values)  # the lower the better
    assert found.title == "The best trials crowd the lower end of rate."
    assert found.evidence == "20 of the best 20 use less than 2.5e-5; the range ends at 1e-5."
    assert found.url == "rate low 1e-06"


def test_best_trials_at_the_upper_end_too():
    values = rates(200)
    (found,) = crowded(RATE, values, -values)
    assert (found.key, found.url) == ("crowded rate high", "rate high 1")


@pytest.mark.parametrize("seed", range(20))
def test_without_a_trend_nothing_is_said(seed):
    values, losses = rates(200, seed), np.random.default_rng(seed + 100).normal(size=200)
    assert crowded(RATE, values, losses) == []


def test_a_limit_of_the_trainer_is_not_to_be_passed():
    values = rates(200)
    assert crowded(RATE, values, values, limits=(1e-5, 1)) == []
    (found,) = crowded(RATE, values, values, limits=(5e-6, 1))
    assert found.url == "rate low 5e-06"


def test_few_whole_numbers_end_with_the_last_one():
    layers = np.random.default_rng(3).integers(1, 7, 120)
    (found,) = crowded(LAYERS, layers, -layers)
    assert found.evidence == "12 of the best 12 use 6; the range ends at 6."
    assert found.url == "layers high 9"


def test_a_limit_that_is_an_int_is_a_number_as_any_other():
    layers, found = np.random.default_rng(3).integers(1, 7, 120), []
    at_the_upper_end = one_param(LAYERS, layers, -layers, limits=(1, 8))
    list(crowded_ends(at_the_upper_end, lambda name, end, value: found.append(value) or ""))
    assert found == [8]
    assert isinstance(found[0], float)


def test_too_few_trials_say_nothing():
    values = rates(39)
    assert crowded(RATE, values, values) == []


def test_values_that_never_complete_are_named_with_their_share_of_the_time():
    values = rates(100)
    losses = np.where(values > 1e-2, np.inf, 1.0)
    (found,) = wasteful(RATE, values, losses)
    n = int((values > 1e-2).sum())
    assert found.title == "High values of rate waste trials."
    assert (
        found.evidence
        == f"All {n} trials above 0.01 were pruned or failed. They took {n}% of the training time."
    )
    assert found.url == "rate high 0.01"


def test_low_values_too():
    values = rates(100)
    (found,) = wasteful(RATE, values, np.where(values < 1e-4, np.inf, 1.0))
    assert (found.key, found.url) == ("wasteful rate low", "rate low 0.0001")


def test_where_trials_complete_rarely_a_row_of_wasted_ones_is_chance():
    values = rates(100)
    losses = np.where(np.random.default_rng(5).uniform(size=100) < 0.95, np.inf, 1.0)
    assert wasteful(RATE, values, losses) == []


def test_a_number_that_some_completed_with_is_no_edge():
    layers = np.repeat([1, 2, 3, 4, 5, 6], 20)
    losses = np.where(layers >= 5, np.inf, 1.0)
    losses[-25] = 1.0  # one of the fives completed
    (found,) = wasteful(LAYERS, layers, losses)
    assert (found.evidence.split(" were")[0], found.url) == ("All 20 trials above 5", "layers high 5")


@pytest.mark.parametrize("losses", [np.full(50, np.inf), np.ones(50)])
def test_nothing_to_compare_with_says_nothing(losses):
    assert wasteful(RATE, rates(50), losses) == []


def test_a_parameter_of_a_branch_counts_where_it_is_used():
    values = rates(200)
    used = np.where(np.arange(200) % 2, values, np.nan)
    (found,) = crowded(RATE, used, values)
    assert found.evidence.startswith("11 of the best 11 use less"), "of the best 20, 11 have the parameter"


def test_a_part_of_a_long_study_is_named_as_one():
    values = rates(100)
    (found,) = wasteful(RATE, values, np.where(values > 1e-2, np.inf, 1.0), n_all=5_000)
    assert ", of the latest 100 trials." in found.evidence
