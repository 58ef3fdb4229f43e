"""hp.*: the family, spaces as nests of nodes, conditions, what stands for options, and points."""

import json
import math
import pickle
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import (
    Categorical,
    Condition,
    Constant,
    Float,
    Int,
    Normal,
    Optimizer,
    SpaceError,
)
from optimizer.compat import hp
from optimizer.compat.hp import (
    LabelledSpace,
    point_of,
    sample,
    scope,
    space_eval,
    space_of,
)


class Layer(NamedTuple):
    units: Any
    rate: Any


class Recorder(dict):
    """Values by label that note which labels were read."""

    def __init__(self, values):
        super().__init__(values)
        self.used = set()

    def __getitem__(self, label):
        self.used.add(label)
        return super().__getitem__(label)


def classifier():
    """The space of Hyperopt's tutorial, with a node that two branches share and one that is always there."""
    c = hp.lognormal("c", 0, 1)
    kernel = hp.choice("kernel", ["linear", ("rbf", hp.uniform("width", 1, 2))])
    return {
        "model": hp.choice(
            "model",
            [
                {"type": "bayes"},
                {"type": "svm", "c": c, "kernel": kernel},
                {"type": "logistic", "c": c},
            ],
        ),
        "layers": [64, hp.uniformint("units", 8, 512), Layer(32, hp.uniform("rate", 0, 0.5))],
    }  # fmt: skip


@st.composite
def nests(draw, depth=3):
    """Random nests; nodes of earlier branches may stand in later ones too."""
    known = []

    def build(level):
        kinds = ["number", "constant", "again"] + ["choice", "list", "dict"] * (level > 0)
        kind = draw(st.sampled_from(kinds))
        if kind == "again" and known:
            return draw(st.sampled_from(known))
        if kind == "constant":
            return draw(st.sampled_from([None, 1, "relu", (3, 4)]))
        if kind in {"list", "dict"}:
            parts = [build(level - 1) for _ in range(draw(st.integers(0, 3)))]
            return parts if kind == "list" else {f"k{i}": part for i, part in enumerate(parts)}
        if kind == "choice":
            options = [[i, build(level - 1)] for i in range(draw(st.integers(1, 3)))]
            node = hp.choice(f"choice {len(known)}", options)
        else:
            node = hp.uniform(f"number {len(known)}", 0, 1)
        known.append(node)
        return node

    return [hp.uniform("always", 0, 1), build(depth), build(depth)]


@given(nests(), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_every_nest_gives_points_whose_used_parameters_are_active(nest, seed):
    space = LabelledSpace(nest)
    params = Recorder(space.search_space.sample(np.random.default_rng(seed)))
    point_of(nest, params)
    assert params.used <= set(params)
    places = space._places.values()
    if all(len({place and place[0] for place in of_node}) == 1 for of_node in places):
        assert params.used == set(params)  # exact, as no node stands under different choices
    raw = json.loads(json.dumps(space.raw_of(params)))
    assert space.params_of(raw) == params
    assert space_eval(nest, raw) == point_of(nest, params)


def test_nested_choices_become_conditions():
    space = space_of(classifier())
    assert space.names == ("model", "c", "kernel", "width", "units", "rate")
    assert {param.name: param.when for param in space if param.when} == {
        "c": Condition("model", ("svm", "logistic")),
        "kernel": Condition("model", ("svm",)),
        "width": Condition("kernel", ("rbf",)),
    }


def test_a_node_in_all_options_is_active_with_the_choice():
    x = hp.uniform("x", 0, 1)
    inner = hp.choice("inner", [[x, "a"], x])
    space = space_of(hp.choice("outer", [inner, None]))
    assert space["x"].when == space["inner"].when == Condition("outer", ("inner",))


def test_a_node_under_different_choices_is_active_where_the_choice_around_them_allows_it():
    x = hp.uniform("x", 0, 1)
    a, b = (hp.choice(name, [x, None]) for name in "ab")
    assert space_of([a, b])["x"].when is None
    assert space_of(hp.choice("both", [[a, b], None]))["x"].when == Condition("both", ("[a, b]",))
    assert space_of([a, x])["x"].when is None


def test_two_nodes_with_one_label_are_refused_also_when_they_are_equal():
    with pytest.raises(hp.DuplicateLabel, match=r"^rate: must be the label of one node"):
        space_of({"first": hp.uniform("rate", 0, 1), "second": hp.uniform("rate", 0, 1)})


def test_points_keep_the_types_of_their_containers():
    params = {"model": "svm", "c": 2.0, "kernel": "rbf", "width": 1.5, "units": 8, "rate": 0.1}
    assert point_of(classifier(), params) == {
        "model": {"type": "svm", "c": 2.0, "kernel": ("rbf", 1.5)},
        "layers": [64, 8, Layer(32, 0.1)],
    }
    assert isinstance(point_of(classifier(), params)["layers"][2], Layer)


def test_points_do_not_share_lists_with_the_space():
    space = {"sizes": hp.choice("sizes", [[64, 32], [128]])}
    point_of(space, {"sizes": "[128]"})["sizes"].append(1)
    assert point_of(space, {"sizes": "[128]"}) == {"sizes": [128]}


def test_optimizer_takes_nodes_and_gives_real_values_of_active_parameters():
    space = classifier()
    optimizer = Optimizer(space, sampler="random", seed=3)
    models = set()
    for _ in range(20):
        trial = optimizer.ask()
        assert list(trial.params) == optimizer.space.active(trial.params)
        assert isinstance(trial.params["units"], int)
        models.add(point_of(space, trial.params)["model"]["type"])
        optimizer.tell(trial.number, 1.0)
    assert models == {"bayes", "svm", "logistic"}


@pytest.mark.parametrize(
    ("options", "values"),
    [
        (["relu", 3, 0.5, True, None], ("relu", 3, 0.5, True, None)),
        (np.array([16, 32]), (16, 32)),
        (range(2), (0, 1)),
        ([{"layers": "two"}, {"layers": "three", "units": 5}], ("two", "three")),
        ([{"n": 1, "type": "a"}, {"n": 2, "type": "b"}], ("a", "b")),
        ([None, {"name": "minmax"}], (None, "minmax")),
        ([("case 1", hp.uniform("x", 0, 1)), ("case 2", hp.uniform("y", 0, 1))], ("case 1", "case 2")),
        ([(64, 32), (128,)], ("[64, 32]", "[128]")),
        ([hp.uniform("x", 0, 1), scope.int(hp.uniform("y", 0, 1))], ("x", "int(y)")),
        ([math.tanh, max, len], ("tanh", "max", "len")),
        ([object(), object(), {"a": 1.0}], ("0: object", "1: object", "{a: 1}")),
        (["relu", ["relu"], [math.inf], math.nan], ("relu", "[relu]", "[Infinity]", "NaN")),
        (["max", max], ("max", "1: max")),
        ([1, 1.0, "a", "a", True], (1, "1: 1", "a", "3: a", True)),
        ([{None: 1}, {"type": "a"}], ("{None: 1}", "{type: a}")),
    ],
)
def test_every_option_has_a_readable_stored_value(options, values):
    node = hp.choice("x", options)
    assert node.distribution.choices == values
    assert [node.place_of(value) for value in values] == list(range(len(values)))
    json.dumps(values, allow_nan=False)


@given(
    low=st.integers(-6400, 6400),
    width=st.integers(1, 6400),
    q=st.sampled_from(["0.1", "0.25", "1", "2.5", "7"]),
)
@settings(deadline=None)
def test_quantised_values_are_multiples_inside_the_bounds_and_equally_likely(low, width, q):
    low, high, exact = low / 64, (low + width) / 64, Fraction(q)
    ticks = range(math.ceil(Fraction(low) / exact), math.floor(Fraction(high) / exact) + 1)
    if not ticks:
        with pytest.raises(SpaceError, match="q: must have a multiple between"):
            hp.quniform("x", low, high, float(q))
        return
    distribution = hp.quniform("x", low, high, float(q)).distribution
    values = list(distribution.values())
    assert values == [float(tick * exact) for tick in ticks]
    assert all(isinstance(value, float) for value in values)
    assert np.diff(distribution.unit_edges()) == pytest.approx(np.full(len(values), 1 / len(values)))


@pytest.mark.parametrize(
    ("node", "distribution"),
    [
        (hp.uniform("x", -1, np.float32(0.5)), Float(-1, 0.5)),
        (hp.quniform("x", 1, 10, 4), Float(4, 8, step=4)),
        (hp.quniform("x", 0.25, 1, 0.1), Float(0.3, 1, step=0.1)),
        (hp.quniform("x", 0, 1, 1.5), Constant(0.0)),
        (hp.uniformint("x", 0.5, 9.5), Int(1, 9)),
        (hp.uniformint("x", 1, 100, q=10), Int(10, 100, step=10)),
        (hp.randint("x", 5), Int(0, 4)),
        (hp.randint("x", np.int64(2), 5), Int(2, 4)),
        (hp.randint("x", 1), Constant(0)),
        (hp.uniformint("x", 3, 3), Constant(3)),
        (hp.loguniform("x", np.log(1e-5), np.log(0.1)), Float(1e-5, 0.1, log=True)),
        (hp.qloguniform("x", 0, math.log(100), 10), Float(10, 100, log=True, step=10)),
        (hp.normal("x", 0, 2), Normal(0, 2)),
        (hp.qnormal("x", 0, 2, 0.5, low=-1.3), Normal(0, 2, step=0.5, low=-1)),
        (hp.lognormal("x", 0, 2, high=9), Normal(0, 2, log=True, high=9)),
        (hp.qlognormal("x", 3, 1, 2), Normal(3, 1, log=True, step=2, low=2)),
        (hp.pchoice("x", [(0.2, "a"), (0.8, "b")]), Categorical(("a", "b"), weights=(0.2, 0.8))),
    ],
)
def test_family_gives_the_distribution(node, distribution):
    assert node.distribution == distribution


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: hp.uniform(0, 0, 1), "label: must be a string"),
        (lambda: hp.uniform("x", 0, -1), r"x.high: must be greater than low \(0\), got -1"),
        (lambda: hp.uniform("x", 0, "1"), 'x.high: must be a number, got "1"'),
        (lambda: hp.uniform("x", 0, hp.uniform("y", 0, 1)), "x.high: must be a number, got"),
        (lambda: hp.loguniform("x", 1, 1000), r"x.high: is the logarithm .* math.log\(1000\)"),
        (lambda: hp.quniform("x", 0, 1, 0), "x.q: must be greater than 0, got 0"),
        (lambda: hp.uniformint("x", 0, 9, 1.5), "x.q: must be a whole number, got 1.5"),
        (lambda: hp.randint("x", 0), r"x.high: must be greater than low \(0\), got 0"),
        (lambda: hp.normal("x", 0, 0), "x.sigma: must be greater than 0, got 0"),
        (lambda: hp.choice("x", "abc"), "x: must have a list of options, got 'abc'"),
        (lambda: hp.choice("x", {(1, 2): 3}), "x: must have a list of options, got"),
        (lambda: hp.choice("x", []), "x.choices: must have at least one choice"),
        (lambda: hp.pchoice("x", ["a", "b"]), r"x\[0\]: must be a pair of probability and option, got 'a'"),
        (lambda: hp.pchoice("x", [(-1, "a"), (1, "b")]), r"x.weights\[0\]: must be greater than 0"),
        (lambda: hp.pchoice("x", [(0, "a"), (0, "b")]), "x.weights: must have one greater than 0"),
        (lambda: hp.loguniform("x", -1000, 0), r"x.low: is the logarithm .*, got -1000; raise it"),
        (lambda: hp.normal("x", 0, 1e308), "x.sigma: must keep mu ± 12 sigma finite"),
        (lambda: space_of({(1, 2): 3}), "a search space must contain at least one hp node, got"),
        (lambda: point_of(classifier(), {"model": "svm"}), "c: is missing, although it is active"),
        (lambda: point_of(classifier(), {"model": "knn"}), 'model: must be one of the options .* got "knn"'),
        (lambda: space_eval(classifier(), {"model": "svm"}), 'model: must be the index .* got "svm"'),
        (lambda: LabelledSpace(classifier()).params_of({"modle": 1}), "modle: must be a label of the search"),
    ],
)  # fmt: skip
def test_error_says_where_and_what(build, message):
    with pytest.raises(SpaceError, match=f"^{message}"):
        build()


def test_arithmetic_is_recorded_and_done_for_every_point():
    @scope.define
    def double(value, by=2):
        return value * by

    x = hp.uniform("x", 0, 10)
    space = [
        2 * x,
        np.float64(1) - x,
        -(x**2),
        x // 2,
        scope.int(x / 2),
        scope.double(x, by=x),
        scope.max(x, 4),
    ]
    assert point_of(space, {"x": 3.0}) == [6.0, -2.0, -9.0, 1.0, 1, 9.0, 4]
    assert space_of(space).names == ("x",)


def test_a_recorded_call_in_two_places_is_made_once():
    @scope.define
    def make(rate):
        return [rate]

    made = scope.make(hp.uniform("x", 0, 1))
    first, second = point_of([made, made], {"x": 0.5})
    assert first is second


def test_whole_multiples_inside_scope_int_are_ints_from_the_start():
    units, rate = hp.quniform("units", 1, 64, 4), hp.quniform("rate", 0, 1, 0.5)
    assert space_of(scope.int(units))["units"].distribution == Int(4, 64, step=4)
    assert space_of([scope.int(units), units])["units"].distribution == Float(4, 64, step=4)
    assert space_of(scope.int(rate))["rate"].distribution == Float(0, 1, step=0.5)
    assert space_eval(scope.int(units), {"units": 8.0}) == 8


@pytest.mark.parametrize("use", [bool, int, float, lambda node: [1] if node else []])
def test_a_node_has_no_value_before_a_trial(use):
    with pytest.raises(TypeError, match="has no values before a trial"):
        use(hp.uniform("x", 0, 1))


def test_unknown_function_of_scope_is_named_with_the_known_ones():
    with pytest.raises(AttributeError, match=r"scope has int, float, .* got 'foo'; add your own"):
        scope.foo(1)


def test_spaces_can_be_pickled():
    again = pickle.loads(pickle.dumps(classifier()))
    assert space_of(again) == space_of(classifier())


def test_sample_draws_from_the_priors():
    drawn = [sample(classifier(), seed) for seed in range(40)]
    assert {point["model"]["type"] for point in drawn} == {"bayes", "svm", "logistic"}
    assert sample(classifier(), 7) == sample(classifier(), 7)


def test_arithmetic_is_shown_as_a_formula():
    x = hp.uniform("x", 1, 2)
    shown = [str(node) for node in (2**x, 5 * 10**-x, (-x) ** 2, x - (x - 1), -(x / 3), (7 // x) + 1)]
    assert shown == ["2 ** x", "5 * (10 ** (-x))", "(-x) ** 2", "x - (x - 1)", "-(x / 3)", "(7 // x) + 1"]
