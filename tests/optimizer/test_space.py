"""The search space: tree, order, activity, coordinates, JSON and the path of every error."""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import (
    Boolean,
    Categorical,
    Condition,
    Constant,
    Float,
    Int,
    Parameter,
    SearchSpace,
    SpaceError,
)


def tree():
    """Layers that open with n_layers, and momentum that opens with sgd."""
    return SearchSpace(
        [
            Parameter("units_2", Int(8, 64, log=True), Condition("n_layers", (2, 3)), group="layer 2"),
            Parameter("n_layers", Int(1, 3)),
            Parameter(
                "dropout_3", Float(0, 0.5), Condition("n_layers", (3,)), group="layer 3", label="Dropout"
            ),
            Parameter("optimizer", Categorical(("adam", "sgd"))),
            Parameter("momentum", Float(0, 0.99), Condition("optimizer", ("sgd",))),
            Parameter("nesterov", Boolean(), Condition("optimizer", ("sgd",))),
            Parameter("warmup", Int(1, 5), Condition("nesterov", (True,))),
            Parameter("batch_size", Constant(64)),
        ]
    )


@st.composite
def spaces(draw):
    """Random trees of finite and infinite parameters."""
    params = []
    for i in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["choice", "int", "float", "boolean"]))
        distribution = {
            "choice": Categorical(("a", "b", "c")[: draw(st.integers(1, 3))]),
            "int": Int(0, 2),
            "float": Float(0, 1),
            "boolean": Boolean(),
        }[kind]
        parents = [p for p in params if p.distribution.n_values is not None]
        when = None
        if parents and draw(st.booleans()):
            parent = draw(st.sampled_from(parents))
            values = draw(
                st.lists(st.sampled_from(list(parent.distribution.values())), min_size=1, unique=True)
            )
            when = Condition(parent.name, tuple(values))
        params.append(Parameter(f"p{i}", distribution, when))
    return SearchSpace(draw(st.permutations(params)))


def test_parents_come_before_children_and_the_rest_keeps_its_order():
    assert tree().names == (
        "n_layers", "units_2", "dropout_3", "optimizer", "momentum", "nesterov", "warmup", "batch_size",
    )  # fmt: skip


@given(spaces())
def test_json_round_trip_gives_an_equal_space(space):
    again = SearchSpace.from_json(json.loads(json.dumps(space.to_json())))
    assert again == space
    assert again.fingerprint == space.fingerprint
    assert hash(again) == hash(space)


def test_json_keeps_group_and_label_which_the_fingerprint_ignores():
    obj = tree().to_json()
    assert obj["params"][2]["group"] == "layer 3"
    assert obj["params"][2]["label"] == "Dropout"
    assert obj["params"][2]["when"] == {"parent": "n_layers", "in": [3]}
    for param in obj["params"]:
        param.pop("group", None)
        param.pop("label", None)
    assert SearchSpace.from_json(obj).fingerprint == tree().fingerprint
    obj["params"][0]["high"] = 4
    assert SearchSpace.from_json(obj).fingerprint != tree().fingerprint


@settings(max_examples=50)
@given(spaces(), st.integers(0, 1000))
def test_samples_are_valid_and_survive_encoding(space, seed):
    rng = np.random.default_rng(seed)
    rows = [space.sample(rng) for _ in range(8)]
    coordinates, active = space.encode(rows)
    assert (space.activity(coordinates) == active).all()
    for params, row, mask in zip(rows, coordinates, active, strict=True):
        space.validate_params(params)
        assert (
            list(params)
            == space.active(params)
            == [n for n, is_on in zip(space.names, mask, strict=True) if is_on]
        )
        assert space.decode(row) == pytest.approx(params)


@settings(max_examples=50)
@given(spaces())
def test_listed_points_are_all_there_is(space):
    n = space.n_points()
    if n is None or n > 2_000:
        return
    points = list(space.points())
    assert len(points) == n == len({space.key(point) for point in points})
    for point in points:
        space.validate_params(point)


def test_points_count_through_the_tree():
    space = SearchSpace(
        [
            Parameter("a", Int(1, 3)),
            Parameter("b", Boolean(), Condition("a", (2, 3))),
            Parameter("c", Categorical(("x", "y", "z")), Condition("b", (True,))),
        ]
    )
    assert space.n_points() == 1 + 2 * (1 + 3)
    assert tree().n_points() is None


def test_questions_about_the_tree():
    space = tree()
    assert [param.name for param in space.children_of("optimizer")] == ["momentum", "nesterov"]
    assert [space.depth_of(name) for name in ("optimizer", "nesterov", "warmup")] == [0, 1, 2]
    assert space.is_constant("batch_size")
    assert "batch_size" not in space.searched
    assert len(space) == 8
    assert "momentum" in space
    assert space["momentum"].when == Condition("optimizer", ("sgd",))


def test_true_and_one_open_different_branches():
    space = SearchSpace(
        [
            Parameter("flag", Categorical((True, 1))),
            Parameter("x", Int(0, 1), Condition("flag", (True,))),
        ]
    )
    assert space.active({"flag": True}) == ["flag", "x"]
    assert space.active({"flag": 1}) == ["flag"]
    assert space.n_points() == 3


@settings(max_examples=50)
@given(spaces(), st.integers(0, 1000))
def test_packed_params_come_back(space, seed):
    params = space.sample(np.random.default_rng(seed))
    assert space.unpack(np.array(space.pack(params))) == params


def test_keys_tell_points_apart_to_the_last_bit_and_no_further():
    space = SearchSpace([Parameter("x", Float(0, 1))])
    assert space.key({"x": 0.0}) == space.key({"x": -0.0}) == space.key({"x": 0})
    assert space.key({"x": 0.5}) != space.key({"x": float(np.nextafter(0.5, 1))})
    assert space.key({"x": 0.0}) != space.key({"x": 2.0})  # inactive, as it has no place


def test_encoding_masks_what_no_longer_fits():
    space = tree()
    rows = [
        {"n_layers": 5, "units_2": 16, "optimizer": "adam", "batch_size": 64},  # a value that was removed
        {"n_layers": 2, "units_2": 100, "optimizer": "adam"},  # out of bounds, and one missing
        {"n_layers": 1, "units_2": 16, "optimizer": "sgd", "extra": 1},  # inactive, and unknown
    ]
    coordinates, active = space.encode(rows)
    on = [[name for name, is_on in zip(space.names, mask, strict=True) if is_on] for mask in active]
    assert on == [["optimizer", "batch_size"], ["n_layers", "optimizer"], ["n_layers", "optimizer"]]
    assert np.isfinite(coordinates).all()


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"lr": 1}, "lr", "is not a parameter of this search space"),
        ({"n_layers": 4}, "n_layers", "must be a value of its distribution (1 to 3: 3 values), got 4"),
        ({"momentum": 0.5}, "momentum", 'is inactive here because optimizer is "adam", not "sgd"'),
        ({"warmup": 2}, "warmup", "is inactive here because nesterov is inactive too"),
        ({"optimizer": "sgd"}, "momentum", "is missing, although it is active"),
    ],
)
def test_params_error_names_the_parameter(change, path, message):
    params = {"n_layers": 1, "optimizer": "adam", "batch_size": 64}
    tree().validate_params(params)
    with pytest.raises(SpaceError) as caught:
        tree().validate_params({**params, **change})
    assert caught.value.path == path
    assert message in caught.value.message


A = {"name": "a", "type": "int", "low": 1, "high": 3}
B = {"name": "b", "type": "boolean"}
X = {"name": "x", "type": "float", "low": 0, "high": 1}


def when(parent, values):
    return {"when": {"parent": parent, "in": values}}


@pytest.mark.parametrize(
    ("params", "path", "message"),
    [
        ([], "params", "must have at least one parameter"),
        ("x", "params", "must be a list"),
        ([A] * 1001, "params", "at most 1,000 parameters"),
        ([3], "params[0]", "must be an object"),
        ([{**A, "name": ""}], "params[0].name", "not empty"),
        ([{**A, "name": 3}], "params[0].name", "must be a string, got 3"),
        ([{**A, "name": " a"}], "params[0].name", "must not begin or end with a space"),
        ([{**A, "name": "a" * 201}], "params[0].name", "at most 200 characters"),
        ([A, B, {**B, "name": "a"}], "params[2].name", 'must be unique, got "a" as in params[0]'),
        ([A, {**X, "high": -1}], "params[1].high", "must be greater than low (0), got -1"),
        ([A, {**X, "lo": 1}], "params[1].lo", "is not a field of a float distribution"),
        ([{**A, "group": 1}], "params[0].group", "must be a string"),
        ([A, {**B, **when("z", [1])}], "params[1].when.parent", 'name of another parameter, got "z"'),
        ([X, {**B, **when("x", [1])}], "params[1].when.parent", 'but "x" is of type float'),
        ([A, {**B, **when("a", [])}], "params[1].when.in", "at least one value"),
        (
            [A, {**B, **when("a", [1, 7])}],
            "params[1].when.in[1]",
            "must be a value of a (1 to 3: 3 values), got 7",
        ),
        ([A, {**B, **when("a", [True])}], "params[1].when.in[0]", "got true"),
        ([A, {**B, **when("a", [[1]])}], "params[1].when.in[0]", "must be a value of the parent"),
        ([A, {**B, **when("a", [2, 2])}], "params[1].when.in[1]", "must be unique"),
        ([A, {**B, **when("a", 1)}], "params[1].when.in", "must be a list"),
        ([A, {**B, "when": {"parent": "a", "in": [1], "not": 1}}], "params[1].when.not", "is not a field"),
        ([A, {**B, "when": 1}], "params[1].when", "must be an object"),
        ([{**A, **when("a", [1])}], "params[0].when.parent", 'lead back to itself: "a" needs "a"'),
        (
            [{**A, **when("b", [True])}, {**B, **when("a", [1])}],
            "params[0].when.parent",
            '"a" needs "b" needs "a"',
        ),
    ],
)
def test_space_error_names_the_path(params, path, message):
    with pytest.raises(SpaceError) as caught:
        SearchSpace.from_json({"version": 1, "params": params})
    assert caught.value.path == path
    assert message in caught.value.message
    assert str(caught.value) == f"{path}: {caught.value.message}"


@pytest.mark.parametrize(
    ("obj", "path"),
    [(None, ""), ({"params": [A]}, "version"), ({"version": 2, "params": [A]}, "version"),
     ({"version": True, "params": [A]}, "version"), ({"version": 1, "params": [A], "x": 1}, "x")],
)  # fmt: skip
def test_space_error_for_the_frame(obj, path):
    with pytest.raises(SpaceError) as caught:
        SearchSpace.from_json(obj)
    assert caught.value.path == path


def test_errors_travel_between_processes():
    error = SpaceError("high", "must be greater than low").under("params[2]")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "params[2].high: must be greater than low"
    assert again.path == error.path
