"""Importance: integrals against enumeration, and shares against functions whose Sobol indices are known."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import (
    Categorical,
    Condition,
    Constant,
    Float,
    History,
    Int,
    Normal,
    Parameter,
    SearchSpace,
    TrialRow,
)
from optimizer.importance import correlation, fanova
from optimizer.importance.binned_space import BinnedSpace
from optimizer.importance.loss_scale import LossScale
from optimizer.importance.marginals import Boxes, Branching
from tests.optimizer.test_space import spaces

pytestmark = pytest.mark.filterwarnings("error")


def space_of(**distributions):
    return SearchSpace([Parameter(name, distribution) for name, distribution in distributions.items()])


def floats(n):
    return space_of(**{f"x{i}": Float(0, 1) for i in range(n)})


def studied(space, value_of, n, seed=0, direction="minimize"):
    """A history of n random trials."""
    rng = np.random.default_rng(seed)
    rows = [TrialRow(i, (params := space.sample(rng)), value_of(params), "complete") for i in range(n)]
    return History.from_trials(space, rows, direction)


def shares(importance, names):
    return [importance[name].share for name in names]


def listed(binned):
    """Every point of a binned space as (slots, prior probability)."""
    for bins in itertools.product(*(range(axis.n_bins) for axis in binned.axes)):
        slots, probability = [], 1.0
        for axis, start, i in zip(binned.axes, binned.starts, bins, strict=False):
            parent = slots[axis.parent] - binned.starts[axis.parent] - 1 if axis.parent >= 0 else None
            if parent is None or (parent >= 0 and axis.opened_by[parent]):
                slots.append(start + 1 + i)
                probability *= axis.mass[i]
            elif i == 0:
                slots.append(start)
            else:
                break
        else:
            yield np.array(slots), probability


@settings(max_examples=40, deadline=None)
@given(spaces(), st.integers(0, 1000))
def test_sums_over_boxes_equal_an_enumeration_of_the_prior(space, seed):
    d = len(space)
    binned = BinnedSpace.of(space, np.zeros((0, d)), np.zeros((0, d), dtype=bool))
    points = list(listed(binned))
    assert sum(p for _, p in points) == pytest.approx(1)
    rng = np.random.default_rng(seed)
    inside, values = rng.random((5, binned.n_slots)) < 0.8, rng.normal(size=5)
    boxes = Boxes(binned, Branching(binned), inside, values)
    pairs = [(i, j) for i, j in itertools.combinations(range(d), 2) if not binned.is_above(i, j)]
    for axes in [*((j,) for j in range(d)), *pairs]:
        table = np.zeros([binned.axes[j].n_bins for j in axes])
        for slots, p in points:
            bins = tuple((slots - binned.starts[:-1] - 1)[list(axes)])
            if min(bins) >= 0:
                own = math.prod(binned.axes[j].mass[b] for j, b in zip(axes, bins, strict=True))
                table[bins] += values @ inside[:, slots].all(axis=1) * p / own
        sums = boxes.main_sums(*axes) if len(axes) == 1 else boxes.pair_sums(*axes)
        assert sums == pytest.approx(table, abs=1e-12)


def test_every_value_that_decides_a_branch_has_its_own_bin_in_a_huge_grid():
    n = Parameter("n", Int(1, 2**40, log=True))
    space = SearchSpace([n, Parameter("x", Float(0, 1), Condition("n", (1, 2, 2**40)))])
    binned = BinnedSpace.of(space, np.zeros((0, 2)), np.zeros((0, 2), dtype=bool))
    values = np.array(binned.axes[0].values)[binned.axes[1].opened_by]
    assert values.tolist() == [1, 2, 2**40]
    low, high = math.log(0.5), math.log(2**40 + 0.5)
    expected = [(math.log(v + 0.5) - math.log(v - 0.5)) / (high - low) for v in (1, 2)]
    assert binned.axes[0].mass[binned.axes[1].opened_by][:2] == pytest.approx(expected)


def test_shares_of_a_sum_are_those_of_its_terms():
    """Var(a f(x)) = a² Var(f): 50, 30 and 20 %, and nothing for the rest."""

    def value(p):
        bend = math.sqrt(180) * ((p["x1"] - 0.5) ** 2 - 1 / 12)
        wave = math.sqrt(2) * math.sin(2 * math.pi * p["x2"])
        line = math.sqrt(12) * (p["x0"] - 0.5)
        return math.sqrt(0.5) * line + math.sqrt(0.3) * bend + math.sqrt(0.2) * wave

    result = fanova(studied(floats(8), value, 500))
    assert shares(result, ("x0", "x1", "x2")) == pytest.approx([0.5, 0.3, 0.2], abs=0.04)
    assert all(result[f"x{i}"].share < 0.005 for i in range(3, 8))
    assert result.fit > 0.9
    assert not result.interactions


def test_ishigami_gives_its_sobol_indices():
    """Ishigami and Homma, ISUMA 1990: S1 = 0.314, S2 = 0.442, S3 = 0, S13 = 0.244."""

    def value(p):
        a, b, c = ((2 * p[f"x{i}"] - 1) * math.pi for i in (5, 6, 7))
        return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)

    result = fanova(studied(floats(8), value, 2000))
    assert shares(result, ("x5", "x6", "x7", "x0")) == pytest.approx([0.314, 0.442, 0, 0], abs=0.02)
    assert result.interactions[0].names == ("x5", "x7")
    assert result.interactions[0].share == pytest.approx(0.244, abs=0.05)


def test_a_pure_interaction_has_no_main_effect_and_the_note_says_so():
    result = fanova(studied(floats(3), lambda p: (p["x0"] - 0.5) * (p["x1"] - 0.5), 300))
    assert max(shares(result, ("x0", "x1", "x2"))) < 0.03
    assert result.interactions[0].names == ("x0", "x1")
    assert result.interactions[0].share > 0.9
    assert "interactions the rest" in result.note


def test_nested_parameters_count_where_they_are_active():
    """Var(rate | net) = 1/12 of the log range squared, Var(degree | poly) = 1.25 steps squared."""

    def value(p):
        if p["model"] == "net":
            return 3 + 1.5 * math.log10(p["rate"]) / 4
        return 0.4 * p["degree"] if p["kernel"] == "poly" else 0.5

    space = SearchSpace(
        [
            Parameter("model", Categorical(("net", "svm"), weights=(1, 3))),
            Parameter("rate", Float(1e-4, 1, log=True), Condition("model", ("net",))),
            Parameter("kernel", Categorical(("rbf", "poly")), Condition("model", ("svm",))),
            Parameter("degree", Int(2, 5), Condition("kernel", ("poly",))),
            Parameter("idle", Float(0, 1)),
        ]
    )
    rate, degree = 1.5**2 / 12, 0.4**2 * 1.25
    net, poly, rbf = 3 - 0.75, 0.4 * 3.5, 0.5
    model, kernel = 0.25 * 0.75 * (net - (poly + rbf) / 2) ** 2, (poly - rbf) ** 2 / 4
    variances = np.array([model, 0.25 * rate, 0.75 * kernel, 0.375 * degree, 0])  # effects nest: that is all
    result = fanova(studied(space, value, 600))
    assert shares(result, space.names) == pytest.approx(variances / variances.sum(), abs=0.02)
    assert result["rate"].branch_share == pytest.approx(1, abs=0.05)
    assert result["degree"].branch_share == pytest.approx(1, abs=0.05)
    assert result["kernel"].branch_share == pytest.approx(kernel / (kernel + degree / 2), abs=0.05)
    assert result["model"].branch_share is None


def test_numbers_and_choices_count_by_their_priors():
    effects = {f"choice {i}": i % 2 for i in range(30)}
    space = space_of(
        units=Int(16, 1024, log=True),
        depth=Int(1, 9, step=2),
        shift=Normal(0, 1),
        kind=Categorical(tuple(effects), weights=(1, 4) * 15),
    )

    def value(p):
        return math.log2(p["units"]) / 4 + p["depth"] / 6 + p["shift"] / 3 + effects[p["kind"]]

    variances = np.array([1.5**2 / 12, 8 / 6**2, 1 / 3**2, 0.2 * 0.8])
    result = fanova(studied(space, value, 500))
    assert shares(result, space.names) == pytest.approx(variances / variances.sum(), abs=0.03)


def test_two_parameters_are_found_among_300():
    first, second, *_ = fanova(studied(floats(300), lambda p: 3 * p["x7"] + p["x250"], 300)).parameters
    assert (first.name, second.name) == ("x7", "x250")
    assert first.importance == pytest.approx(0.9, abs=0.05)


def noisy(p):
    return p["x0"] + 0.3 * math.sin(50 * p["x1"])


def test_same_trials_in_any_order_give_the_same_result():
    space, rng = floats(3), np.random.default_rng(2)
    rows = [TrialRow(i, (p := space.sample(rng)), noisy(p), "complete") for i in range(60)]
    rows.append(TrialRow(60, rows[0].params, None, "failed"))
    result = fanova(History.from_trials(space, rows), seed=5)
    assert fanova(History.from_trials(space, rows[::-1]), seed=5) == result
    assert fanova(History.from_trials(space, rows[:-1]), seed=5) == result  # a failed trial says nothing
    other = fanova(History.from_trials(space, rows), seed=-1)
    assert other != result
    assert other["x0"].importance == pytest.approx(result["x0"].importance, abs=0.1)


def test_the_unit_of_the_values_does_not_matter():
    result = fanova(studied(floats(2), noisy, 60))
    for factor in (2.0**900, 2.0**-900):
        scaled = fanova(studied(floats(2), lambda p, factor=factor: factor * noisy(p), 60))
        assert [p.importance for p in scaled.parameters] == [p.importance for p in result.parameters]
        assert json.dumps(scaled.to_json(), allow_nan=False)


def test_maximising_the_opposite_gives_the_same_importance_and_the_mirrored_curve():
    down = fanova(studied(floats(2), noisy, 60))
    up = fanova(studied(floats(2), lambda p: -noisy(p), 60, direction="maximize"))
    assert up["x0"].importance == down["x0"].importance
    assert [-v for v in up["x0"].curve.predicted] == list(down["x0"].curve.predicted)
    assert [-v for v in up["x0"].curve.low] == list(down["x0"].curve.high)


def test_an_objective_is_chosen_by_its_place():
    history = studied(floats(2), lambda p: (p["x0"], p["x1"]), 60, direction=("minimize", "maximize"))
    assert fanova(history, objective=0).parameters[0].name == "x0"
    assert fanova(history, objective=1).parameters[0].name == "x1"
    assert correlation(history, objective=1)[1].coefficient == pytest.approx(1)
    for wrong in (2, -1, True, "loss"):
        with pytest.raises(ValueError, match="one of the history's 2, counted from 0, got"):
            fanova(history, objective=wrong)


@pytest.mark.parametrize("value", [1e300, -1e308])
def test_a_single_extreme_value_decides_nothing(value):
    history = studied(floats(3), noisy, 80)
    history.add(80, {"x0": 0.5, "x1": 0.5, "x2": 0.5}, value, "complete")
    result = fanova(history)
    assert result.parameters[0].name == "x0"
    assert result["x0"].importance > 0.8
    assert "are clipped to that range" in result.scale


def test_ranks_stand_in_where_many_trials_diverge():
    result = fanova(studied(floats(2), lambda p: p["x0"] if p["x1"] < 0.7 else 1e12 * (1 + p["x0"]), 200))
    assert "Ranks" in result.scale
    assert result["x0"].share > 0.1


@pytest.mark.parametrize(
    ("n", "value", "note"),
    [
        (0, noisy, "needs 10 complete trials, but there are only 0"),
        (1, noisy, "needs 10 complete trials, but there is only 1"),
        (9, noisy, "needs 10 complete trials, but there are only 9"),
        (40, lambda p: 1.5, "All 40 complete trials have the same value"),
        (40, lambda p: math.nan, "there are only 0"),
        (100, lambda p: p["x0"] * 2**40 % 1, "No pattern was found"),
    ],
)
def test_nothing_is_claimed_when_there_is_nothing_to_say(n, value, note):
    result = fanova(studied(floats(4), value, n))
    assert note in result.note
    assert [parameter.importance for parameter in result.parameters] == [0.0] * 4
    assert all(parameter.reason for parameter in result.parameters)
    assert result.fit == 0
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["note"] == result.note


def test_one_parameter_explains_everything_from_ten_trials_on():
    x = fanova(studied(floats(1), lambda p: p["x0"], 10))["x0"]
    assert x.importance == 1
    assert x.share > 0.8


def test_parameters_of_which_nothing_is_known_say_why():
    space = SearchSpace(
        [
            Parameter("x", Float(0, 1)),
            Parameter("batch", Constant(32)),
            Parameter("fixed", Float(0, 1)),
            Parameter("mode", Categorical(("a", "b", "c"))),
            Parameter("never", Float(0, 1), Condition("mode", ("b",))),
            Parameter("rarely", Float(0, 1), Condition("mode", ("c",))),
        ]
    )
    rng, history = np.random.default_rng(0), History(space)
    for number, x in enumerate(rng.random(50)):
        params = {"x": x, "batch": 32, "fixed": 0.5, "mode": "a"}
        extra = {"mode": "c", "rarely": rng.random()} if number % 10 == 0 else {}
        history.add(number, params | extra, x, "complete")
    result = fanova(history)
    assert result["x"].importance > 0.99
    reasons = ("single value", "same value", "not active", "active in only 5 of the 10 complete trials")
    for name, reason in zip(("batch", "fixed", "never", "rarely"), reasons, strict=True):
        assert reason in result[name].reason
        assert result[name].importance == 0
        assert result[name].curve is None
    assert [result[name].n_trials for name in space.names] == [50, 50, 50, 50, 0, 5]


def test_trials_of_an_older_space_count_where_they_fit():
    history = studied(floats(2), noisy, 60)
    for number in range(60, 80):
        history.add(number, {"x0": 5.0, "x1": 0.5, "gone": True}, 0.2, "complete")
    first, second = fanova(history).parameters
    assert (first.name, first.n_trials, second.n_trials) == ("x0", 60, 80)


def test_curves_run_through_the_parameter_in_its_own_values():
    space = space_of(rate=Float(1e-4, 1, log=True), kind=Categorical(("a", "b")), wide=Int(1, 1000))
    result = fanova(studied(space, lambda p: math.log10(p["rate"]) + 2 * (p["kind"] == "b"), 300))
    rate, kind = result["rate"].curve, result["kind"].curve
    assert rate.predicted == pytest.approx([math.log10(x) + 1 for x in rate.at], abs=0.35)
    assert dict(zip(kind.at, kind.predicted, strict=True)) == pytest.approx({"a": -2, "b": 0}, abs=0.15)
    for parameter in result.parameters:
        curve, distribution = parameter.curve, space[parameter.name].distribution
        assert all(distribution.contains(value) for value in curve.at)
        assert len(curve.at) <= 64
        ends = zip(curve.low, curve.predicted, curve.high, strict=True)
        assert all(low <= predicted <= high for low, predicted, high in ends)


@settings(max_examples=25, deadline=None)
@given(spaces(), st.integers(0, 50), st.integers(0, 1000))
def test_any_space_gives_shares_that_add_up(space, n, seed):
    rng = np.random.default_rng(seed)
    slopes = dict(zip(space.names, rng.normal(size=len(space)), strict=True))

    def value(params):
        return sum(slopes[k] * (v if not isinstance(v, str) else "abc".index(v)) for k, v in params.items())

    result = fanova(studied(space, value, n, seed))
    assert sorted(parameter.name for parameter in result.parameters) == sorted(space.names)
    importances = [parameter.importance for parameter in result.parameters]
    assert sum(importances) == pytest.approx(1) or not any(importances)
    assert importances == sorted(importances, reverse=True)
    for parameter in result.parameters:
        assert 0 <= parameter.share <= 1
        assert 0 <= (parameter.branch_share or 0) <= 1
        assert (parameter.curve is None) == bool(parameter.reason)
    assert sum(parameter.share for parameter in result.parameters) <= 1 + 1e-9
    found = correlation(studied(space, value, n, seed))
    assert json.dumps([result.to_json(), *(one.to_json() for one in found)], allow_nan=False)


losses = st.lists(st.floats(-1e308, 1e308) | st.integers(-3, 3).map(float), min_size=10, max_size=60)


@given(losses.filter(lambda values: min(values) < max(values)))
def test_the_scale_is_monotone_and_leads_back_into_the_range(values):
    values = np.sort(np.array(values))
    scale = LossScale.of(values)
    scaled = scale.to_unit(values)
    assert (np.diff(scaled) >= 0).all()
    assert (np.abs(scaled) <= 1 + 1e-12).all()
    assert scaled[0] < scaled[-1]
    assert scale.kind != "ranks" or scaled.mean() == pytest.approx(0, abs=1e-12)
    back = scale.from_unit(np.linspace(-2, 2, 9))
    assert (np.diff(back) >= 0).all()
    assert values[0] <= back[0] <= back[-1] <= values[-1]
