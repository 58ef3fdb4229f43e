"""TPE: it learns, it explains itself, and its densities are densities."""

import math

import numpy as np
import pytest
from scipy import stats

from optimizer import (
    Categorical,
    Condition,
    Float,
    History,
    Int,
    Parameter,
    SearchSpace,
    create_sampler,
    generator_for,
)
from optimizer.samplers.axes import Axes, Points
from optimizer.samplers.densities import GRID_POINTS, round_significant, smooth_marginals, table_marginal
from optimizer.samplers.kernels import fit_mixture, neighbour_gaps, point_features
from optimizer.samplers.split import MAX_BAD, rank_weights, split_branch, startup_trials, thin_out
from optimizer.samplers.tpe import TPESampler

MIXED = SearchSpace(
    [
        Parameter("x", Float(-5, 5)),
        Parameter("y", Float(-5, 5)),
        Parameter("lr", Float(1e-5, 1, log=True)),
        Parameter("k", Int(1, 12)),
        Parameter("c", Categorical(("a", "b", "c", "d", "e"))),
    ]
)
TREE = SearchSpace(
    [
        Parameter("model", Categorical(("net", "svm"))),
        Parameter("u", Float(0, 1), Condition("model", ("net",))),
        Parameter("c", Float(0, 1), Condition("model", ("svm",))),
        Parameter("k", Int(1, 6)),
        Parameter("n", Int(1, 3), Condition("model", ("net",))),
    ]
)


def bowl(params):
    return (
        (params["x"] - 1.3) ** 2 / 4
        + (params["y"] + 2) ** 2 / 4
        + (math.log10(params["lr"]) + 3) ** 2
        + (params["k"] - 7) ** 2 / 6
        + {"a": 3, "b": 2, "c": 0, "d": 1, "e": 4}[params["c"]]
    )


def best_of(name, space, objective, n, seed):
    sampler, history = create_sampler(name), History(space)
    for number in range(n):
        params = sampler.suggest(space, history, [], generator_for(seed, number), budget=n).params
        history.add(number, params, objective(params), "complete")
    return next(history.ranked())[1]


def random_history(space, n, seed=0):
    history, rng = History(space), np.random.default_rng(seed)
    for number in range(n):
        history.add(number, space.sample(rng), float(rng.random()), "complete")
    return history


def mixture_of(space, n=12, bandwidth=None):
    history = random_history(space, n)
    axes = Axes.of(space)
    points = axes.read(history.coordinates, history.active)
    return fit_mixture(axes, points, rank_weights(n), bandwidth=bandwidth), points


def test_beats_random_search_on_a_mixed_bowl():
    tpe, random = (
        np.median([best_of(name, MIXED, bowl, 60, seed) for seed in range(10)]) for name in ("tpe", "random")
    )
    assert tpe < 0.25 * random


def test_beats_random_search_in_a_tree():
    def objective(params):
        if params["model"] == "svm":
            return 1 + (params["c"] - 0.2) ** 2
        return 4 * (params["u"] - 0.7) ** 2 + (params["k"] - 3) ** 2 / 10 + abs(params["n"] - 2)

    tpe, random = (
        np.median([best_of(name, TREE, objective, 50, seed) for seed in range(10)])
        for name in ("tpe", "random")
    )
    assert tpe < 0.5 * random


@pytest.mark.parametrize(("budget", "expected"), [(None, 10), (1000, 10), (10, 4), (20, 7), (5, 3), (1, 3)])
def test_startup_is_a_third_of_the_budget(budget, expected):
    assert startup_trials(10, budget) == expected


def test_starts_random_and_says_so():
    sampler, history = TPESampler(), random_history(MIXED, 2)
    explanation = sampler.suggest(MIXED, history, [], generator_for(0, 2), budget=30).explanation
    assert (explanation["kind"], explanation["text"]) == ("startup", "Random start, 3 of 10.")
    pending = [MIXED.sample(np.random.default_rng(i)) for i in range(9)]
    explanation = sampler.suggest(MIXED, history, pending, generator_for(0, 2)).explanation
    assert explanation["text"] == "Random point: the model waits for 10 results and has 2."


def test_explains_the_chosen_candidate():
    suggestion = TPESampler().suggest(MIXED, random_history(MIXED, 100), [], generator_for(0, 100))
    explanation = suggestion.explanation
    assert explanation["kind"] == "model"
    assert (explanation["n_good"], explanation["n_bad"]) == (15, 85)
    assert 1 <= explanation["rank"] <= explanation["n_candidates"]
    assert set(explanation["densities"]) == set(explanation["ratio"]) == set(MIXED.searched)
    curve = explanation["densities"]["lr"]
    assert curve["log"] is True
    assert len(curve["x"]) == len(curve["good"]) == len(curve["bad"]) == GRID_POINTS
    assert curve["x"][0] == pytest.approx(1e-5)
    assert curve["x"][-1] == pytest.approx(1)
    choices = explanation["densities"]["c"]
    assert choices["choices"] == ["a", "b", "c", "d", "e"]
    assert sum(choices["good"]) == pytest.approx(1, abs=1e-3)
    assert explanation["densities"]["k"]["x"] == list(range(1, 13))


def test_explanation_holds_active_parameters_only_and_can_go_without_curves():
    history = random_history(TREE, 30)
    for number in range(10):
        suggestion = TPESampler().suggest(TREE, history, [], generator_for(number, 30))
        assert list(suggestion.explanation["densities"]) == list(suggestion.params)
    assert (
        "densities"
        not in TPESampler(with_densities=False).suggest(TREE, history, [], generator_for(0, 30)).explanation
    )


def test_failed_trials_repel():
    space = SearchSpace([Parameter("x", Float(0, 1))])
    history, rng = History(space), np.random.default_rng(0)
    for number in range(60):
        x = float(rng.random())
        state = "failed" if x > 0.5 else "complete"
        history.add(number, {"x": x}, None if x > 0.5 else 0.0, state)
    proposed = [TPESampler().suggest(space, history, [], generator_for(1, k)).params["x"] for k in range(20)]
    assert np.mean(np.array(proposed) < 0.5) > 0.8


def test_pending_trials_push_proposals_apart():
    """Twelve workers that ask at once get points farther apart than twelve strangers."""
    space = SearchSpace([Parameter("x", Float(0, 1)), Parameter("y", Float(0, 1))])
    history = random_history(space, 40)

    def spread(*, is_shared):
        pending = []
        for k in range(12):
            visible = pending if is_shared else []
            pending.append(TPESampler().suggest(space, history, visible, generator_for(2, k)).params)
        points = np.array([[p["x"], p["y"]] for p in pending])
        return np.linalg.norm(points[:, None] - points, axis=-1).mean()

    assert spread(is_shared=True) > 1.2 * spread(is_shared=False)


def test_branch_is_split_by_itself():
    history = random_history(TREE, 60)
    for seed in range(20):
        split = split_branch(history, 0.15, np.random.default_rng(seed))
        assert split.branch in {'model = "net"', 'model = "svm"'}
        rows = np.concatenate([split.good, split.bad])
        models = history.coordinates[rows, 0]
        assert len(set(models.tolist())) == 1
        assert 2 <= len(split.good) < len(split.bad)


def test_flat_space_has_no_branches():
    assert split_branch(random_history(MIXED, 30), 0.15, np.random.default_rng(0)) is None


@pytest.mark.parametrize("bandwidth", [None, 0.07])
def test_mixture_over_the_tree_integrates_to_one(bandwidth):
    """The mean ratio to the prior, over draws from the prior, is 1 for any density."""
    mixture, _ = mixture_of(TREE, bandwidth=bandwidth)
    rng = np.random.default_rng(0)
    coordinates, active = TREE.encode([TREE.sample(rng) for _ in range(20_000)])
    ratios = np.exp(mixture.log_ratio_to_prior(mixture.axes.read(coordinates, active)))
    assert ratios.mean() == pytest.approx(1, abs=5 * ratios.std() / math.sqrt(20_000))


def test_smooth_kernel_is_a_truncated_normal():
    space = SearchSpace([Parameter("x", Float(0, 1))])
    mixture, points = mixture_of(space, n=5)
    x = np.linspace(0, 1, 21)
    log_density = mixture.log_ratio_to_prior(mixture.axes.read(x[:, None], np.ones((21, 1), dtype=bool)))
    weights = np.exp(mixture.log_weights)
    expected = np.full(21, weights[-1])
    for u, s, w in zip(points.u[:, 0], mixture.widths[:, 0], weights, strict=False):
        expected += w * stats.truncnorm(-u / s, (1 - u) / s, loc=u, scale=s).pdf(x)
    assert np.exp(log_density) == pytest.approx(expected)
    assert smooth_marginals(mixture, np.array([0]), x[None, :])[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    "distribution", [Int(1, 9), Int(1, 60, log=True), Categorical(("a", "b", "c", "d"))], ids=str
)
def test_levels_are_drawn_with_their_mass(distribution):
    mixture, _ = mixture_of(SearchSpace([Parameter("k", distribution)]), n=6)
    masses = table_marginal(mixture, 0)
    assert masses.sum() == pytest.approx(1)
    _, levels = mixture.sample(np.random.default_rng(0), 20_000)
    shares = np.bincount(levels[:, 0], minlength=len(masses)) / 20_000
    assert np.abs(shares - masses).max() < 5 * math.sqrt(0.25 / 20_000)


def test_smooth_draws_follow_the_density():
    mixture, _ = mixture_of(SearchSpace([Parameter("x", Float(0, 1))]), n=6)
    u, _ = mixture.sample(np.random.default_rng(0), 20_000)
    edges = np.linspace(0, 1, 2001)
    density = smooth_marginals(mixture, np.array([0]), ((edges[1:] + edges[:-1]) / 2)[None, :])[0]
    cumulative = np.append(0, np.cumsum(density) / len(density))
    distance = stats.kstest(u[:, 0], lambda q: np.interp(q, edges, cumulative)).statistic
    assert distance < 1.95 / math.sqrt(20_000)  # the 0.1 % bound of Kolmogorov and Smirnov


def test_neighbour_gaps_reach_the_farther_neighbour():
    u = np.array([[0.1, 0.5], [0.4, 0.0], [0.5, 0.2], [0.9, 0.0]])
    active = np.array([[1, 1], [1, 0], [1, 0], [0, 0]], dtype=bool)
    gaps = neighbour_gaps(u, active)
    assert gaps[:3, 0] == pytest.approx([0.3, 0.3, 0.1])
    assert gaps[0, 1] == 1  # alone in its column


def test_rank_weights_fall_and_sum_to_one():
    weights = rank_weights(8)
    assert weights.sum() == pytest.approx(1)
    assert np.all(np.diff(weights[:8]) < 0)
    assert weights[-1] == pytest.approx(1 / 9)


def test_long_histories_are_thinned_stably():
    numbers = np.arange(5_000)
    kept = thin_out(numbers, numbers)
    assert len(kept) == MAX_BAD
    assert set(range(5_000 - MAX_BAD // 2, 5_000)) <= set(kept.tolist())
    later = thin_out(np.arange(5_100), np.arange(5_100))
    old = {row for row in kept.tolist() if row < 4_000}
    assert len(old & set(later.tolist())) > 0.9 * len(old)


def test_points_concatenate_row_by_row():
    _, points = mixture_of(TREE, n=4)
    both = Points.concatenate([points, points.take(np.array([2, 0]))])
    assert len(both) == 6
    assert (both.u[4] == points.u[2]).all()


def test_numbers_are_rounded_to_four_significant_digits():
    numbers = np.array([[0.0, 123456.0, 1e-300], [0.000123456, -9.99999, 1.0]])
    assert round_significant(numbers)[1] == [0.0001235, -10.0, 1.0]
    assert round_significant(numbers)[0][:2] == [0.0, 123500.0]


@pytest.mark.parametrize("options", [{"n_startup": 0}, {"n_candidates": 0}, {"good_share": 1.0}])
def test_refuses_options_outside_their_range(options):
    with pytest.raises(ValueError, match="must"):
        TPESampler(**options)
