"""Any sampler, any space, any past: a valid proposal, the same each time, or an honest end."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer import (
    SAMPLERS,
    Boolean,
    Categorical,
    Condition,
    Constant,
    Float,
    History,
    Int,
    Normal,
    Parameter,
    SearchSpace,
    SpaceExhausted,
    create_sampler,
    generator_for,
)
from optimizer.distributions import Choice

VALUES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1.0, 1e300, -1e300, 1e-300, 5e-324, math.nan, math.inf]),
)
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
every_sampler = pytest.mark.parametrize("name", sorted(SAMPLERS))


def distributions():
    """Distributions of every kind, with extreme bounds and single values among them."""
    lows = st.floats(-1e300, 1e300)
    return st.one_of(
        st.builds(
            lambda low, width: Float(low, low + max(width, abs(low) * 1e-6)), lows, st.floats(1e-6, 1e6)
        ),
        st.builds(
            lambda low, factor: Float(low, low * factor, log=True),
            st.floats(1e-250, 1e50),
            st.floats(1.001, 1e200),
        ),
        st.builds(
            lambda low, n, step: Float(low, low + n * step, step=step),
            st.integers(-5, 5),
            st.integers(1, 80),
            st.sampled_from([0.1, 0.5, 3]),
        ),
        st.builds(lambda low, n: Int(low, low + n), st.integers(-(2**52), 2**52), st.integers(1, 2**40)),
        st.builds(lambda low, n: Int(low, low + n), st.integers(-9, 9), st.integers(1, 9)),
        st.builds(lambda low, n: Int(low, low + n, log=True), st.integers(1, 1000), st.integers(1, 10**6)),
        st.builds(Normal, st.floats(-1e6, 1e6), st.floats(1e-6, 1e6)),
        st.builds(
            lambda mu, sigma: Normal(mu, sigma, log=True, step=0.5), st.floats(-5, 3), st.floats(0.1, 2)
        ),
        st.builds(
            lambda n, is_ordered: Categorical(tuple(range(n)), ordered=is_ordered),
            st.integers(1, 12),
            st.booleans(),
        ),
        st.just(Categorical(("a", None, 1.5), weights=(1e-300, 1.0, 1e300))),
        st.just(Boolean()),
        st.just(Constant("only")),
    )


@st.composite
def spaces(draw):
    """Trees of one to eight parameters, as deep as they get."""
    params = []
    for i in range(draw(st.integers(1, 8))):
        parents = [
            p for p in params if isinstance(p.distribution, Choice | Int) and p.distribution.n_values < 20
        ]
        when = None
        if parents and draw(st.booleans()):
            parent = draw(st.sampled_from(parents))
            values = draw(
                st.lists(st.sampled_from(list(parent.distribution.values())), min_size=1, unique=True)
            )
            when = Condition(parent.name, tuple(values))
        params.append(Parameter(f"p{i}", draw(distributions()), when))
    return SearchSpace(params)


def fill(draw, history, n):
    """Trials with drawn states, values, constraints and reports, some of them of another space."""
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values, is_constrained = draw(st.lists(VALUES, min_size=2, max_size=6)), draw(st.booleans())
    for number in range(n):
        params = history.space.sample(rng)
        if rng.random() < 0.1:
            params = {"p0": "from an older space", "gone": 1}
        state = str(rng.choice(["complete", "complete", "pruned", "failed"]))
        value = rng.choice(values, history.n_objectives).tolist() if state == "complete" else None
        constraints = [float(rng.normal()), float(rng.choice(values))] if is_constrained else []
        reports = (
            {int(step): float(rng.normal()) for step in rng.integers(0, 9, 2)} if state == "pruned" else {}
        )
        history.add(number, params, value, state, constraints, reports)


def suggest(name, space, history, pending, *, seed=0, **options):
    """Params, or None where the sampler has come to its end."""
    rng = generator_for(seed, len(history))
    try:
        return create_sampler(name).suggest(space, history, pending, rng, seed=seed, **options).params
    except SpaceExhausted:
        assert name == "grid"
        return None


@every_sampler
@EXAMPLES
@given(st.data())
def test_proposal_is_valid_whatever_has_happened(name, data):
    space = data.draw(spaces())
    history = History(space, ["minimize"] * data.draw(st.sampled_from([1, 1, 2, 3])))
    fill(data.draw, history, data.draw(st.integers(0, 30)))
    pending = [space.sample(np.random.default_rng(k)) for k in range(data.draw(st.integers(0, 3)))]
    options = {"budget": data.draw(st.sampled_from([None, 1, 30])), "allow_repeats": data.draw(st.booleans())}
    params = suggest(name, space, history, pending, **options)
    if params is None:
        return
    space.validate_params(params)
    assert params == suggest(name, space, history, pending, **options)
    n_points = space.n_points()
    if n_points is not None and not options["allow_repeats"]:
        seen = {space.key(p) for p in pending}
        is_seen = history.has_seen(params) or space.key(params) in seen
        assert not is_seen or n_points <= history.n_seen + len(seen)


@every_sampler
@pytest.mark.parametrize(
    "values",
    [[1e300], [-1e300, 1e300], [0.0], [5e-324, 0.0], [None], [1.7e308, -1.7e308, 0.0]],
    ids=["huge", "both huge", "equal", "tiny", "failed", "overflowing"],
)
def test_extreme_values_do_no_harm(name, values):
    space = SearchSpace([Parameter("x", Float(0, 1)), Parameter("k", Int(1, 1000, log=True))])
    history, rng = History(space), np.random.default_rng(0)
    for number in range(25):
        history.add(number, space.sample(rng), values[number % len(values)], "complete")
    with np.errstate(all="raise", under="ignore"):
        params = suggest(name, space, history, [])
    if params is not None:
        space.validate_params(params)


@every_sampler
def test_one_point_space_ends_or_repeats(name):
    space = SearchSpace([Parameter("x", Constant(1)), Parameter("y", Categorical(("only",)))])
    history = History(space)
    for number in range(15):
        params = suggest(name, space, history, [])
        assert params == {"x": 1, "y": "only"} or (name == "grid" and number > 0)
        history.add(number, {"x": 1, "y": "only"}, 1.0, "complete")


@every_sampler
def test_three_hundred_parameters_are_not_too_many(name):
    kinds = [
        Float(0, 1),
        Int(1, 100, log=True),
        Categorical(("a", "b", "c")),
        Float(1e-5, 1, log=True),
        Normal(0, 1),
    ]
    space = SearchSpace([Parameter(f"p{i}", kinds[i % len(kinds)]) for i in range(300)])
    history, rng = History(space), np.random.default_rng(0)
    for number in range(12):
        params = space.sample(rng)
        history.add(number, params, params["p0"] + params["p4"], "complete")
    params = suggest(name, space, history, [space.sample(rng)])
    space.validate_params(params)


@every_sampler
def test_deep_tree_is_walked_to_its_end(name):
    params = [Parameter("d0", Boolean())]
    params += [Parameter(f"d{i}", Boolean(), Condition(f"d{i - 1}", (True,))) for i in range(1, 40)]
    params.append(Parameter("leaf", Float(0, 1), Condition("d39", (True,))))
    space = SearchSpace(params)
    history, sampler = History(space), create_sampler(name)
    for number in range(41):
        try:
            found = sampler.suggest(space, history, [], generator_for(0, number)).params
        except SpaceExhausted:
            assert name == "grid"
            return
        space.validate_params(found)
        history.add(number, found, -float(len(found)), "complete")
