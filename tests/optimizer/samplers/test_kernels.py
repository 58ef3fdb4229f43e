"""Kernel densities: they are densities, draws follow them, and both ways to compute them agree."""

import math

import numpy as np
import pytest
from scipy import stats

from optimizer import Categorical, Condition, Float, History, Int, Parameter, SearchSpace
from optimizer.axes import FEW_ROWS, Axes, Points
from optimizer.samplers.tpe.bad_density import BadDensity
from optimizer.samplers.tpe.kernels import fit_mixture, neighbour_gaps, point_features
from optimizer.samplers.tpe.marginals import continuous_marginals, discrete_marginal, round_significant
from optimizer.samplers.tpe.split import rank_weights

TREE = SearchSpace(
    [
        Parameter("model", Categorical(("net", "svm"))),
        Parameter("u", Float(0, 1), Condition("model", ("net",))),
        Parameter("c", Float(0, 1), Condition("model", ("svm",))),
        Parameter("k", Int(1, 6)),
        Parameter("n", Int(1, 3), Condition("model", ("net",))),
        Parameter("v", Float(0, 1), Condition("n", (2, 3))),
    ]
)
FLAT = SearchSpace(
    [
        Parameter("x", Float(0, 1)),
        Parameter("k", Int(1, 9, log=True)),
        Parameter("y", Float(1e-3, 1, log=True)),
        Parameter("c", Categorical(("a", "b", "c"), weights=(1, 2, 5))),
        Parameter("size", Categorical(("s", "m", "l"), ordered=True)),
    ]
)


def history_of(space, n, seed=0):
    history, rng = History(space), np.random.default_rng(seed)
    for number in range(n):
        history.add(number, space.sample(rng), float(rng.random()), "complete")
    return history


def mixture_of(space, n=12, bandwidth=None):
    history = history_of(space, n)
    axes = Axes.of(space)
    points = axes.read(history.coordinates, history.active)
    return fit_mixture(axes, points, rank_weights(n), bandwidth=bandwidth), points


def log_ratio(mixture, points):
    return mixture.log_ratio_to_prior(point_features(mixture.axes, points))


@pytest.mark.parametrize("bandwidth", [None, 0.07])
def test_mixture_over_the_tree_integrates_to_one(bandwidth):
    """The mean ratio to the prior, over draws from the prior, is 1 for any density."""
    mixture, _ = mixture_of(TREE, bandwidth=bandwidth)
    rng = np.random.default_rng(0)
    coordinates, active = TREE.encode([TREE.sample(rng) for _ in range(20_000)])
    ratios = np.exp(log_ratio(mixture, mixture.axes.read(coordinates, active)))
    assert ratios.mean() == pytest.approx(1, abs=5 * ratios.std() / math.sqrt(20_000))


def test_smooth_kernel_is_a_truncated_normal():
    space = SearchSpace([Parameter("x", Float(0, 1))])
    mixture, points = mixture_of(space, n=5)
    x = np.linspace(0, 1, 21)
    log_density = log_ratio(mixture, mixture.axes.read(x[:, None], np.ones((21, 1), dtype=bool)))
    weights = np.exp(mixture.log_weights)
    expected = np.full(21, weights[-1])
    for u, s, w in zip(points.u[:, 0], mixture.widths[:, 0], weights, strict=False):
        expected += w * stats.truncnorm(-u / s, (1 - u) / s, loc=u, scale=s).pdf(x)
    assert np.exp(log_density) == pytest.approx(expected)
    assert continuous_marginals(mixture, np.array([0]), x[None, :])[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "distribution", [Int(1, 9), Int(1, 60, log=True), Categorical(("a", "b", "c", "d"))], ids=str
)
def test_levels_are_drawn_with_their_mass(distribution):
    mixture, _ = mixture_of(SearchSpace([Parameter("k", distribution)]), n=6)
    masses = discrete_marginal(mixture, 0)
    assert masses.sum() == pytest.approx(1)
    _, levels = mixture.sample(np.random.default_rng(0), 20_000)
    shares = np.bincount(levels[:, 0], minlength=len(masses)) / 20_000
    assert np.abs(shares - masses).max() < 5 * math.sqrt(0.25 / 20_000)


def test_smooth_draws_follow_the_density():
    mixture, _ = mixture_of(SearchSpace([Parameter("x", Float(0, 1))]), n=6)
    u, _ = mixture.sample(np.random.default_rng(0), 20_000)
    edges = np.linspace(0, 1, 2001)
    density = continuous_marginals(mixture, np.array([0]), ((edges[1:] + edges[:-1]) / 2)[None, :])[0]
    cumulative = np.append(0, np.cumsum(density) / len(density))
    distance = stats.kstest(u[:, 0], lambda q: np.interp(q, edges, cumulative)).statistic
    assert distance < 1.95 / math.sqrt(20_000)  # the 0.1 % bound of Kolmogorov and Smirnov


def test_neighbour_gaps_reach_the_farther_neighbour():
    u = np.array([[0.1, 0.5], [0.4, 0.0], [0.5, 0.2], [0.9, 0.0]])
    active = np.array([[1, 1], [1, 0], [1, 0], [0, 0]], dtype=bool)
    gaps = neighbour_gaps(u, active)
    assert gaps[:3, 0] == pytest.approx([0.3, 0.3, 0.1])
    assert gaps[0, 1] == 1  # alone in its column


def test_points_concatenate_row_by_row():
    _, points = mixture_of(TREE, n=4)
    both = Points.concatenate([points, points.take(np.array([2, 0]))])
    assert len(both) == 6
    assert (both.u[4] == points.u[2]).all()


def test_numbers_are_rounded_to_four_significant_digits():
    numbers = np.array([[0.0, 123456.0, 1e-300], [0.000123456, -9.99999, 1.0]])
    assert round_significant(numbers)[1] == [0.0001235, -10.0, 1.0]
    assert round_significant(numbers)[0][:2] == [0.0, 123500.0]


def points_of(axes, n, seed):
    rng = np.random.default_rng(seed)
    return axes.read(*axes.space.encode([axes.space.sample(rng) for _ in range(n)]))


@pytest.mark.parametrize("space", [FLAT, TREE], ids=["flat", "tree"])
@pytest.mark.parametrize("n_pending", [0, 3])
def test_background_is_the_mixture_of_the_kernels_that_count(space, n_pending):
    history, axes = history_of(space, 200), Axes.of(space)
    pending, candidates = points_of(axes, n_pending, 5), points_of(axes, 24, 6)
    counts = np.random.default_rng(7).random(200) < 0.7
    background = BadDensity(axes, 180)
    background.update(history, np.arange(200))
    found = background.log_ratio_to_prior(point_features(axes, candidates), counts, pending)

    kept = axes.read(history.coordinates[counts], history.active[counts])
    centres = Points.concatenate([kept, pending])
    weights = np.full(len(centres) + 1, 1 / (len(centres) + 1))
    whole = fit_mixture(axes, centres, weights, bandwidth=background.bandwidth, n_trials=180)
    assert found == pytest.approx(log_ratio(whole, candidates), abs=1e-9)


@pytest.mark.parametrize("space", [FLAT, TREE], ids=["flat", "tree"])
def test_background_is_the_same_however_it_grew(space):
    history, axes = history_of(space, 300), Axes.of(space)
    history.add(300, {"x": 9.0, "model": "gone"}, 1.0, "complete")
    candidates = point_features(axes, points_of(axes, 24, 6))
    nobody, everybody = points_of(axes, 0, 0), np.ones(301, dtype=bool)
    found = []
    for stops in ([301], [1, 2, 150, 301], range(302)):
        background = BadDensity(axes, 301)
        for stop in stops:
            background.update(history, np.arange(stop))
        found.append(background.log_ratio_to_prior(candidates, everybody, nobody).tolist())
    assert found[0] == found[1] == found[2]


def test_background_without_kernels_is_the_prior():
    history, axes = history_of(FLAT, 5), Axes.of(FLAT)
    background = BadDensity(axes, 5)
    background.update(history, np.arange(5))
    features = point_features(axes, points_of(axes, 4, 1))
    none = background.log_ratio_to_prior(features, np.zeros(5, dtype=bool), points_of(axes, 0, 0))
    assert none == pytest.approx(np.zeros(4), abs=1e-12)


def test_draws_of_parameters_that_are_active_together_come_from_one_kernel():
    """Of all net kernels u and v are equal, and stay so in draws from svm kernels, which have neither."""
    history = History(TREE)
    for number in range(40):
        u = 0.1 if number % 4 == 0 else 0.9
        svm = {"model": "svm", "c": 0.5, "k": 3}
        net = {"model": "net", "u": u, "k": 3, "n": 2, "v": u}
        history.add(number, net if number % 2 == 0 else svm, 1.0, "complete")
    axes = Axes.of(TREE)
    points = axes.read(history.coordinates, history.active)
    weights = np.where(np.append(points.is_u[:, 0], True), 1e-9, 1.0)  # the svm kernels are drawn
    u, _ = fit_mixture(axes, points, weights / weights.sum(), bandwidth=0.01).sample(
        np.random.default_rng(0), 500
    )
    assert np.abs(u[:, 0] - u[:, 2]).max() < 0.2
    assert 0.3 < np.mean(u[:, 0] < 0.5) < 0.7


def test_levels_are_read_alike_from_few_rows_and_from_many():
    axes, rng = Axes.of(FLAT), np.random.default_rng(0)
    coordinates, active = FLAT.encode([FLAT.sample(rng) for _ in range(10 * FEW_ROWS)])
    many = axes.read(coordinates, active).levels
    few = [axes.read(coordinates[i : i + 1], active[i : i + 1]).levels[0].tolist() for i in range(len(many))]
    assert many.tolist() == few
    assert (axes.write(coordinates[:, axes.continuous], many)[0][:, 3] == coordinates[:, 3]).all()
