"""The contract of every pruner, parametrised over all of them, and each algorithm against its definition."""

import json
import math
import pickle
from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import OptimizerError
from optimizer.pruners import PRUNERS, UnknownPruner, create_pruner
from optimizer.reports import Reports

# Options under which a pruner decides on the few reports of these tests.
EAGER = {
    "median": {"n_startup_trials": 1},
    "percentile": {"n_startup_trials": 0, "percentile": 40, "interval_steps": 2},
    "asha": {"reduction_factor": 2},
    "hyperband": {"max_resource": 4, "reduction_factor": 2},
    "patient": {"patience": 2, "min_delta": 0.25},
}
MEMBERS = [
    *[create_pruner(name) for name in PRUNERS],
    *[create_pruner(name, **options) for name, options in EAGER.items()],
    create_pruner("patient", patience=1, wrapped=create_pruner("median", n_startup_trials=1)),
]
every_pruner = pytest.mark.parametrize("pruner", MEMBERS, ids=repr)
every_relative_pruner = pytest.mark.parametrize("pruner", [p for p in MEMBERS if p.is_relative], ids=repr)

untimed = settings(deadline=None)
VALUES = (-1.0, 0.0, 0.5, 0.5, 0.75, 1.0, 2.0, math.nan, math.inf)


def random_curves(seed):
    """Values by step of up to 12 trials: few different values and steps, so that ties and gaps are common."""
    rng = Random(seed)
    steps, n_steps = range(rng.randint(1, 10)), rng.randint(1, 6)
    return [
        {step: rng.choice(VALUES) for step in rng.sample(steps, min(len(steps), rng.randint(0, n_steps)))}
        for _ in range(rng.randint(1, 12))
    ]


TABLES = [random_curves(seed) for seed in range(50)]
CURVES = st.integers(0, 2**32).map(random_curves)


def filled(curves, direction="minimize"):
    """Reports of trials 0, 1, ..., given as value by step."""
    reports = Reports(direction)
    for number, curve in enumerate(curves):
        for step, value in curve.items():
            reports.add(number, step, value)
    return reports


def decisions(pruner, curves, direction="minimize"):
    reports = filled(curves, direction)
    return {(n, s): pruner.decide(reports, n, s) for n, curve in enumerate(curves) for s in curve}


def losses_at(curves, step):
    """Losses of the trials that reported at ``step``, by number."""
    return {n: loss(curve[step]) for n, curve in enumerate(curves) if step in curve}


def loss(value):
    return value if math.isfinite(value) else math.inf


def pruned(pruner, curves, direction="minimize"):
    return {
        place for place, decision in decisions(pruner, curves, direction).items() if decision.should_prune
    }


@every_pruner
def test_every_decision_has_one_sentence(pruner):
    for curves in TABLES:
        for (_, step), (should_prune, text) in decisions(pruner, curves).items():
            assert text.startswith(f"Stopped at step {step}: " if should_prune else "Goes on: ")
            assert text.endswith(".")
            assert "\n" not in text
            assert ".." not in text


@pytest.mark.parametrize("name", PRUNERS)
def test_some_trials_are_stopped_and_some_go_on(name):
    pruner = create_pruner(name, **EAGER.get(name, {}))
    outcomes = Counter(d.should_prune for curves in TABLES for d in decisions(pruner, curves).values())
    assert min(outcomes[True], outcomes[False]) > 20


@every_relative_pruner
def test_stops_neither_a_lonely_trial_nor_the_best_at_a_step(pruner):
    for curves in TABLES:
        assert not pruned(pruner, curves[:1])
        for number, step in pruned(pruner, curves):
            losses = losses_at(curves, step)
            assert losses[number] > min(losses.values())


@every_pruner
def test_a_first_report_that_is_not_a_number_stops_nothing_but_the_threshold(pruner):
    for value in (math.nan, math.inf, -math.inf):
        for step in (0, 1, 10**12):
            assert bool(pruned(pruner, [{step: value}])) is (pruner.name == "threshold")


@every_pruner
def test_decisions_depend_on_the_reports_alone(pruner):
    other = pickle.loads(pickle.dumps(pruner))
    for seed, curves in enumerate(TABLES):
        expected, reports = decisions(pruner, curves), Reports()
        order = Random(seed).sample(list(expected), len(expected))
        for number, step in order:  # asked on the way, about values that are replaced later
            reports.add(number, step, 0.6)
            other.decide(reports, number, step)
        for number, step in reversed(order):
            reports.add(number, step, curves[number][step])
        assert {place: other.decide(reports, *place) for place in expected} == expected


@every_pruner
def test_maximizing_mirrors_minimizing(pruner):
    for curves in TABLES:
        mirrored = [{step: -value for step, value in curve.items()} for curve in curves]
        assert pruned(pruner, mirrored, "maximize") == pruned(pruner, curves)


@every_pruner
def test_options_survive_json(pruner):
    again = create_pruner(**json.loads(json.dumps(pruner.to_json())))
    assert again == pruner
    assert hash(again) == hash(pruner)
    assert again.to_json() == pruner.to_json()


@every_pruner
def test_a_report_that_never_came_is_an_error(pruner):
    reports = filled([{1: 0.5}, {2: 0.5}])
    for number, step in ((0, 2), (7, 1)):
        with pytest.raises(KeyError, match=f"trial {number} has not reported at step {step}"):
            pruner.decide(reports, number, step)


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
        return create_pruner(name, **options).decide(filled(curves, direction), number, 3).text

    assert text("median") == (
        "Stopped at step 3: its best value 0.52 is worse than the median 0.45 of 6 trials at that step."
    )
    assert text("percentile", percentile=20, direction="maximize", number=0) == (
        "Stopped at step 3: its best value 0.1 is worse than 0.52, "
        "the limit of the best 20% of 6 trials at that step."
    )
    assert text("median", 6).startswith("Stopped at step 3: its best value (not a number) is worse than")
    assert text("median", n_startup_trials=7) == "Goes on: only 6 other trials have reported at step 3."
    assert text("asha") == (
        "Stopped at step 3: 0.52 is worse than 0.1, the last of the best 1 of 7 trials at that step."
    )
    assert text("threshold", upper=0.5) == "Stopped at step 3: 0.52 is above the upper bound 0.5."
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


def test_unknown_pruner_is_named_with_the_known_ones():
    with pytest.raises(UnknownPruner, match=r"must be one of median, .*, threshold, got 'medium'") as caught:
        create_pruner("medium")
    assert isinstance(caught.value, OptimizerError)
    assert isinstance(caught.value, ValueError)


def test_registry_speaks_for_itself():
    for name, info in PRUNERS.items():
        assert info.name == info.pruner.name == name
        assert info.label
        assert info.help.endswith(".")
