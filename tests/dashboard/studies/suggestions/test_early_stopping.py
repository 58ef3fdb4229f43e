"""Pruners replayed over curves: what they would have spared, and whether the best would have been kept."""

import pytest

from dashboard.engine.search.pruning import pruner_called
from dashboard.goals import Goal
from dashboard.studies.suggestions.early_stopping import Curves, early_stopping, replay

LOSS = Goal("val_loss", "minimize", is_percent=False)
EPOCHS = 16


def curve(end, start=None, n=EPOCHS):
    """Falls from `start` to `end`, evenly."""
    start = end + 1 if start is None else start
    return [(step, start + (end - start) * step / n) for step in range(1, n + 1)]


def curves(ends, *, odd=None):
    trials = [(number, end, curve(end)) for number, end in enumerate(ends)]
    if odd is not None:
        trials.append((len(ends), odd[1], curve(odd[1], odd[0])))
    best = min(trials, key=lambda trial: trial[1])
    return Curves(trials, EPOCHS, (best[0], best[1]), sorted(trial[1] for trial in trials)[len(trials) // 10])


def found(curves, *names):
    replays = [replay(curves, pruner_called(name, EPOCHS), LOSS) for name in names or ("median", "asha")]
    return early_stopping(
        [each for each in replays if each], LOSS, str, "Turn on", lambda name: ("/on/", (("pruner", name),))
    )


def test_bad_trials_would_have_been_stopped_and_the_best_kept():
    ends = [0.2 + 0.01 * (number % 10) for number in range(60)]
    told = found(curves(ends), "median")
    result = replay(curves(ends), pruner_called("median", EPOCHS), LOSS)
    assert 0.2 < result.spared < 0.6
    assert result.keeps_best
    assert "kept the best, #0" in told.evidence
    assert f"{100 * result.spared:.0f}%" in told.title
    assert (told.acts, told.fields) == (True, (("pruner", "median"),))


def test_epochs_are_counted_to_the_one_that_decides():
    """Every second trial is far worse: from the twelfth on, it is stopped at the first look, at epoch 4."""
    ends = [0.1 if number % 2 else 5.0 for number in range(60)]
    result = replay(curves(ends), pruner_called("median", EPOCHS), LOSS)
    assert result.n_stopped == 30 - 3  # six have to have reported before
    assert result.spared == pytest.approx(27 * (EPOCHS - 4) / (60 * EPOCHS))


def test_of_two_that_keep_the_best_the_one_that_spares_more_is_named():
    ends = [0.2 + 0.01 * (number % 10) for number in range(60)]
    both = [replay(curves(ends), pruner_called(name, EPOCHS), LOSS) for name in ("median", "asha")]
    assert all(each.keeps_best for each in both)
    more = max(both, key=lambda each: each.spared).pruner
    assert dict(found(curves(ends)).fields)["pruner"] == more


def test_one_that_would_have_lost_the_best_says_so():
    ends = [0.2 + 0.01 * (number % 10) for number in range(80)]
    told = found(curves(ends, odd=(9.0, 0.05)), "asha")
    assert "not kept the best, #80; the best that it keeps, #0, is 0.15 worse" in told.evidence


def test_one_that_would_have_lost_the_best_for_little_is_not_named():
    """All alike but for the last, which begins worse and ends best."""
    assert found(curves([0.2] * 50, odd=(9.0, 0.05)), "median") is None


def test_trials_that_are_alike_are_not_stopped():
    result = replay(curves([0.2] * 60), pruner_called("median", EPOCHS), LOSS)
    assert (result.n_stopped, result.spared) == (0, 0.0)
    assert found(curves([0.2] * 60)) is None


def test_few_trials_prove_nothing():
    ends = [0.2 + 0.01 * (number % 10) for number in range(39)]
    assert found(curves(ends)) is None


def test_values_that_are_no_number_are_the_worst():
    ends = [0.2 + 0.01 * (number % 10) for number in range(60)]
    told = curves(ends)
    broken = [(step, float("nan")) for step in range(1, EPOCHS + 1)]
    with_nan = Curves([*told.trials, (99, 9.0, broken)], EPOCHS, told.best, told.good)
    assert (
        replay(with_nan, pruner_called("median", EPOCHS), LOSS).n_stopped
        > replay(told, pruner_called("median", EPOCHS), LOSS).n_stopped
    )


def test_without_the_epochs_of_the_best_trial_nobody_knows():
    told = curves([0.2 + 0.01 * (number % 10) for number in range(60)])
    assert replay(Curves(told.trials, EPOCHS, (999, 0.01), 0.2), pruner_called("asha", EPOCHS), LOSS) is None
    assert replay(Curves([], EPOCHS, (0, 0.1), 0.2), pruner_called("asha", EPOCHS), LOSS) is None
