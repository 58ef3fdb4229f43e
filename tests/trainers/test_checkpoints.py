"""A lost training goes on where it was saved, with the bits of one that was never interrupted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.trainers.builders import make_job
from trainers.base import Budget, Objective
from trainers.checkpoints import Checkpoint, Checkpoints, Epoch
from trainers.datasets.registry import load_dataset
from trainers.errors import TrialStopped
from trainers.registry import load_trainer
from trainers.testing import RecordingReporter

ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7, dtype=np.int64)]
EPOCHS = [Epoch({"val_loss": 0.5}, 1.5), Epoch({"val_loss": 0.25}, 3.0)]
# All that has a state of its own: dropout, batch norm, momentum, the plateau's rate, patience.
STATEFUL = {
    "n_layers": 2,
    "units_1": 32,
    "units_2": 16,
    "dropout_1": 0.3,
    "batch_norm": True,
    "optimizer": "adam",
    "schedule": "plateau",
    "plateau_patience": 1,
    "patience": 3,
    "batch_size": 64,
}


@pytest.fixture
def job(tmp_path):
    return make_job(str(tmp_path / "cache"), checkpoint_dir=str(tmp_path / "trial"), checkpoint_seconds=0.0)


def test_what_is_saved_is_read_by_the_next_attempt(job):
    Checkpoints.for_job(job).save(Checkpoint(EPOCHS, ARRAYS, ARRAYS[1:]))

    saved = Checkpoints.for_job(replace(job, attempt=2)).latest()

    assert saved.epochs == EPOCHS
    assert [array.tolist() for array in saved.arrays] == [array.tolist() for array in ARRAYS]
    assert [array.tolist() for array in saved.best] == [7]
    assert [array.dtype for array in saved.arrays] == [array.dtype for array in ARRAYS]


def test_longest_training_counts_when_several_attempts_have_saved(job):
    Checkpoints.for_job(job).save(Checkpoint(EPOCHS, ARRAYS))
    Checkpoints.for_job(replace(job, attempt=2)).save(Checkpoint(EPOCHS[:1], ARRAYS))

    assert len(Checkpoints.for_job(replace(job, attempt=3)).latest().epochs) == 2


@pytest.mark.parametrize(
    "changes", [{"params": {"units_1": 16}}, {"seed": 1}, {"max_epochs": 9}, {"dataset": "mnist"}]
)
def test_another_computation_is_not_continued(job, changes):
    Checkpoints.for_job(job).save(Checkpoint(EPOCHS, ARRAYS))

    assert Checkpoints.for_job(replace(job, **changes)).latest() is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut", b"no archive at all"])
def test_file_that_cannot_be_read_does_not_count(job, damage):
    checkpoints = Checkpoints.for_job(job)
    checkpoints.save(Checkpoint(EPOCHS, ARRAYS))
    [path] = checkpoints._folder.iterdir()
    path.write_bytes(damage)

    assert Checkpoints.for_job(job).latest() is None


def test_cut_file_does_not_count(job):
    checkpoints = Checkpoints.for_job(job)
    checkpoints.save(Checkpoint(EPOCHS, ARRAYS))
    [path] = checkpoints._folder.iterdir()
    path.write_bytes(path.read_bytes()[:-200])

    assert Checkpoints.for_job(job).latest() is None


def test_half_written_file_does_not_count(job):
    checkpoints = Checkpoints.for_job(job)
    checkpoints.save(Checkpoint(EPOCHS, ARRAYS))
    [path] = checkpoints._folder.iterdir()
    path.rename(path.with_suffix(".part"))

    assert Checkpoints.for_job(job).latest() is None


def test_job_without_a_folder_saves_nothing(job):
    assert Checkpoints.for_job(replace(job, checkpoint_dir="")) is None


def test_saves_are_apart(job):
    checkpoints = Checkpoints.for_job(replace(job, checkpoint_seconds=3600.0))
    assert not checkpoints.is_due()
    assert Checkpoints.for_job(job).is_due()


class Interrupted(RecordingReporter):
    """Says stop in the epoch after this one."""

    def __init__(self, n_epochs: int) -> None:
        super().__init__(lambda: len(self.steps) >= n_epochs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trainer", "params"),
    [("mlp", STATEFUL), ("cnn", {"n_blocks": 1, "mixup": 0.4, "rotate": 0.1, "batch_size": 128})],
)
def test_continued_training_has_the_bits_of_one_that_was_not_interrupted(
    job, tmp_path, trainer, params, monkeypatch
):
    monkeypatch.setattr(Checkpoints, "is_due", lambda self: True)  # also where a save takes long
    job = replace(job, trainer=trainer, params=params, max_epochs=6)
    whole_job = replace(job, checkpoint_dir="", model_path=str(tmp_path / "whole.keras"))
    whole, _ = run(whole_job, RecordingReporter())
    job = replace(job, model_path=str(tmp_path / "continued.keras"))

    with pytest.raises(TrialStopped):
        run(job, Interrupted(3))
    result, reporter = run(replace(job, attempt=2), RecordingReporter())

    assert reporter.n_resumed == 2
    assert reporter.steps == list(range(1, whole.n_steps + 1))
    assert reporter.seconds == sorted(reporter.seconds)
    assert result.metrics == whole.metrics
    assert weights(tmp_path / "continued.keras") == weights(tmp_path / "whole.keras")
    assert (result.value, result.best_step, result.n_steps) == (whole.value, whole.best_step, whole.n_steps)


def run(job, reporter):
    data = load_dataset(job.dataset, job.data_dir, job.cache_dir, job.split)
    result = load_trainer(job.trainer)(
        job.params,
        data,
        Budget(job.max_epochs),
        reporter,
        seed=job.seed,
        objective=Objective(job.objective, job.direction),
        checkpoints=Checkpoints.for_job(job),
        model_path=Path(job.model_path) if job.model_path else None,
    )
    return result, reporter


def weights(path):
    import keras

    return [array.tolist() for array in keras.models.load_model(path).get_weights()]


@pytest.mark.slow
def test_model_that_is_left_predicts_what_was_measured(job, tmp_path):
    """It is that of the best epoch, not of the last, and needs nothing of ours to be loaded."""
    import keras

    path = tmp_path / "not made yet" / "best.keras"
    # A learning rate that soon makes it worse.
    params = {"units_1": 32, "n_layers": 1, "learning_rate": 0.2, "optimizer": "adam", "batch_size": 32}
    job = replace(job, checkpoint_dir="", params=params, max_epochs=12, model_path=str(path))
    result, _ = run(job, RecordingReporter())
    assert result.best_step < result.n_steps

    data = load_dataset(job.dataset, "", job.cache_dir, job.split)
    model = keras.models.load_model(path)
    predicted = model.predict(np.asarray(data.x_validation), verbose=0).argmax(axis=1)

    share = np.mean(predicted == np.asarray(data.y_validation))
    assert share == pytest.approx(result.metrics["val_accuracy"])


@pytest.mark.slow
def test_model_that_cannot_be_left_costs_nothing_else(job, tmp_path):
    (tmp_path / "file").write_text("where the folder should be")
    job = replace(job, checkpoint_dir="", model_path=str(tmp_path / "file" / "best.keras"))

    result, reporter = run(job, RecordingReporter())

    assert result.n_steps == 2
    assert any("the model could not be saved" in line for line in reporter.lines)
