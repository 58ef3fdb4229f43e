"""Each pruner's algorithm against its definition, and the options that are refused."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.pruners import create_pruner
from optimizer.reports import Reports
from optimizer.testing.pruners import VALUES, filled_reports, pruned, random_curves
from optimizer.wording import percent

untimed = settings(deadline=None)
CURVES = st.integers(0, 2**32).map(random_curves)


def losses_at(curves, step):
    """Losses of the trials that reported at ``step``, by number."""
    return {n: loss(curve[step]) for n, curve in enumerate(curves) if step in curve}


def loss(value):
    return value if math.isfinite(value) else math.inf


@pytest.mark.parametrize("percentile", [0, 25, 50, 90, 100])
@untimed
@given(curves=CURVES, n_startup=st.integers(0, 6))
def test_percentile_keeps_what_is_no_worse_than_that_of_the_others(percentile, curves, n_startup):
    expected = set()
    for number, curve in enumerate(curves):
        for step in curve:
            others = [other for n, other in losses_at(curves, step).items() if n != number]
            if len(others) >= max(1, n_startup):
                limit = np.percentile(np.minimum(others, 1e300), percentile)  # NumPy: 0 * inf is NaN
                best = min(loss(value) for s, value in curve.items() if s <= step)
                expected |= {(number, step)} if min(best, 1e290) > limit else set()
    options = {"n_startup_trials": n_startup}
    assert pruned(create_pruner("percentile", percentile=percentile, **options), curves) == expected
    if percentile == 50:
        assert pruned(create_pruner("median", **options), curves) == expected


@pytest.mark.parametrize("name", ["median", "percentile", "threshold"])
@untimed
@given(steps=st.sets(st.integers(0, 30)), n_warmup=st.integers(0, 9), interval=st.integers(1, 9))
def test_looks_at_the_first_report_of_each_interval_after_the_warm_up(name, steps, n_warmup, interval):
    expected, seen = set(), set()
    for step in sorted(steps):
        if step >= n_warmup and (period := (step - n_warmup) // interval) not in seen:
            seen.add(period)
            expected.add((0, step))
    startup = {} if name == "threshold" else {"n_startup_trials": 1}
    pruner = create_pruner(name, n_warmup_steps=n_warmup, interval_steps=interval, **startup)
    assert (
        pruned(pruner, [dict.fromkeys(steps, math.inf), dict.fromkeys(steps, 0.0)])
        - {(1, step) for step in steps}
        == expected
    )


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_threshold_bounds_are_values_in_either_direction(direction):
    values = [-2.0, -1.0, 0.0, 1.0, 2.0, math.nan]
    curves = [{5: value} for value in values]
    for lower, upper, expected in [(-1, 1, {0, 4, 5}), (None, 0, {3, 4, 5}), (0.5, None, {0, 1, 2, 5})]:
        pruner = create_pruner("threshold", lower=lower, upper=upper)
        assert pruned(pruner, curves, direction) == {(number, 5) for number in expected}


@untimed
@given(
    curve=st.dictionaries(st.integers(0, 20), st.sampled_from(VALUES)),
    patience=st.integers(1, 5),
    delta=st.sampled_from([0, 0.3]),
)
def test_patience_ends_when_the_last_steps_are_no_better_than_all_before(curve, patience, delta):
    expected = set()
    for step in curve:
        past = [loss(value) for s, value in curve.items() if s <= step - patience]
        recent = [loss(value) for s, value in curve.items() if step - patience < s <= step]
        if min(past, default=math.inf) < math.inf and not min(recent) < min(past) - delta:
            expected.add((0, step))
    pruner = create_pruner("patient", patience=patience, min_delta=delta)
    assert pruned(pruner, [curve]) == expected


@untimed
@given(curves=CURVES)
def test_patience_with_another_pruner_stops_where_both_would(curves):
    alone, wrapped = create_pruner("patient", patience=2), create_pruner("median", n_startup_trials=2)
    both = create_pruner("patient", patience=2, wrapped=wrapped)
    assert pruned(both, curves) == pruned(alone, curves) & pruned(wrapped, curves)


def expected_of_asha(curves, rungs, eta, end=math.inf):
    """Where each trial that is not in the best 1 / eta at a rung is stopped."""
    expected = set()
    for number, curve in enumerate(curves):
        judged = {min((s for s in curve if s >= rung), default=end) for rung in rungs if rung < end}
        for step in {s for s in judged if s < end}:
            losses = losses_at(curves, step)
            rank = sum(other < losses[number] for other in losses.values())
            expected |= {(number, step)} if rank >= max(1, len(losses) // eta) else set()
    return expected


@untimed
@given(curves=CURVES, low=st.integers(1, 3), eta=st.integers(2, 4), end=st.none() | st.integers(3, 9))
def test_asha_keeps_the_best_share_at_each_rung(curves, low, eta, end):
    pruner = create_pruner("asha", min_resource=low, reduction_factor=eta, max_resource=end)
    rungs = [low * eta**k for k in range(5)]
    assert pruned(pruner, curves) == expected_of_asha(curves, rungs, eta, end or math.inf)


@untimed
@given(curves=CURVES, eta=st.integers(2, 3), end=st.integers(2, 8))
def test_hyperband_is_asha_within_each_bracket(curves, eta, end):
    pruner, expected = create_pruner("hyperband", max_resource=end, reduction_factor=eta), set()
    for bracket, start in enumerate(pruner.brackets.starts):
        inside = [curve if pruner.brackets(n) == bracket else {} for n, curve in enumerate(curves)]
        expected |= expected_of_asha(inside, [start * eta**k for k in range(4)], eta, end)
    assert pruned(pruner, curves) == expected


@pytest.mark.parametrize("first", [0, 1_000, 123_456_789])
def test_any_trials_in_a_row_are_shared_out_by_what_the_brackets_cost(first):
    brackets = create_pruner("hyperband").brackets
    assert brackets.starts == (1, 3, 9, 27, 81)
    assert brackets.sizes == (81, 34, 15, 8, 5)  # the n of table 1 in the paper
    for n in (50, 143, 2_000):
        counts = Counter(brackets(number) for number in range(first, first + n))
        for bracket, size in enumerate(brackets.sizes):
            assert counts[bracket] == pytest.approx(n * size / 143, abs=3)


def test_halving_finds_the_best_trial_for_a_fraction_of_the_steps():
    rng, steps = np.random.default_rng(0), 0
    reports, pruner, finished = Reports(), create_pruner("asha", max_resource=64), {}
    for number in range(200):
        quality = rng.random()
        for step in range(1, 65):
            steps += 1
            reports.add(number, step, quality + 1 / step)
            if pruner.decide(reports, number, step).should_prune:
                break
        else:
            finished[number] = quality
    assert min(finished.values()) < 0.02
    assert steps < 200 * 64 / 8


def test_sentences_name_the_value_and_what_it_was_compared_with():
    curves = [{3: value} for value in (0.1, 0.2, 0.4, 0.5, 0.6, 0.52, math.nan)]

    def text(name, number=5, direction="minimize", **options):
        return create_pruner(name, **options).decide(filled_reports(curves, direction), number, 3).text

    assert text("median") == (
        "Stopped at step 3: its best value 0.5200 is worse than the median 0.4500 of 6 trials at that step."
    )
    assert text("percentile", percentile=20, direction="maximize", number=0) == (
        "Stopped at step 3: its best value 0.1000 is worse than 0.5200, "
        "the limit of the best 20% of 6 trials at that step."
    )
    assert text("median", 6).startswith("Stopped at step 3: its best value (not a number) is worse than")
    assert text("median", n_startup_trials=7) == "Continues: only 6 other trials reported at step 3."
    assert text("asha") == (
        "Stopped at step 3: 0.5200 is worse than 0.1000, the last of the best 1 of 7 trials at that step."
    )
    assert text("threshold", upper=0.5) == "Stopped at step 3: 0.5200 is above the upper bound 0.5000."
    assert text("threshold", 6) == "Stopped at step 3: its value is not a finite number."


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("median", {"n_startup_trials": -1}, "n_startup_trials must be a whole number of at least 0, got -1"),
        ("median", {"n_warmup_steps": 1.5}, "n_warmup_steps must be a whole number of at least 0, got 1.5"),
        ("threshold", {"interval_steps": 0}, "interval_steps must be a whole number of at least 1, got 0"),
        ("percentile", {"percentile": 101}, "percentile must be a number from 0 to 100, got 101"),
        ("percentile", {"percentile": math.nan}, "percentile must be a number from 0 to 100, got NaN"),
        ("threshold", {"lower": math.inf}, "lower must be a finite number, got Infinity"),
        ("threshold", {"lower": 10**400}, "lower must be a finite number, got 1000"),
        ("threshold", {"lower": 2, "upper": 1}, r"upper must be at least lower \(2\), got 1"),
        ("patient", {"patience": True}, "patience must be a whole number of at least 1, got true"),
        ("patient", {"min_delta": -0.1}, "min_delta must be a finite number of at least 0, got -0.1"),
        ("patient", {"wrapped": "median"}, 'wrapped must be a pruner, got "median"'),
        ("asha", {"reduction_factor": 1}, "reduction_factor must be a whole number of at least 2, got 1"),
        ("asha", {"min_resource": 0}, "min_resource must be a whole number of at least 1, got 0"),
        ("hyperband", {"min_resource": 9, "max_resource": 8}, "max_resource must be .* at least 9, got 8"),
        ("median", {"percentile": 9}, "the options of median are n_startup_trials, .*; got 'percentile'"),
    ],
)
def test_a_wrong_option_is_refused_with_its_rule(name, options, message):
    with pytest.raises(ValueError, match=message):
        create_pruner(name, **options)


def test_reasons_write_a_value_as_its_study_reads_it():
    reports = Reports("maximize", show=percent)
    reports.add(0, 1500, 0.25)

    text = create_pruner("threshold", lower=0.5).decide(reports, 0, 1500).text

    assert text == "Stopped at step 1,500: 25.0% is below the lower bound 50.0%."
