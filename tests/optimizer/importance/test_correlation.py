"""Correlations: against SciPy, and which values they call better."""

import numpy as np
import pytest
import scipy.stats

from optimizer import Boolean, Float, History, Int, Parameter, SearchSpace, TrialRow
from optimizer.importance import correlation
from tests.optimizer.test_space import tree

pytestmark = pytest.mark.filterwarnings("error")


def space_of(**distributions):
    return SearchSpace([Parameter(name, distribution) for name, distribution in distributions.items()])


def studied(space, value_of, n, seed=0, direction="minimize"):
    """A history of n random trials."""
    rng = np.random.default_rng(seed)
    rows = [TrialRow(i, (params := space.sample(rng)), value_of(params), "complete") for i in range(n)]
    return History.from_trials(space, rows, direction)


def test_correlation_agrees_with_scipy():
    rng, space = np.random.default_rng(0), tree()
    rows = [(params := space.sample(rng), params.get("momentum", 0) + rng.integers(3)) for _ in range(200)]
    history = History(space)
    for number, (params, value) in enumerate(rows):
        history.add(number, params, float(value), "complete")
    for found in correlation(history):
        pairs = [(params[found.name], value) for params, value in rows if found.name in params]
        x, y = zip(*pairs, strict=True)
        assert found.n_trials == len(pairs)
        if space.is_constant(found.name):
            assert found.coefficient is None
        elif found.measure == "rho":
            assert found.coefficient == pytest.approx(scipy.stats.spearmanr(x, y)[0])
        else:
            groups = [[b for a, b in pairs if a == choice] for choice in set(x)]
            statistic = scipy.stats.kruskal(*groups).statistic
            assert found.coefficient == pytest.approx(statistic / (len(pairs) - 1))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_correlation_says_which_values_were_better(direction, sign):
    space = space_of(x=Float(0, 1), flag=Boolean(), idle=Int(0, 3))
    history = studied(space, lambda p: sign * (p["x"] + p["flag"]), 100, direction=direction)
    x, flag, idle = correlation(history)
    is_small_better = (sign == 1) == (direction == "minimize")
    assert np.sign(x.coefficient) == sign
    assert x.text == f"{'Smaller' if is_small_better else 'Larger'} values were better."
    assert flag.text == f"Trials with {'false' if is_small_better else 'true'} were better."
    assert idle.text == "No clear trend."


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_correlation_says_where_the_best_value_is_inside(direction, sign):
    space = space_of(x=Float(1e-5, 1e-1, log=True))
    history = studied(space, lambda p: sign * abs(np.log10(p["x"]) + 2.5), 200, direction=direction)
    (x,) = correlation(history)
    if (sign == 1) == (direction == "minimize"):
        assert 10**-3 < float(x.text.removeprefix("Best near ").removesuffix(".")) < 10**-2
    else:
        assert "better" not in x.text


def test_correlation_says_nothing_of_an_inside_where_values_only_level_off():
    space = space_of(x=Float(0, 1))
    history = studied(space, lambda p: max(0.5, p["x"]), 200)
    assert "near" not in correlation(history)[0].text
