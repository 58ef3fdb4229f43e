"""Cross-validation: every row that is no test row is validated on once, and the value is the mean."""

import numpy as np
import pytest

from trainers.datasets.splits import Split, split_rows
from trainers.errors import DatasetInvalid, ParamsInvalid, TrialStopped
from trainers.fitting.folds import cross_validate
from trainers.job import Objective, Result
from trainers.testing import RecordingReporter

Y = np.arange(60) % 3
FOLDS = Split(seed=3, n_folds=4).folds
LOSS = Objective("val_loss", "minimize")


def result(value: float, seconds: float = 2.0) -> Result:
    metrics = {"val_loss": value, "val_accuracy": 1 - value}
    return Result(
        value=value,
        best_step=3,
        metrics=metrics,
        n_steps=5,
        n_parameters=7,
        seconds=seconds,
        versions={"a": "1"},
    )


@pytest.mark.parametrize("y", [Y, np.linspace(0, 1, 60)], ids=["classes", "numbers"])
def test_every_row_is_validated_on_once_and_the_test_part_stays(y):
    rows = [split_rows(y, split) for split in FOLDS]

    assert {tuple(part.test) for part in rows} == {tuple(split_rows(y, Split(seed=3)).test)}
    validated = np.concatenate([part.validation for part in rows])
    assert sorted([*validated, *rows[0].test]) == list(range(60))
    assert all(set(part.train).isdisjoint(part.validation) for part in rows)
    if y is Y:
        assert all(np.bincount(y[part.validation]).min() >= 3 for part in rows)


def test_an_official_test_part_is_no_fold():
    rows = [split_rows(Y, split, 12) for split in FOLDS]
    assert all(part.test.tolist() == list(range(48, 60)) for part in rows)


def test_rows_in_time_are_validated_on_after_those_that_train():
    rows = [split_rows(np.linspace(0, 1, 60), split, is_ordered=True) for split in FOLDS]
    assert all(part.train.max() < part.validation.min() < part.test.min() for part in rows)
    assert len(rows[0].train) < len(rows[-1].train)


def test_groups_stay_together_in_every_fold():
    groups = np.arange(60) // 3
    y = (groups % 2).astype(np.int64)
    for split in FOLDS:
        part = split_rows(y, split, groups=groups)
        assert not set(groups[part.train]) & set(groups[part.validation])
        assert not set(groups[part.test]) & set(groups[part.validation])


def test_folds_are_kept_apart_in_the_cache():
    assert len({split.key for split in (*FOLDS, Split(seed=3))}) == 5


@pytest.mark.parametrize(("n_folds", "fold"), [(1, 0), (21, 0), (4, 4), (4, -1), (-2, 0)])
def test_folds_that_are_none_are_refused(n_folds, fold):
    with pytest.raises(ParamsInvalid, match="A split has 2 to 20 folds"):
        Split(n_folds=n_folds, fold=fold)


def test_too_few_rows_of_a_class_are_named():
    y = np.array([0] * 40 + [1] * 6)
    with pytest.raises(
        DatasetInvalid, match="20 folds need at least 20 rows of each class, but there are only"
    ):
        split_rows(y, Split(n_folds=20))


def test_the_value_is_the_mean_with_its_deviation():
    reporter = RecordingReporter()
    values = iter([0.1, 0.2, 0.3, 0.2])

    found = cross_validate(FOLDS, lambda split, inner: result(next(values)), reporter, LOSS)

    assert found.value == pytest.approx(0.2)
    assert found.metrics == pytest.approx({"val_loss": 0.2, "val_accuracy": 0.8, "val_loss_sd": 0.0816496})
    assert (found.seconds, found.n_steps, found.best_step) == (8.0, 4, 4)
    assert [metrics["val_loss"] for metrics in reporter.metrics] == pytest.approx([0.1, 0.15, 0.2, 0.2])


def test_epochs_of_a_fold_stand_in_the_log_only():
    reporter = RecordingReporter()

    def train(split, inner):
        inner.resume([])
        inner.report(1, {"loss": 0.5, "val_loss": 0.25, "val_accuracy": 1.0}, 1.0)
        inner.log("a line")
        return result(0.1)

    cross_validate(FOLDS[:1], train, reporter, LOSS)
    assert reporter.lines[:2] == [
        "fold 1 of 1: epoch 1  loss 0.5000, val_loss 0.2500",
        "fold 1 of 1: a line",
    ]
    assert len(reporter.metrics) == 1


def test_a_trial_is_stopped_after_a_fold():
    reporter = RecordingReporter()
    reporter.should_stop = lambda: True
    with pytest.raises(TrialStopped, match="after fold 1 of 4"):
        cross_validate(FOLDS, lambda split, inner: result(0.1), reporter, LOSS)


@pytest.mark.slow
def test_a_real_training_goes_through_its_folds(tmp_path):
    from trainers.job import Job
    from trainers.processes.host import TrainerHost

    job = Job(
        trainer="mlp",
        dataset="digits",
        params={},
        max_epochs=2,
        objective="val_loss",
        direction="minimize",
        seed=1,
        cache_dir=str(tmp_path / "cache"),
        split=Split(n_folds=3),
        model_path=str(tmp_path / "kept" / "model.keras"),
        is_confirming=True,
    )
    steps, lines = [], []
    with TrainerHost() as host, host.start(job) as process:
        while (message := process.poll(60))["type"] not in {"result", "failed", "exited"}:
            if message["type"] == "report":
                steps.append(message["metrics"]["val_loss"])
            elif message["type"] == "log":
                lines.append(message["line"])
    assert message["type"] == "result", message
    assert len(steps) == 3
    assert message["value"] == pytest.approx(steps[-1])
    assert {"val_loss_sd", "test_loss"} <= set(message["metrics"])
    assert (tmp_path / "kept" / "model.keras").is_file()
