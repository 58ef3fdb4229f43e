"""The Gaussian process: its mathematics against oracles, and what the sampler makes of it."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.spatial.distance import pdist
from scipy.stats import norm

from optimizer import Categorical, Condition, Float, History, Int, Optimizer, Parameter, SearchSpace
from optimizer.axes import Axes
from optimizer.gaussian import regression
from optimizer.gaussian.acquisition import log_expected_improvement, log_expected_improvement_gradient
from optimizer.gaussian.features import Features
from optimizer.gaussian.observations import observed_losses, scalarize, subsample_rows
from optimizer.gaussian.output_warping import warp_losses
from optimizer.samplers.gp import GPSampler

BOX = SearchSpace([Parameter("x", Float(0, 1)), Parameter("y", Float(0, 1))])
OWNER = np.array([0, 1, 2, 2, 2, 3])


def process(n=25, seed=0):
    rng = np.random.default_rng(seed)
    x, y = rng.random((n, 6)), rng.standard_normal(n)
    return x, y, np.append(rng.standard_normal(4) * 0.3, [0.2, -3.0])


def bowl(params):
    return (params["x"] - 0.3) ** 2 + (params["y"] - 0.6) ** 2


def run(n, objective=bowl, space=BOX, sampler=None, **options):
    optimizer = Optimizer(space, sampler or GPSampler(), **options)
    for _ in range(n):
        trial = optimizer.ask()
        optimizer.tell(trial.number, objective(trial.params))
    return optimizer


def test_likelihood_has_the_slope_that_it_says():
    x, y, vector = process()
    starts = np.flatnonzero(np.diff(OWNER, prepend=-1))

    def energy(v):
        return regression._negative_log_likelihood(x, y, OWNER, starts, v)[0]

    slope = regression._negative_log_likelihood(x, y, OWNER, starts, vector)[1]
    assert slope == pytest.approx(approx_fprime(vector, energy, 1e-6), rel=1e-4, abs=1e-4)


def test_predictions_are_those_of_the_textbook():
    x, y, vector = process()
    hyper = regression.Hyperparameters.from_vector(vector)
    lengths, signal, noise = np.exp(hyper.log_lengths)[OWNER], math.exp(0.2), math.exp(-3)

    def kernel(a, b):
        r = math.sqrt(5) * np.linalg.norm((a[:, None] - b[None]) / lengths, axis=-1)
        return signal * (1 + r + r * r / 3) * np.exp(-r)

    at = np.random.default_rng(1).random((4, 6))
    inverse = np.linalg.inv(kernel(x, x) + noise * np.eye(len(y)))
    mean, deviation = regression.Posterior(x, y, OWNER, hyper).predict(at)
    assert mean == pytest.approx(kernel(at, x) @ inverse @ y)
    variance = signal - np.einsum("ij,jk,ik->i", kernel(at, x), inverse, kernel(at, x))
    assert deviation == pytest.approx(np.sqrt(variance))


def test_predictions_have_the_slopes_that_they_say():
    x, y, vector = process()
    posterior = regression.Posterior(x, y, OWNER, regression.Hyperparameters.from_vector(vector))
    at = np.random.default_rng(1).random((1, 6))
    mean, deviation, by_mean, by_deviation = posterior.predict_with_gradients(at)
    assert (mean, deviation) == (
        pytest.approx(posterior.predict(at)[0]),
        pytest.approx(posterior.predict(at)[1]),
    )
    for found, k in ((by_mean, 0), (by_deviation, 1)):
        expected = approx_fprime(at[0], lambda row, k=k: posterior.predict(row[None])[k][0], 1e-6)
        assert found[0] == pytest.approx(expected, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("z", [-8.0, -3.0, -1.0, -0.999, 0.0, 2.0, 60.0])
def test_log_improvement_is_the_logarithm_of_the_integral(z):
    deviation = 0.7
    mean = -z * deviation
    integral = quad(lambda u: -u * norm.pdf(u, mean, deviation), mean - 14 * deviation, 0, epsabs=0)[0]
    assert log_expected_improvement(np.array([mean]), np.array([deviation]), 0.0)[0] == pytest.approx(
        math.log(integral), abs=1e-6
    )


@pytest.mark.parametrize("z", [-1e6, -1e3, -31.0, -29.0, -3.0, 0.5, 50.0])
def test_log_improvement_has_a_slope_where_the_improvement_underflows(z):
    mean, deviation = np.array([-z * 0.7]), np.array([0.7])
    value, by_mean, by_deviation = log_expected_improvement_gradient(mean, deviation, 0.0)
    step = 1e-6 * max(1, abs(z))
    ahead = log_expected_improvement(mean + step, deviation, 0.0)
    behind = log_expected_improvement(mean - step, deviation, 0.0)
    assert np.isfinite(value).all()
    assert by_mean < 0 <= by_deviation
    assert by_mean == pytest.approx((ahead - behind) / (2 * step), rel=1e-2)


@settings(max_examples=100)
@given(st.lists(st.floats(-1.5e308, 1.5e308), min_size=1, max_size=30))
def test_targets_are_standard_and_keep_the_order_of_any_losses(losses):
    losses = np.array(losses)
    targets = warp_losses(losses)
    assert np.isfinite(targets.y).all()
    order = np.argsort(losses, kind="stable")
    assert (np.diff(targets.y[order]) >= -1e-12).all()
    if targets.y.any():
        assert (targets.y.mean(), targets.y.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))


def test_targets_turn_back_into_losses():
    losses = np.array([3.0, 1.0, 2.0, 50.0, 7.0])
    targets = warp_losses(losses)
    assert [targets.loss_at(y) for y in targets.y] == pytest.approx(losses)
    assert targets.loss_at(targets.y.min() - 1) == pytest.approx(1 - targets.unit)


def test_two_choices_are_one_apart_and_cells_as_far_as_their_middles():
    space = SearchSpace([Parameter("c", Categorical(("a", "b", "c"))), Parameter("k", Int(1, 4))])
    axes = Axes.of(space)
    rows = [{"c": "a", "k": 1}, {"c": "b", "k": 1}, {"c": "a", "k": 3}]
    x = Features.of(axes).read(axes.read(*space.encode(rows)))
    assert regression.squared_distances(x, x)[0] == pytest.approx([0, 1, 0.25])


def history_of(rows, **options):
    history = History(BOX, **options)
    for number, row in enumerate(rows):
        history.add(number, {"x": 0.1 * number, "y": 0.5}, *row)
    return history


def test_trials_without_a_value_rank_behind_those_with_one():
    broken = history_of([(1.0, "complete"), (None, "failed"), (2.0, "complete"), (0.5, "complete", [3.0])])
    losses = observed_losses(broken, 4)
    assert np.argsort(losses).tolist() == [0, 2, 3, 1]
    assert np.isfinite(losses).all()


def test_pruned_trial_gets_the_loss_of_its_rank_and_not_its_raw_value():
    rows = [
        (1.0, "complete", [], {1: 5.0, 2: 1.0}),
        (2.0, "complete", [], {1: 7.0, 2: 2.0}),
        (None, "pruned", [], {1: 6.0}),
    ]
    assert observed_losses(history_of(rows), 3).tolist() == [1.0, 2.0, 2.0]


def test_scalar_losses_agree_with_dominance():
    losses = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [np.nan, 1.0]])
    for weight in (0.2, 0.5, 0.8):
        scalar = scalarize(losses, np.array([weight, 1 - weight]))
        assert max(scalar[:2].min(), 0) <= scalar[2]
        assert np.isnan(scalar[3])


def test_long_histories_keep_the_best_and_some_of_all():
    losses = np.arange(1000.0)[::-1].copy()
    losses[5] = np.nan
    rows = subsample_rows(losses, 100)
    assert len(rows) == 100
    assert set(range(950, 1000)) <= set(rows.tolist())
    assert 5 not in rows


def test_finds_a_minimum_within_few_trials():
    assert np.median([run(20, seed=seed).best_trial.value for seed in range(3)]) < 1e-4


def test_models_from_the_fourth_trial_on_and_says_what_it_expects():
    optimizer = run(3)
    explanation = optimizer.ask().explanation
    assert explanation["kind"] == "model"
    assert explanation["n"] == 3
    assert set(explanation["lengths"]) == {"x", "y"}
    assert explanation["best"] >= optimizer.best_trial.value - 0.1
    assert explanation["sd"] > 0


def test_predicts_in_the_units_and_the_direction_of_the_objective():
    optimizer = run(15, lambda p: 1000 - 100 * bowl(p), direction="maximize")
    explanation = optimizer.ask().explanation
    assert explanation["best"] == pytest.approx(1000, abs=1)
    assert explanation["mean"] == pytest.approx(1000, abs=30)
    assert explanation["improvement"] >= 0


def test_looks_at_every_option_before_it_models():
    space = SearchSpace(
        [
            Parameter("model", Categorical(("a", "b", "c"))),
            Parameter("u", Float(0, 1), Condition("model", ("c",))),
        ]
    )
    optimizer = run(12, lambda p: {"a": 1, "b": 2, "c": 3 * p.get("u", 0)}[p["model"]], space)
    assert {trial.params["model"] for trial in optimizer.trials} == {"a", "b", "c"}
    assert optimizer.best_trial.value < 0.1


def spread_of_six(seed, *, is_running):
    """Mean distance of six points proposed in a row, while the earlier ones run or after they vanished."""
    optimizer, points = run(8, seed=seed), []
    for _ in range(6):
        trial = optimizer.ask()
        points.append(list(trial.params.values()))
        if not is_running:
            optimizer.forget(trial.number)
    return pdist(points).mean()


@pytest.mark.parametrize("seed", range(4))
def test_running_trials_keep_others_away(seed):
    assert spread_of_six(seed, is_running=True) > 0.1
    assert spread_of_six(seed, is_running=False) < 0.01


def test_constraint_is_kept_away_from():
    optimizer = Optimizer(BOX, "gp", seed=3)
    for _ in range(25):
        trial = optimizer.ask()
        optimizer.tell(trial.number, trial.params["x"], constraints=[0.5 - trial.params["x"]])
    assert optimizer.best_trial.params["x"] == pytest.approx(0.5, abs=0.05)
    assert optimizer.best_trial.params["x"] >= 0.5


def test_improvement_per_second_prefers_the_cheap():
    def mean_cost(*, per_second):
        optimizer = Optimizer(BOX, GPSampler(per_second=per_second), seed=1)
        costs = []
        for _ in range(25):
            trial = optimizer.ask()
            seconds = 0.1 + 100 * trial.params["x"] ** 4
            optimizer.tell(trial.number, (trial.params["y"] - 0.3) ** 2, seconds=seconds)
            costs.append(seconds)
        return np.mean(costs[5:])

    assert mean_cost(per_second=True) < 0.7 * mean_cost(per_second=False)


def test_several_objectives_spread_over_the_front():
    optimizer = Optimizer(BOX, "gp", ("minimize", "minimize"), seed=0)
    for _ in range(30):
        trial = optimizer.ask()
        x, y = trial.params["x"], trial.params["y"]
        optimizer.tell(trial.number, [x**2 + y**2, (x - 1) ** 2 + y**2])
    front = [trial.params["x"] for trial in optimizer.best_trials]
    assert max(front) - min(front) > 0.5


def test_fresh_process_makes_the_same_proposal():
    """Fits depend on the history alone, not on the fits that were made on the way."""
    optimizer = run(45, sampler="auto", seed=5)
    again = (
        "import sys; from optimizer import Optimizer; "
        "print(Optimizer.from_bytes(sys.stdin.buffer.read()).ask().params)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", again], input=optimizer.to_bytes(), capture_output=True, check=True
    ).stdout.decode()
    assert eval(shown) == pytest.approx(optimizer.ask().params, abs=1e-9)


@pytest.mark.parametrize("options", [{"n_startup": 0}, {"noise": -1.0}, {"noise": math.nan}])
def test_refuses_options_outside_their_range(options):
    with pytest.raises(ValueError, match="must"):
        GPSampler(**options)
