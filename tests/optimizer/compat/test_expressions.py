"""Expressions of nodes: entries, comparisons, functions of scope, and noise."""

import math
import operator
import pickle

import numpy as np
import pytest

from optimizer.compat import hp
from optimizer.compat.hp import LabelledSpace, as_apply, sample, scope, space_eval, space_of
from optimizer.compat.hyperopt.pyll import rec_eval


def test_an_entry_of_a_choice_is_known_in_a_trial():
    pair = hp.choice("pair", [(-3, hp.uniform("left", -5, 5)), (3, hp.uniform("right", -5, 5))])
    space = {"sum": pair[0] + pair[1], "first": pair[0]}
    assert space_eval(space, {"pair": 1, "right": 0.5}) == {"sum": 3.5, "first": 3}
    assert space_of(space)["left"].when.parent == "pair"
    assert str(pair[0]) == "pair[0]"


def test_a_node_may_be_an_index():
    arms = as_apply([-1, 0, 5])
    place = hp.randint("place", 3)
    assert [space_eval(arms[place], {"place": i}) for i in range(3)] == [-1, 0, 5]
    assert as_apply(place) is place


def test_comparisons_are_recorded():
    x = hp.uniform("x", 0, 10)
    space = [x < 3, x <= 3, x > 3, x >= 3, operator.gt(4, x), x % 2, abs(-x)]
    assert space_eval(space, {"x": 3.0}) == [False, True, False, True, True, 1.0, 3.0]
    assert str(x < 3) == "x < 3"


@pytest.mark.parametrize("use", [list, lambda node: 3 in node, lambda node: max(node, 3)])
def test_a_node_has_no_entries_and_no_truth_before_a_trial(use):
    with pytest.raises(TypeError, match="before a trial"):
        use(hp.uniform("x", 0, 1))


def test_functions_of_scope_are_those_of_python():
    x = hp.uniform("x", 0, 10)
    space = [
        scope.sin(x), scope.cos(x), scope.tan(x), scope.pow(x, 2), scope.exp(x), scope.maximum(x, 4),
        scope.div(x, 2), scope.getitem([7, 8], scope.int(x)), scope.switch(scope.int(x), "a", "b"),
        scope.call(max, (x, 9)), scope.gt(x, 0),
    ]  # fmt: skip
    sine, cosine, tangent = math.sin(1), math.cos(1), math.tan(1)
    assert space_eval(space, {"x": 1.0}) == [
        sine, cosine, tangent, 1.0, math.exp(1), 4, 0.5, 8, "b", 9, True,
    ]  # fmt: skip


def test_functions_of_ones_own_can_be_defined_and_forgotten():
    @scope.define_info(o_len=2)
    def pair_of(value):
        return value, value

    assert space_eval(scope.pair_of(hp.uniform("x", 0, 1))[1], {"x": 0.5}) == 0.5
    scope.undefine(pair_of)
    with pytest.raises(AttributeError, match="got 'pair_of'"):
        scope.pair_of(1)


def test_noise_is_drawn_anew_in_every_trial_and_is_no_parameter():
    rng = np.random.default_rng(0)
    space = hp.uniform("x", 0, 1) + scope.normal(0, 1, rng=rng)
    assert LabelledSpace(space).search_space.names == ("x",)
    assert len({space_eval(space, {"x": 0.5}) for _ in range(5)}) == 5
    drawn = [space_eval(scope.normal(2, 0.1), {}, np.random.default_rng(7)) for _ in range(2)]
    assert drawn[0] == drawn[1] == pytest.approx(2, abs=1)


@pytest.mark.parametrize(
    ("node", "allowed"),
    [
        (scope.uniform(2, 3), lambda v: 2 <= v <= 3),
        (scope.loguniform(0, 1), lambda v: 1 <= v <= math.e),
        (scope.quniform(0, 10, 5), lambda v: v in {0, 5, 10}),
        (scope.qloguniform(0, 3, 2), lambda v: v % 2 == 0),
        (scope.qnormal(0, 1, 0.5), lambda v: v % 0.5 == 0),
        (scope.lognormal(0, 1), lambda v: v > 0),
        (scope.qlognormal(0, 1, 1), lambda v: v >= 0 and v % 1 == 0),
        (scope.randint(3), lambda v: v in range(3)),
        (scope.categorical([0, 1]), lambda v: v == 1),
        (scope.one_of("a", "b"), lambda v: v in {"a", "b"}),
    ],
)
def test_every_kind_of_noise_keeps_its_range_and_repeats_with_its_seed(node, allowed):
    drawn = [sample(node, seed) for seed in range(50)]
    assert all(map(allowed, drawn))
    assert drawn == [sample(node, seed) for seed in range(50)]


def test_the_text_of_an_option_does_not_hold_the_address_of_a_generator():
    def space():
        return hp.choice("c", [scope.normal(0, 1, rng=np.random.default_rng(0)) + 1, 2])

    assert space_of(space()) == space_of(space())


def test_an_option_with_a_weight_of_zero_keeps_its_index_and_never_comes_up():
    space = hp.pchoice("c", [(0, hp.uniform("x", 0, 1)), (1, "b"), (3, "c")])
    labelled = LabelledSpace(space)
    assert labelled.search_space.names == ("c",)
    assert {sample(space, seed) for seed in range(40)} == {"b", "c"}
    assert labelled.raw_of({"c": "b"}) == {"c": 1}
    assert labelled.params_of({"c": 2}) == {"c": "c"}
    with pytest.raises(hp.DuplicateLabel.__base__, match="number 0 has a weight of 0"):
        labelled.params_of({"c": 0})


def test_equal_options_are_two():
    space = hp.choice("c", [1, 1.0, "a", "a"])
    assert [space_eval(space, {"c": i}) for i in range(4)] == [1, 1.0, "a", "a"]
    labelled = LabelledSpace(space)
    assert {labelled.raw_of(labelled.params_of({"c": i}))["c"] for i in range(4)} == set(range(4))


def test_rec_eval_takes_the_values_of_nodes():
    x, kind = hp.uniform("x", 0, 1), hp.choice("kind", ["a", "b"])
    assert rec_eval({"twice": 2 * x, "kind": kind}, memo={x: 0.25, kind: 1}) == {"twice": 0.5, "kind": "b"}
    assert rec_eval(as_apply([1, 2])[1]) == 2


def test_expressions_can_be_pickled():
    node = pickle.loads(pickle.dumps(scope.sin(hp.uniform("x", 0, 1)) < as_apply([0.5])[0]))
    assert space_eval(node, {"x": 0.1}) is True
