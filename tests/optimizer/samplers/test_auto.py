"""The default sampler: who proposes when, and why."""

import pytest

from optimizer import Float, History, Optimizer, Parameter, SearchSpace
from optimizer.samplers.auto import LOWEST_SHARE, TPE_SHARE, tpe_share

SPACE = SearchSpace([Parameter("x", Float(0, 1)), Parameter("y", Float(0, 1))])


def history_of(*trials):
    """Trials as (proposer, loss)."""
    history = History(SPACE)
    for number, (proposer, loss) in enumerate(trials):
        history.add(number, {"x": number / 1000, "y": 0.5}, loss, "complete", proposer=proposer)
    return history


def test_both_take_turns_and_each_says_why():
    optimizer = Optimizer(SPACE, seed=0)
    proposers = []
    for _ in range(40):
        trial = optimizer.ask()
        optimizer.tell(trial.number, (trial.params["x"] - 0.3) ** 2 + trial.params["y"])
        if trial.explanation["kind"] == "model":
            proposers.append(trial.explanation["sampler"])
            assert trial.explanation["chosen_by"] == "auto"
            assert trial.explanation["why"].endswith(".")
    assert len(proposers) == 37
    assert 4 <= proposers.count("tpe") <= 25


def test_share_starts_where_nobody_has_done_better():
    assert tpe_share(history_of(("auto", 1.0), ("auto", 2.0))) == pytest.approx(TPE_SHARE)


def test_share_moves_to_who_finds_new_best_values():
    successes = [("tpe" if k % 2 else "gp", 100.0 - k if k % 2 else 200.0) for k in range(40)]
    assert tpe_share(history_of(*successes)) > 1.5 * TPE_SHARE
    reverse = [("gp" if k % 2 else "tpe", loss) for k, (_, loss) in enumerate(successes)]
    assert tpe_share(history_of(*reverse)) < 0.7 * TPE_SHARE


def test_nobody_is_silenced():
    always = [("gp", 1000.0 - k) for k in range(300)]
    assert tpe_share(history_of(*always)) >= LOWEST_SHARE


def test_old_successes_are_forgotten():
    early = [("tpe", 100.0 - k) for k in range(10)]
    idle = [(("gp", "tpe")[k % 2], 500.0) for k in range(200)]
    assert tpe_share(history_of(*early, *idle)) == pytest.approx(TPE_SHARE, abs=0.01)


def test_several_objectives_are_for_tpe():
    optimizer = Optimizer(SPACE, "auto", ("minimize", "maximize"), seed=0)
    for _ in range(12):
        trial = optimizer.ask()
        optimizer.tell(trial.number, [trial.params["x"], trial.params["y"]])
    assert optimizer.ask().explanation["sampler"] == "tpe"


def test_small_budget_models_early():
    optimizer = Optimizer(SPACE, seed=0, max_trials=10)
    kinds = []
    for _ in range(10):
        trial = optimizer.ask()
        kinds.append(trial.explanation["kind"])
        optimizer.tell(trial.number, trial.params["x"])
    assert kinds == ["startup"] * 3 + ["model"] * 7
