"""Ask and tell: what may be told, what a repeat does, and how a saved search goes on."""

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest

from optimizer import (
    SAMPLERS,
    Boolean,
    Categorical,
    Condition,
    Float,
    Int,
    Optimizer,
    Parameter,
    SearchSpace,
    SpaceError,
    SpaceExhausted,
    TellError,
)

TREE = SearchSpace(
    [
        Parameter("model", Categorical(("net", "svm"))),
        Parameter("lr", Float(1e-5, 1, log=True), Condition("model", ("net",))),
        Parameter("layers", Int(1, 3), Condition("model", ("net",))),
        Parameter("c", Float(0.01, 100, log=True), Condition("model", ("svm",))),
        Parameter("scale", Boolean()),
    ]
)
SMALL = SearchSpace([Parameter("x", Int(1, 4)), Parameter("y", Categorical(("a", "b")))])
LINE = SearchSpace([Parameter("x", Float(0, 1))])


def loss_of(params):
    return float(
        sum(len(str(value)) + (value if isinstance(value, float) else 0) for value in params.values())
    )


def searched(sampler="tpe", n=15, space=TREE, **options):
    """An optimizer that has seen n trials."""
    optimizer = Optimizer(space, sampler, seed=3, **options)
    for _ in range(n):
        trial = optimizer.ask()
        optimizer.tell(trial.number, loss_of(trial.params))
    return optimizer


def proposals(optimizer, n=8):
    found = []
    for _ in range(n):
        trial = optimizer.ask()
        found.append((trial.number, trial.params))
        optimizer.tell(trial.number, loss_of(trial.params))
    return found


def test_numbers_rise_and_the_best_trial_is_found():
    optimizer = searched(n=20)
    assert [trial.number for trial in optimizer.trials] == list(range(20))
    best = optimizer.best_trial
    assert best.value == min(trial.value for trial in optimizer.trials) == loss_of(best.params)


def test_maximizing_finds_the_largest():
    optimizer = Optimizer(LINE, "random", "maximize")
    for value in (1.0, 5.0, 3.0):
        optimizer.tell(optimizer.ask().number, value)
    assert optimizer.best_trial.value == 5.0


def test_nothing_is_best_before_a_trial_is_complete():
    optimizer = Optimizer(LINE, "random")
    assert optimizer.best_trial is None
    optimizer.tell(optimizer.ask().number, state="failed")
    assert optimizer.best_trial is None
    assert optimizer.best_trials == []


def test_several_objectives_have_a_front():
    optimizer = Optimizer(LINE, "tpe", ["minimize", "maximize"])
    for values in [(1, 1), (2, 3), (3, 2), (0, 0)]:
        optimizer.tell(optimizer.ask().number, values)
    assert {trial.values for trial in optimizer.best_trials} == {(1, 1), (2, 3), (0, 0)}


@pytest.mark.parametrize(
    "value", [1, 1.5, np.float32(0.5), np.int64(3), np.array(2.0), np.array([2.0]), [2.0]]
)
def test_numbers_of_all_sorts_may_be_told(value):
    optimizer = Optimizer(LINE, "random")
    optimizer.tell(optimizer.ask().number, value)
    assert optimizer.trials[0].value == float(np.ravel(value)[0])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, np.nan])
def test_value_that_is_not_finite_makes_a_failed_trial(value):
    optimizer = Optimizer(LINE, "tpe")
    optimizer.tell(optimizer.ask().number, value)
    trial = optimizer.trials[0]
    assert (trial.state, trial.values, trial.value) == ("failed", (), None)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("0.5", 'a value must be a number, got "0.5"'),
        (True, "a value must be a number, got true"),
        (None, "a complete trial needs a value"),
        ([1.0, 2.0], r"one value per objective \(1\), got 2"),
        ([], r"one value per objective \(1\), got 0"),
        ([[1.0]], "a value must be a number"),
        ({"loss": 1}, "a value must be a number"),
        (1j, "a value must be a number"),
    ],
)
def test_what_is_no_value_is_refused_and_the_trial_still_runs(value, message):
    optimizer = Optimizer(LINE, "random")
    number = optimizer.ask().number
    with pytest.raises(TellError, match=message):
        optimizer.tell(number, value)
    assert number in optimizer.running
    optimizer.tell(number, 1.0)


@pytest.mark.parametrize(
    "options",
    [
        {"constraints": 0.5},
        {"constraints": ["a"]},
        {"constraints": None},
        {"seconds": -1},
        {"seconds": math.inf},
        {"seconds": "1"},
        {"state": "done"},
    ],
)
def test_wrong_details_are_refused_and_nothing_is_recorded(options):
    optimizer = Optimizer(LINE, "random")
    number = optimizer.ask().number
    with pytest.raises(TellError, match="must"):
        optimizer.tell(number, 1.0, **options)
    assert len(optimizer.history) == 0
    optimizer.tell(number, 1.0, constraints=[-1.0, math.nan], seconds=2)
    assert optimizer.history.seconds[0] == 2


@pytest.mark.parametrize("number", [7, -1, "0", None, 0.5])
def test_unknown_number_is_refused(number):
    optimizer = Optimizer(LINE, "random")
    optimizer.ask()
    with pytest.raises(TellError, match="was never asked for"):
        optimizer.tell(number, 1.0)
    with pytest.raises(TellError, match="is not running"):
        optimizer.report(number, 1, 1.0)
    with pytest.raises(TellError, match="is not running"):
        optimizer.forget(number)


def test_telling_the_same_twice_changes_nothing():
    optimizer = Optimizer(LINE, "random")
    for value, state in [(1.0, "complete"), (math.nan, "complete"), (None, "failed"), (None, "pruned")]:
        number = optimizer.ask().number
        for _ in range(2):
            optimizer.tell(number, value, state=state)
    assert len(optimizer.history) == 4


@pytest.mark.parametrize(
    ("value", "state"), [(2.0, "complete"), (None, "failed"), (math.nan, "complete"), (1.0, "pruned")]
)
def test_telling_something_else_is_refused(value, state):
    optimizer = Optimizer(LINE, "random")
    number = optimizer.ask().number
    optimizer.tell(number, 1.0)
    with pytest.raises(TellError, match=r"was already told as complete \[1.0\]"):
        optimizer.tell(number, value, state=state)


def test_caller_may_change_the_params_that_it_was_given():
    optimizer = Optimizer(LINE, "random")
    trial = optimizer.ask()
    x = trial.params["x"]
    trial.params["x"] = "gone"
    optimizer.tell(trial.number, 1.0)
    assert optimizer.trials[0].params == {"x": x}


def test_forgotten_trial_is_not_pending_any_more():
    optimizer = Optimizer(LINE, "random")
    number = optimizer.ask().number
    optimizer.forget(number)
    assert optimizer.running == {}
    with pytest.raises(TellError, match="was never asked for"):
        optimizer.tell(number, 1.0)


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_resampling_never_repeats_while_a_point_is_unseen(sampler):
    optimizer = Optimizer(SMALL, sampler)
    points = []
    for k in range(8):
        trial = optimizer.ask()
        points.append(tuple(trial.params.values()))
        if k % 2:
            optimizer.tell(trial.number, float(k))
    assert len(set(points)) == 8


def test_reusing_records_the_known_result_and_goes_on():
    calls = []
    optimizer = Optimizer(SMALL, "tpe", duplicates="reuse", seed=1)
    for _ in range(8):
        trial = optimizer.ask()
        calls.append(tuple(trial.params.values()))
        optimizer.tell(trial.number, loss_of(trial.params))
    assert len(set(calls)) == len(calls) == 8
    assert all(trial.value == loss_of(trial.params) for trial in optimizer.trials)


def test_repeating_lets_equal_points_pass():
    optimizer = searched(space=SMALL, n=60, duplicates="repeat")
    points = [tuple(trial.params.values()) for trial in optimizer.trials]
    assert max(points.count(point) for point in set(points)) > 5


def test_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="duplicates must be one of resample, reuse, repeat, got 'skip'"):
        Optimizer(LINE, duplicates="skip")


def test_grid_ends_in_an_error_that_says_so():
    optimizer = searched("grid", n=8, space=SMALL)
    with pytest.raises(SpaceExhausted):
        optimizer.ask()


def test_enqueued_points_come_first_and_in_order():
    optimizer = searched("tpe", n=3, space=LINE)
    for x in (0.25, 0.75):
        optimizer.enqueue({"x": x})
    first, second, third = (optimizer.ask() for _ in range(3))
    assert (first.params, second.params) == ({"x": 0.25}, {"x": 0.75})
    assert first.explanation["kind"] == "enqueued"
    assert third.explanation["kind"] != "enqueued"
    with pytest.raises(SpaceError, match="x: must be a value of its distribution"):
        optimizer.enqueue({"x": 2})


def test_reports_reach_the_pruner():
    optimizer = Optimizer(LINE, "random", pruner="median")
    for k in range(8):
        number = optimizer.ask().number
        assert not any(optimizer.report(number, step, float(k)) for step in range(3)) or k >= 5
        optimizer.tell(number, float(k))
    assert optimizer.report(optimizer.ask().number, 2, 100.0)
    assert not optimizer.report(optimizer.ask().number, 2, -1.0)


@pytest.mark.parametrize(
    ("step", "value"), [("1", 0.5), (1.5, 0.5), (True, 0.5), (-1, 0.5), (1, "0.5"), (1, None)]
)
def test_wrong_report_is_refused(step, value):
    optimizer = Optimizer(LINE, "random")
    number = optimizer.ask().number
    with pytest.raises(ValueError, match="must"):
        optimizer.report(number, step, value)
    assert optimizer.history.reports.of(number) == {}


def test_trials_from_elsewhere_teach_the_sampler():
    optimizer = Optimizer(LINE, "tpe")
    for k in range(40):
        optimizer.add_trial({"x": k / 40}, abs(k / 40 - 0.7), reports={1: 1.0}, seconds=3)
    assert optimizer.history.reports.of(39) == {1: 1.0}
    assert np.median([abs(params["x"] - 0.7) for _, params in proposals(optimizer, 10)]) < 0.2


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({"x": 2.0}, {}),
        ({"z": 0.5}, {}),
        ({"x": 0.5}, {"value": "a"}),
        ({"x": 0.5}, {"reports": {0: 1.0, -1: 2.0}}),
        ({"x": 0.5}, {"reports": {0: 1.0, 1: "a"}}),
    ],
)
def test_wrong_trial_from_elsewhere_leaves_no_trace(params, options):
    optimizer = Optimizer(LINE, "tpe")
    with pytest.raises(ValueError, match=r"must|remove"):
        optimizer.add_trial(params, **{"value": 1.0, **options})
    assert len(optimizer.history) == len(optimizer.history.reports) == optimizer.next_number == 0


def busy(sampler):
    """An optimizer with all that there is to save."""
    optimizer = searched(sampler, n=14, pruner="median", max_trials=60)
    for state in ("failed", "pruned"):
        number = optimizer.ask().number
        optimizer.report(number, 0, 2.0)
        optimizer.report(number, 3, math.nan)
        optimizer.tell(number, state=state, seconds=1.5)
    optimizer.tell(optimizer.ask().number, 3.0, constraints=[-1.0, 0.25])
    optimizer.report(optimizer.ask().number, 1, 4.0)
    optimizer.ask()
    optimizer.enqueue({"model": "svm", "c": 2.0, "scale": True})
    return optimizer


@pytest.mark.parametrize("sampler", ["auto", "gp", "random", "sobol", "tpe"])
def test_saved_search_goes_on_as_if_it_had_not_been(sampler):
    optimizer = busy(sampler)
    obj = json.loads(json.dumps(optimizer.to_json(), allow_nan=False))
    copies = Optimizer.from_json(obj), Optimizer.from_bytes(optimizer.to_bytes())
    expected = proposals(optimizer, 4)
    for copy in copies:
        assert copy.to_json() == obj
        assert proposals(copy, 4) == expected
        assert copy.trials == optimizer.trials


def test_saved_state_of_another_version_is_refused():
    for obj in ({"version": 99}, {}, [], None):
        with pytest.raises(ValueError, match="a saved optimizer must have version 1, got"):
            Optimizer.from_json(obj)


def test_old_trials_stay_usable_when_the_space_grows():
    optimizer = searched("tpe", n=30)
    obj = optimizer.to_json()
    obj["running"] = []
    grown = SearchSpace(
        [
            Parameter("model", Categorical(("tree", "net", "svm"))),
            Parameter("depth", Int(1, 9), Condition("model", ("tree",))),
            Parameter("lr", Float(1e-7, 10, log=True), Condition("model", ("net",))),
            Parameter("layers", Int(1, 5), Condition("model", ("net",))),
            Parameter("c", Float(0.01, 100, log=True), Condition("model", ("svm",))),
            Parameter("scale", Boolean()),
            Parameter("momentum", Float(0, 1)),
        ]
    )
    later = Optimizer.from_json({**obj, "space": grown.to_json()})
    assert [trial.params for trial in later.trials] == [trial.params for trial in optimizer.trials]
    assert later.best_trial.value == optimizer.best_trial.value
    for row, trial in enumerate(later.trials):
        names = [name for name, on in zip(grown.names, later.history.active[row], strict=True) if on]
        assert set(names) == set(trial.params)
        for name in names:
            j = grown.names.index(name)
            decoded = grown[name].distribution.decode_one(float(later.history.coordinates[row, j]))
            assert decoded == pytest.approx(trial.params[name])
    kinds = set()
    for _, params in proposals(later, 20):
        grown.validate_params(params)
        kinds.add(params["model"])
    assert "tree" in kinds


SCRIPT = """
import json, sys
from optimizer import Optimizer
optimizers = [Optimizer.from_json(obj) for obj in json.load(sys.stdin)]
print(json.dumps([[optimizer.ask().params for _ in range(3)] for optimizer in optimizers]))
"""


def approx(value):
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


@pytest.mark.parametrize("hash_seed", ["1", "77"])
def test_another_process_proposes_the_same(hash_seed):
    optimizers = [searched(sampler, n=25) for sampler in ("tpe", "auto", "sobol")]
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps([optimizer.to_json() for optimizer in optimizers]),
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    for optimizer, proposed in zip(optimizers, json.loads(found.stdout), strict=True):
        for params in proposed:  # another number of threads changes the last bits of a matrix product
            own = optimizer.ask().params
            assert {name: approx(value) for name, value in own.items()} == params
