"""Batches, and the rule for steps at once."""

import numpy as np
import pytest

from tests.trainers.builders import SMALL
from trainers.base import Budget, Objective
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.plan import Rows
from trainers.registry import load_trainer
from trainers.testing import RecordingReporter

LOSS = Objective("val_loss", "minimize")
pytestmark = pytest.mark.slow

X = np.arange(10, dtype=np.float32)[:, None]
ONE_HOT = np.eye(10, dtype=np.float32)
ROWS = Rows(10, lambda rows: X[rows], lambda rows: ONE_HOT[rows], np.arange(10, dtype=np.float32))


def batches(rows: Rows = ROWS, **options):
    from trainers.fitting.batches import Batches

    return Batches(rows, 4, **options)


def flat(found) -> list[float]:
    return np.concatenate([found[number][0][:, 0] for number in range(len(found))]).tolist()


def test_without_a_seed_rows_come_in_order_and_once():
    found = batches()
    assert len(found) == 3
    assert flat(found) == list(range(10))
    found.on_epoch_end()
    assert flat(found) == list(range(10))


def test_with_a_seed_rows_are_shuffled_anew_for_each_epoch():
    found = batches(seed=3)
    first = flat(found)
    found.on_epoch_end()
    assert sorted(first) == sorted(flat(found)) == list(range(10))
    assert first != flat(found)
    assert flat(batches(seed=3)) == first


def test_inputs_targets_and_weights_are_of_the_same_rows():
    for x, y, weights in batches(seed=1):
        assert x[:, 0].tolist() == y.argmax(axis=1).tolist() == weights.tolist()


def test_rows_without_weights_have_none():
    assert len(batches(Rows(10, ROWS.inputs, ROWS.targets))[0]) == 2


def test_mixup_blends_inputs_and_targets_in_the_same_share():
    found = batches(seed=1, mixup=1.0)
    x, y, _ = found[0]
    assert y.sum(axis=1) == pytest.approx(np.ones(4), rel=1e-5)
    assert y @ np.arange(10) == pytest.approx(x[:, 0], rel=1e-5)
    assert not set(x[:, 0].tolist()) <= set(range(10))


@pytest.mark.parametrize(
    ("work", "n_steps", "max_epochs", "expected"),
    [
        (1.0, 1000, 1, 16),
        (0.0, 1000, 1, 16),
        (1.0, 20, 50, 5),  # an epoch of few steps is not over in one go
        (1.0, 3, 1000, 1),
        (2.5e8, 1000, 1, 4),  # large steps leave time to ask whether to stop
        (1e12, 1000, 1, 1),
        (1.0, 34, 10, 1),  # too short a training to win the tracing back
    ],
)
def test_steps_at_once_follow_the_rule(work: float, n_steps: int, max_epochs: int, expected: int):
    from trainers.fitting.model import steps_per_execution

    assert steps_per_execution(work, n_steps, max_epochs) == expected


def test_steps_at_once_change_no_number(monkeypatch, cache_dir: str):
    """Also where the last of them are fewer and the last batch is short."""
    data = load_dataset("digits", "", cache_dir, Split())
    found = []
    for fewest in (0, 10**9):
        monkeypatch.setattr("trainers.fitting.model.MIN_STEPS_TO_TRACE", fewest)
        reporter = RecordingReporter()
        load_trainer("mlp")(SMALL, data, Budget(2), reporter, seed=1, objective=LOSS)
        found.append(reporter.metrics)
    assert found[0] == [pytest.approx(metrics, rel=1e-4) for metrics in found[1]]


def test_f1_is_what_scikit_learn_says():
    from sklearn.metrics import f1_score

    from trainers.parts.macro_f1 import MacroF1

    rng = np.random.default_rng(0)
    y, said = rng.integers(0, 4, 90), rng.integers(0, 4, 90)  # of five classes, one never comes
    metric = MacroF1(5)
    for part in np.split(np.arange(90), 3):
        metric.update_state(ONE_HOT[y[part], :5], ONE_HOT[said[part], :5])
    assert float(metric.result()) == pytest.approx(f1_score(y, said, average="macro"))


@pytest.mark.parametrize("said", [[0, 1, 1, 3], [0, 1, 1, 2], [2, 2, 2, 2]])
def test_f1_leaves_out_classes_that_are_not_there(said):
    from sklearn.metrics import f1_score

    from trainers.parts.macro_f1 import MacroF1

    y = np.array([0, 1, 1, 3])  # of five classes, two never come
    right, metric = MacroF1(5), MacroF1(5)
    right.update_state(ONE_HOT[y, :5], ONE_HOT[y, :5])
    metric.update_state(ONE_HOT[y, :5], ONE_HOT[said, :5])

    assert float(right.result()) == 1
    assert float(metric.result()) == pytest.approx(f1_score(y, said, average="macro"))


def test_work_counts_every_place_at_which_a_parameter_is_used():
    from keras import Input, Model, layers

    from trainers.fitting.model import work_per_row

    inputs = Input((8, 8, 1))
    x = layers.Conv2D(2, 3, padding="same", use_bias=False)(inputs)
    outputs = layers.Dense(5, use_bias=False)(layers.Flatten()(x))
    assert work_per_row(Model(inputs, outputs)) == 64 * 9 * 2 + 128 * 5
