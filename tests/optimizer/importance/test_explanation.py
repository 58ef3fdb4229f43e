"""What the model expects, against averages over every point of a small space that has branches."""

import numpy as np
import pytest

from optimizer import Categorical, Condition, History, Parameter, SearchSpace, TrialRow
from optimizer.importance import explain

SPACE = SearchSpace(
    [
        Parameter("kind", Categorical(["a", "b"])),
        Parameter("deep", Categorical([1, 2, 3]), Condition("kind", ("b",))),
        Parameter("size", Categorical([1, 2, 3, 4])),
        Parameter("still", Categorical(["x", "y"])),
    ]
)
DEEP = {1: 0.0, 2: 2.0, 3: 5.0}


def value_of(params):
    return 10 + params["size"] * (2 if params["kind"] == "a" else -1) + DEEP.get(params.get("deep"), 0)


@pytest.fixture(scope="module", params=["minimize", "maximize"])
def studied(request):
    rng = np.random.default_rng(3)
    sign = 1 if request.param == "minimize" else -1
    rows = [TrialRow(i, (p := SPACE.sample(rng)), sign * value_of(p), "complete") for i in range(300)]
    history = History.from_trials(SPACE, rows, request.param)
    return history, explain(history)[1], rows, sign


def test_a_surface_is_the_mean_over_the_others(studied):
    _, explanation, _, sign = studied
    surface = explanation.surface("size", "deep")
    assert surface.x == (1, 2, 3, 4)
    assert surface.y == (1, 2, 3)
    # Both are there with kind b alone, and "still" does nothing.
    want = [
        [sign * value_of({"kind": "b", "size": size, "deep": deep}) for deep in (1, 2, 3)]
        for size in (1, 2, 3, 4)
    ]
    assert surface.expected == pytest.approx(np.array(want), abs=0.4)


def test_what_never_meets_has_no_surface(studied):
    _, explanation, _, _ = studied
    assert explanation.surface("kind", "deep") is None
    assert explanation.surface("deep", "kind") is None
    assert explanation.surface("kind", "size") is not None
    with pytest.raises(KeyError):
        explanation.surface("kind", "nothing")


def test_an_effect_compares_with_every_other_value(studied):
    history, explanation, rows, sign = studied
    size, deep, kind = explanation.effects(history, ["size", "deep", "kind"])
    for at, row in enumerate(rows[:40]):
        own, params = sign * value_of(row.params), row.params
        assert size.predicted[at] == pytest.approx(own, abs=0.6)
        others = [sign * value_of({**params, "size": s}) for s in (1, 2, 3, 4)]
        assert size.average[at] == pytest.approx(np.mean(others), abs=0.6)
        # With the kind goes what depends on it.
        branch = np.mean([sign * value_of({**params, "kind": "b", "deep": d}) for d in (1, 2, 3)])
        other = sign * value_of({"kind": "a", "size": params["size"]})
        assert kind.average[at] == pytest.approx((branch + other) / 2, abs=0.6)
        assert np.isnan(deep.average[at]) == ("deep" not in params)


def test_the_means_are_those_that_importance_shows(studied):
    history, explanation, _, _ = studied
    importance = explain(history)[0]
    surface = explanation.surface("size", "still")
    assert surface.expected.mean(axis=1) == pytest.approx(
        np.array(importance["size"].curve.predicted), abs=1e-9
    )


def test_too_few_trials_have_no_model():
    rows = [TrialRow(i, {"kind": "a", "size": 1, "still": "x"}, float(i), "complete") for i in range(9)]
    importance, explanation = explain(History.from_trials(SPACE, rows))
    assert explanation is None
    assert "only 9" in importance.note
