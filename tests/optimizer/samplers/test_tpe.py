"""TPE: it learns, it explains itself, and what it keeps changes nothing."""

import math
import pickle

import numpy as np
import pytest

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
from optimizer.pareto import hypervolume
from optimizer.samplers.startup import limit_startup
from optimizer.samplers.tpe import TPESampler
from optimizer.samplers.tpe.marginals import GRID_POINTS
from optimizer.samplers.tpe.split import (
    MAX_BAD,
    RENEWAL,
    kernel_rows,
    rank_weights,
    split_branch,
    split_history,
    steady_count,
)

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
LOGS = SearchSpace(
    [Parameter(f"x{i}", Float(1e-4, 1, log=True)) for i in range(3)] + [Parameter("n", Int(1, 500, log=True))]
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
    assert limit_startup(10, budget) == expected


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
    plain = TPESampler(with_densities=False).suggest(TREE, history, [], generator_for(0, 30))
    assert "densities" not in plain.explanation


@pytest.mark.parametrize("n", [40, 1_200])
def test_explanation_asked_for_later_is_that_of_the_moment(n):
    pending, grown = [TREE.sample(np.random.default_rng(9))], random_history(TREE, n)
    later = TPESampler().suggest(TREE, grown, pending, generator_for(5, n))
    at_once = TPESampler().suggest(TREE, random_history(TREE, n), pending, generator_for(5, n))
    expected = at_once.explanation
    for number in range(n, n + 200):
        grown.add(number, TREE.sample(np.random.default_rng(number)), -1.0, "complete")
    assert later.explanation == expected


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


@pytest.mark.parametrize("space", [MIXED, TREE, LOGS], ids=["mixed", "tree", "logs"])
@pytest.mark.parametrize("start", [0, 1_020])
def test_what_a_sampler_keeps_changes_no_proposal(space, start):
    """A sampler that saw the whole study proposes to the last digit what one from a new process does."""
    history, rng, kept = random_history(space, start), np.random.default_rng(1), TPESampler()
    pending = []
    for number in range(start, start + 45):
        proposed = kept.suggest(space, history, pending, generator_for(3, number)).params
        assert proposed == TPESampler().suggest(space, history, pending, generator_for(3, number)).params
        kept.suggest(space, history, [], generator_for(4, number))
        pending = [*pending[-2:], space.sample(rng)]
        state = "failed" if number % 5 == 0 else "complete"
        history.add(number, proposed if number % 2 else space.sample(rng), float(rng.random()), state)


def test_trial_of_an_older_space_changes_no_proposal_of_a_kept_sampler():
    space = SearchSpace([Parameter("x", Float(0, 1)), Parameter("y", Float(0, 1))])
    history, kept = random_history(space, 30), TPESampler()
    kept.suggest(space, history, [], generator_for(0, 30))
    history.add(30, {"x": 0.5, "y": 7.0}, 0.1, "complete")
    history.add(31, {"x": 0.4, "y": 0.4}, 0.2, "complete")
    for number in range(10):
        again = TPESampler().suggest(space, history, [], generator_for(0, number))
        assert kept.suggest(space, history, [], generator_for(0, number)).params == again.params


def test_sampler_survives_pickling():
    sampler, history = TPESampler(n_candidates=7), random_history(MIXED, 20)
    proposed = sampler.suggest(MIXED, history, [], generator_for(0, 20))
    copy = pickle.loads(pickle.dumps(sampler))
    assert copy == sampler
    assert copy.suggest(MIXED, history, [], generator_for(0, 20)).params == proposed.params


def test_branch_is_split_by_itself():
    history = random_history(TREE, 60)
    for seed in range(20):
        split = split_branch(history, 0.15, np.arange(60), np.random.default_rng(seed))
        assert split.branch in {'model = "net"', 'model = "svm"'}
        rows = np.concatenate([split.good, np.flatnonzero(split.is_bad)])
        assert len(set(history.coordinates[rows, 0].tolist())) == 1
        assert 2 <= len(split.good) < split.is_bad.sum()
        assert len(rows) == split.n_trials


def test_flat_space_has_no_branches():
    assert split_branch(random_history(MIXED, 30), 0.15, np.arange(30), np.random.default_rng(0)) is None


def test_pruned_trials_fill_up_the_good_ones_by_how_far_they_got():
    space = SearchSpace([Parameter("x", Float(0, 1))])
    history = History(space)
    for number in range(40):
        value = 1.0 if number < 2 else None
        reports = {step: float(number % 7) for step in range(1 + number % 4)} if number != 39 else None
        state = "complete" if number < 2 else "pruned"
        history.add(number, {"x": number / 40}, value, state, reports=reports)
    split = split_history(history, 0.15, np.arange(40))
    assert split.good[:2].tolist() == [0, 1]
    assert len(split.good) == 6
    assert all(history.reports.last_step(number) == 3 for number in split.good[2:].tolist())
    ranks = [history.reports.rank_at(number, 3) for number in split.good[2:].tolist()]
    assert ranks == sorted(ranks)
    assert set(split.good.tolist()).isdisjoint(np.flatnonzero(split.is_bad).tolist())


def test_learns_from_pruned_trials_alone():
    space = SearchSpace([Parameter("x", Float(0, 1))])
    history, rng = History(space), np.random.default_rng(0)
    for number in range(40):
        x = float(rng.random())
        history.add(number, {"x": x}, None, "pruned", reports={3: abs(x - 0.8)})
    proposed = [TPESampler().suggest(space, history, [], generator_for(1, k)).params["x"] for k in range(20)]
    assert np.median(np.abs(np.array(proposed) - 0.8)) < 0.15


def test_keeps_to_the_feasible_side():
    """The objective pulls to 1, the constraint allows up to 0.5: most proposals come near its edge."""
    space = SearchSpace([Parameter("x", Float(0, 1)), Parameter("y", Float(0, 1))])
    sampler, history = TPESampler(), History(space)
    for number in range(60):
        params = sampler.suggest(space, history, [], generator_for(2, number)).params
        history.add(number, params, -params["x"], "complete", constraints=[params["x"] - 0.5])
    late = history.coordinates[30:, 0]
    assert np.mean(late <= 0.5) > 0.5
    assert 0.4 < history.coordinates[history.best_rows(1)[0], 0] <= 0.5


@pytest.mark.parametrize("n_objectives", [2, 3])
def test_covers_a_front_better_than_random_search(n_objectives):
    space = SearchSpace([Parameter(f"x{i}", Float(0, 1)) for i in range(5)])

    def objectives(params):  # DTLZ2: the front is the part of the unit sphere with positive coordinates
        x = np.array(list(params.values()))
        angles, rest = x[: n_objectives - 1] * np.pi / 2, x[n_objectives - 1 :]
        radius = 1 + ((rest - 0.5) ** 2).sum()
        values = [np.prod(np.cos(angles[: n_objectives - 1 - i])) for i in range(n_objectives)]
        for i in range(1, n_objectives):
            values[i] *= np.sin(angles[n_objectives - 1 - i])
        return [float(radius * value) for value in values]

    def volume(name, seed):
        sampler, history = create_sampler(name), History(space, ["minimize"] * n_objectives)
        for number in range(80):
            params = sampler.suggest(space, history, [], generator_for(seed, number), seed=seed).params
            history.add(number, params, objectives(params), "complete")
        return hypervolume(history.losses, [1.6] * n_objectives)

    tpe, random = (np.mean([volume(name, seed) for seed in range(3)]) for name in ("tpe", "random"))
    assert tpe > 1.05 * random


def test_rank_weights_fall_and_sum_to_one():
    weights = rank_weights(8)
    assert weights.sum() == pytest.approx(1)
    assert np.all(np.diff(weights[:8]) < 0)
    assert weights[-1] == pytest.approx(1 / 9)
    assert rank_weights(0).tolist() == [1]


def test_long_histories_are_thinned_stably():
    kept = kernel_rows(np.arange(5_000))
    assert MAX_BAD <= len(kept) < MAX_BAD + RENEWAL
    assert set(range(5_000 - MAX_BAD // 2, 5_000)) <= set(kept.tolist())
    later = kernel_rows(np.arange(5_130))
    old = {row for row in kept.tolist() if row < 4_000}
    assert len(old & set(later.tolist())) > 0.9 * len(old)


@pytest.mark.parametrize("n", [0, 7, MAX_BAD])
def test_short_histories_are_kept_whole(n):
    assert kernel_rows(np.arange(n)).tolist() == list(range(n))


def test_kernel_rows_only_grow_between_two_renewals():
    base = 5_000 - 5_000 % RENEWAL
    for n in range(base + 1, base + RENEWAL):
        assert kernel_rows(np.arange(n)).tolist() == [*kernel_rows(np.arange(n - 1)).tolist(), n - 1]


def test_steady_count_follows_the_number_of_trials_in_few_steps():
    counts = [steady_count(n) for n in range(1, 2_000)]
    assert all(n / 1.1 - 1 < count <= n for n, count in enumerate(counts[:MAX_BAD], start=1))
    assert counts == sorted(counts)
    assert len(set(counts)) < 80


@pytest.mark.parametrize("options", [{"n_startup": 0}, {"n_candidates": 0}, {"good_share": 1.0}])
def test_refuses_options_outside_their_range(options):
    with pytest.raises(ValueError, match="must"):
        TPESampler(**options)
