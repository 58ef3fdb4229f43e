"""Distributions: bounds, masses, JSON and the message of every rule."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from optimizer import Boolean, Categorical, Constant, Float, Int, Normal, SpaceError
from optimizer.distributions import distribution_from_json

finite = st.floats(-1e6, 1e6, allow_subnormal=False)
positive = st.floats(1e-6, 1e6)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-100, 100), st.text(max_size=5))


@st.composite
def floats(draw):
    log = draw(st.booleans())
    low, high = sorted((draw(positive if log else finite), draw(positive if log else finite)))
    assume(high - low > 1e-6 * abs(high))
    step = draw(st.one_of(st.none(), st.floats(0.01, 1.0).map(lambda share: share * (high - low))))
    return Float(low, high, log=log, step=step)


@st.composite
def ints(draw):
    log = draw(st.booleans())
    low = draw(st.integers(1 if log else -10_000, 10_000))
    width = draw(st.integers(1, 100_000))
    return Int(low, low + width, log=log, step=draw(st.integers(1, width)))


@st.composite
def normals(draw):
    log = draw(st.booleans())
    mu, sigma = draw(st.floats(-5, 5)), draw(st.floats(0.1, 3))
    low, high = draw(st.sampled_from([(None, None), (-1.5, None), (None, 2.0), (-1.0, 4.0), (2.0, 5.0)]))
    ends = [None if z is None else mu + z * sigma for z in (low, high)]
    low, high = [None if end is None else (math.exp(end) if log else end) for end in ends]
    step = draw(st.sampled_from([None, sigma / 3]))
    if step is not None and high is not None and (log or low is not None):
        step = (high - (low or 0.0)) / 7
    return Normal(mu, sigma, log=log, step=step, low=low, high=high)


@st.composite
def categoricals(draw):
    choices = draw(st.lists(scalars, min_size=1, max_size=8, unique_by=lambda v: (isinstance(v, bool), v)))
    weights = draw(st.one_of(st.none(), st.lists(positive, min_size=len(choices), max_size=len(choices))))
    return Categorical(
        tuple(choices), None if weights is None else tuple(weights), ordered=draw(st.booleans())
    )


distributions = st.one_of(
    floats(), ints(), normals(), categoricals(), st.just(Boolean()), scalars.map(Constant)
)


@given(distributions)
def test_json_round_trip_gives_an_equal_distribution(distribution):
    text = json.dumps(distribution.to_json(), allow_nan=False)
    again = distribution_from_json(json.loads(text))
    assert again == distribution
    assert type(distribution).from_json(json.loads(text)) == distribution


@given(distributions, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_values_stay_inside_and_come_back_from_their_coordinates(distribution, u):
    values = distribution.from_unit(np.array([0.0, *u, 1.0]))
    assert all(distribution.contains(value) for value in values)
    coordinates = distribution.to_unit(values)
    assert np.all((coordinates >= 0) & (coordinates <= 1))
    again = distribution.from_unit(coordinates)
    if distribution.n_values is not None:
        assert again == values
    else:
        assert distribution.to_unit(again) == pytest.approx(coordinates, abs=1e-12)
        inner = (coordinates > 1e-6) & (coordinates < 1 - 1e-6)  # farther out, a rounding moves a normal far
        assert np.array(again)[inner] == pytest.approx(np.array(values)[inner], rel=1e-6, abs=1e-6)
    decoded = distribution.decode(distribution.encode(values))
    assert decoded in (again, values)


def is_close(a, b):
    """Equal, up to rounding where both are numbers."""
    return a == b or (type(a) is type(b) is float and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9))


@given(distributions, st.floats(0, 1))
def test_single_values_are_translated_as_arrays_are(distribution, u):
    value = distribution.from_unit(np.array([u]))[0]
    coordinate = distribution.encode([value])[0]
    assert distribution.encode_one(value) == pytest.approx(coordinate, abs=1e-12)
    assert is_close(
        distribution.decode_one(float(coordinate)), distribution.decode(np.array([coordinate]))[0]
    )
    assert distribution.unpack_one(distribution.pack_one(value)) == value
    assert math.isnan(distribution.encode_one("nowhere"))
    assert math.isnan(distribution.pack_one("nowhere"))


@given(distributions, st.integers(0, 1000))
def test_sample_is_the_value_at_one_uniform_number(distribution, seed):
    rng, twin = np.random.default_rng(seed), np.random.default_rng(seed)
    assert is_close(distribution.sample(rng), distribution.from_unit(np.array([twin.random()]))[0])
    assert rng.random() == twin.random()


@pytest.mark.parametrize("value", [10**400, -(10**400), math.inf, -math.inf, math.nan, True, "1", None])
@pytest.mark.parametrize("distribution", [Float(0, 1e308), Int(-(2**53), 2**53), Normal(0, 1)], ids=str)
def test_what_no_number_line_holds_has_no_place(distribution, value):
    assert not distribution.contains(value)
    assert math.isnan(distribution.encode_one(value))
    assert math.isnan(distribution.encode([value])[0])


def test_int_beyond_the_exact_floats_is_outside():
    assert not Int(0, 2**53).contains(2**53 + 1)


@given(distributions)
def test_description_is_not_empty_and_listed_values_are_contained(distribution):
    assert distribution.describe() or distribution.choices == ("",)
    n = distribution.n_values
    if n is not None and n < 2_000:
        values = list(distribution.values())
        assert len(values) == n
        assert all(distribution.contains(value) for value in values)
        edges = distribution.unit_edges()
        assert len(edges) == n + 1
        assert np.all(np.diff(edges) >= 0)
        middles = (edges[1:] + edges[:-1]) / 2
        has_mass = np.diff(edges) > 1e-12  # the tail of a normal has values that are never drawn
        assert distribution.from_unit(middles[has_mass]) == [
            v for v, is_real in zip(values, has_mass, strict=True) if is_real
        ]


@settings(max_examples=30)
@given(ints())
def test_ints_are_python_ints_on_the_grid(distribution):
    for value in distribution.from_unit(np.linspace(0, 1, 11)):
        assert type(value) is int
        assert (value - distribution.low) % distribution.step == 0


@pytest.mark.parametrize(
    "distribution",
    [
        Int(0, 9),
        Int(-4, 5, step=3),
        Float(0, 1, step=0.1),
        Float(0.1, 1.0, step=0.4),
        Categorical(("a", "b", "c")),
    ],
    ids=str,
)
def test_every_value_has_equal_mass(distribution):
    n, draws = distribution.n_values, 20_000
    values = distribution.from_unit(np.random.default_rng(0).random(draws))
    counts = np.array([values.count(value) for value in distribution.values()])
    chi_square = ((counts - draws / n) ** 2 / (draws / n)).sum()
    assert counts.sum() == draws
    assert chi_square < stats.chi2.ppf(0.9999, n - 1)


def test_log_int_has_the_mass_of_its_widened_cell():
    distribution = Int(1, 1000, log=True)
    total = math.log(1000.5 / 0.5)
    expected = [math.log((k + 0.5) / (k - 0.5)) / total for k in range(1, 1001)]
    assert np.diff(distribution.unit_edges()) == pytest.approx(expected)


def test_weights_set_the_mass_of_choices():
    distribution = Categorical(("a", "b"), weights=(3, 1))
    values = distribution.from_unit(np.linspace(0.0005, 0.9995, 1000))
    assert values.count("a") == 750


@pytest.mark.parametrize(
    ("low", "high"), [(None, None), (-1.0, 2.0), (1.0, 8.0), (-9.0, -1.0), (4.0, None), (None, -4.0)]
)
def test_truncated_normal_agrees_with_scipy(low, high):
    mu, sigma = 0.7, 1.9
    distribution = Normal(mu, sigma, low=low, high=high)
    a = -np.inf if low is None else (low - mu) / sigma
    b = np.inf if high is None else (high - mu) / sigma
    oracle = stats.truncnorm(a, b, loc=mu, scale=sigma)
    u = np.linspace(0.001, 0.999, 101)
    assert distribution.from_unit(u) == pytest.approx(oracle.ppf(u), rel=1e-9, abs=1e-9)
    x = oracle.ppf(u)
    assert distribution.to_unit(list(x)) == pytest.approx(oracle.cdf(x), rel=1e-8)


def test_quantised_log_normal_has_the_mass_between_half_steps():
    distribution = Normal(1.0, 0.5, log=True, step=0.5)
    u = np.random.default_rng(1).random(20_000)
    values = np.array(distribution.from_unit(u))
    oracle = stats.lognorm(0.5, scale=math.e)
    for value in (1.0, 2.5, 4.0):
        expected = oracle.cdf(value + 0.25) - oracle.cdf(value - 0.25)
        assert (values == value).mean() == pytest.approx(expected, abs=4 * math.sqrt(expected / 20_000))


def test_grid_values_carry_no_rounding_noise():
    assert list(Float(0, 0.5, step=0.1).values()) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert list(Float(0.1, 1, step=0.4).values()) == [0.1, 0.5, 0.9]


@pytest.mark.parametrize(
    ("distribution", "outside"),
    [
        (Float(0, 1), [-0.1, 1.1, math.nan, math.inf, True, "0.5", None]),
        (Float(0, 1, step=0.25), [0.3]),
        (Int(1, 9, step=2), [2, 3.0, True, 11, -1]),
        (Normal(0, 1, low=-1, high=1), [2, -2, math.nan]),
        (Categorical(("a", 1, None)), [True, "1", "b", 1.5]),
        (Boolean(), [0, 1, "true"]),
        (Constant(5), [6, True, "5"]),
    ],
    ids=str,
)
def test_values_outside_are_not_contained(distribution, outside):
    assert [value for value in outside if distribution.contains(value)] == []


def test_values_without_a_place_get_nan_coordinates():
    coordinates = Float(0, 1).to_unit([0.5, 2, "x", None, True, math.nan, [1]])
    assert coordinates[0] == 0.5
    assert np.isnan(coordinates[1:]).all()
    assert np.isnan(Categorical(("a", "b")).encode(["c", ["a"], {}])).all()


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (Float(1e-5, 0.1, log=True), "log-uniform, 1e-5 to 0.1"),
        (Float(0, 1), "uniform, 0 to 1"),
        (Float(0, 0.5, step=0.1), "0 to 0.5, step 0.1: 6 values"),
        (Int(64, 1024, step=64), "64 to 1,024, step 64: 16 values"),
        (Int(1, 4), "1 to 4: 4 values"),
        (Categorical(("adam", "adamw", "sgd")), "adam, adamw, sgd"),
        (Categorical(("s", "m", "l"), ordered=True), "s < m < l"),
        (Categorical(("a", "b"), weights=(3, 1)), "a 75%, b 25%"),
        (Boolean(), "true or false"),
        (Constant(128), "always 128"),
        (Normal(0, 1, low=0), "normal, mean 0, standard deviation 1, from 0"),
    ],
    ids=str,
)
def test_description_in_words(distribution, words):
    assert distribution.describe() == words


@pytest.mark.parametrize(
    ("obj", "path", "message"),
    [
        ({"type": "float", "low": 0.1, "high": 0.05}, "high", "must be greater than low (0.1), got 0.05"),
        ({"type": "float", "low": 1, "high": 1}, "high", "use a constant for a single value"),
        ({"type": "float", "low": 0, "high": 1, "log": True}, "low", "must be greater than 0"),
        ({"type": "float", "low": 0, "high": 1, "step": 0}, "step", "must be greater than 0, got 0"),
        ({"type": "float", "low": 0, "high": 1, "step": 2}, "step", "must not be larger than high - low (1)"),
        ({"type": "float", "low": math.inf, "high": 1}, "low", "must be finite"),
        ({"type": "float", "low": math.nan, "high": 1}, "low", "must be finite"),
        ({"type": "float", "low": 0, "high": 10**400}, "high", "must be finite"),
        ({"type": "float", "low": "0", "high": 1}, "low", 'must be a number, got "0"'),
        ({"type": "float", "low": True, "high": 1}, "low", "must be a number, got true"),
        ({"type": "float", "low": -1e308, "high": 1e308}, "high", "must leave high - low finite"),
        ({"type": "float", "low": 0, "high": 1, "log": 1}, "log", "must be true or false"),
        ({"type": "float", "low": 0}, "high", "is missing"),
        ({"type": "float", "low": 0, "high": 1, "q": 1}, "q", "is not a field of a float distribution"),
        ({"type": "int", "low": 0.5, "high": 3}, "low", "must be a whole number, got 0.5"),
        ({"type": "int", "low": 0, "high": 2**60}, "high", "must lie within"),
        ({"type": "int", "low": 0, "high": 3, "step": 4}, "step", "must not be larger"),
        ({"type": "normal", "mu": 0, "sigma": 0}, "sigma", "must be greater than 0, got 0"),
        ({"type": "normal", "mu": 0, "sigma": 100, "log": True}, "sigma", "finite"),
        ({"type": "normal", "mu": 0, "sigma": 1, "low": 9}, "low", "move mu nearer"),
        ({"type": "normal", "mu": 0, "sigma": 1, "high": -9}, "high", "move mu nearer"),
        (
            {"type": "normal", "mu": 0, "sigma": 1, "low": 2, "high": 1},
            "high",
            "must be greater than low (2)",
        ),
        ({"type": "normal", "mu": 0, "sigma": 1, "log": True, "low": 0}, "low", "must be greater than 0"),
        ({"type": "categorical", "choices": []}, "choices", "at least one choice"),
        ({"type": "categorical", "choices": "ab"}, "choices", "must be a list"),
        ({"type": "categorical", "choices": ["a", "b", "a"]}, "choices[2]", "must be unique"),
        ({"type": "categorical", "choices": [1, 1.0]}, "choices[1]", "must be unique"),
        ({"type": "categorical", "choices": [[1]]}, "choices[0]", "must be a string, a number"),
        ({"type": "categorical", "choices": list(range(1001))}, "choices", "at most 1,000 choices"),
        (
            {"type": "categorical", "choices": ["a", "b"], "weights": [1]},
            "weights",
            "one weight per choice (2), got 1",
        ),
        ({"type": "categorical", "choices": ["a"], "weights": [0]}, "weights[0]", "must be greater than 0"),
        ({"type": "categorical", "choices": ["a"], "weights": [math.inf]}, "weights[0]", "must be finite"),
        ({"type": "constant", "value": math.nan}, "value", "must be finite"),
        ({"type": "constant", "value": {}}, "value", "must be a string"),
        (
            {"type": "gauss"},
            "type",
            'must be one of float, int, normal, categorical, boolean, constant, got "gauss"',
        ),
        ([], "", "must be an object"),
    ],
)
def test_error_names_the_field_and_the_rule(obj, path, message):
    with pytest.raises(SpaceError) as caught:
        distribution_from_json(obj)
    assert caught.value.path == path
    assert message in caught.value.message


def test_from_json_of_one_kind_refuses_another():
    with pytest.raises(SpaceError, match=r'type: must be "int", got "float"'):
        Int.from_json({"type": "float", "low": 0, "high": 1})
