"""The child's side: run one job in a freshly forked process and report to the supervisor over a pipe.

Messages are JSON objects, one per `send_bytes`; nothing is ever pickled. To the child: {"type": "stop"}.
From the child: "log" (line), "report" (step, metrics, seconds), "resumed" (step: the last one of an earlier
attempt, whose reports come before it), "measured" (the fields of a result, before the network is saved),
and finally one "result" (the fields of `trainers.job.Result`) or "failed" (kind, message, traceback). Kinds
are in `trainers.processes.outcome`. The child knows no database and no broker; when the pipe ends, the
supervisor is gone and the child exits at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.wording import count_noun, thousands, value
from trainers.base import Budget, Job, Objective, Result
from trainers.checkpoints import Checkpoints
from trainers.datasets.base import NO_DATA
from trainers.datasets.registry import load_dataset, load_test_part
from trainers.datasets.uploads.source import Upload
from trainers.fitting.folds import cross_validate
from trainers.processes.backend import set_up_backend
from trainers.processes.outcome import failure_message
from trainers.processes.pipe import LineWriter, Pipe
from trainers.registry import is_percent, load_trainer, trainer_info

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from trainers.base import Reporter, Trainer
    from trainers.checkpoints import Epoch
    from trainers.datasets.base import Dataset, TestPart
    from trainers.datasets.splits import Split

SUPERVISOR_GONE = 1  # exit code when the pipe ended under the child


def child_main(connection: Connection, job_json: str) -> None:
    """Run the job and end the process, with exit code 0 once a result or a failure was sent.

    Call it in a process of its own, forked from one that never ran a TensorFlow operation.
    """
    with suppress(PermissionError):  # the fork server has done it
        os.setsid()
    is_done = threading.Event()
    pipe = Pipe(connection, on_lost=lambda: os._exit(0 if is_done.is_set() else SUPERVISOR_GONE))
    pipe.start_reading()
    with LineWriter(pipe.log) as out, redirect_stdout(out), redirect_stderr(out):
        try:
            result = _run(Job.from_json(job_json), pipe)
            final_message = {"type": "result", **result.to_json_dict()}
        except BaseException as error:  # noqa: BLE001, whatever ended the training is its outcome
            final_message = failure_message(error)
            pipe.log(f"{final_message['kind']}: {final_message['message']}")
    is_done.set()
    pipe.send(final_message)
    os._exit(0)  # threads that a training left behind must not keep the process


def _run(job: Job, pipe: Pipe) -> Result:
    threads = count_noun(job.threads, "thread")
    pipe.log(f"attempt {job.attempt}, seed {job.seed}, {threads}")
    objective = Objective(job.objective, job.direction)
    train = _trainer(job)
    # code of a person must not write what other trainings will run
    set_up_backend(
        job.threads, None if job.code else Path(job.cache_dir), is_deterministic=job.is_deterministic
    )
    upload = Upload.from_json_dict(job.upload) if job.upload else None

    def train_on(split: Split, reporter: Reporter, *, is_alone: bool = True) -> Result:
        data = NO_DATA
        if job.dataset:
            data = load_dataset(job.dataset, job.data_dir, job.cache_dir, split, upload=upload)
            pipe.log(_data_line(data, is_test_used=job.is_confirming))
        return train(
            job.params,
            data,
            Budget(job.max_epochs),
            reporter,
            seed=job.seed,
            objective=objective,
            checkpoints=Checkpoints.for_job(job) if is_alone else None,
            model_path=Path(job.model_path) if job.model_path and split.fold == 0 else None,
            test=_test_part(job, split, upload) if job.is_confirming and job.dataset else None,
        )

    reporter = PipeReporter(pipe, job.max_epochs, job.trainer)
    if job.split.n_folds and job.dataset:
        result = cross_validate(job.split.folds, partial(train_on, is_alone=False), reporter, objective)
        pipe.log(
            f"complete: {_show(job.trainer, job.objective, result.value)}, mean of "
            f"{count_noun(job.split.n_folds, 'fold')}"
        )
        return result
    result = train_on(job.split, reporter)
    where = f" at epoch {thousands(result.best_step)}" if result.best_step else ""
    pipe.log(f"complete: {_show(job.trainer, job.objective, result.value)}{where}")
    return result


def _trainer(job: Job) -> Trainer:
    if job.code:
        from trainers.custom.custom_trainer import CustomTrainer  # noqa: PLC0415, others need no SciPy

        folders = [job.checkpoint_dir, str(Path(job.model_path).parent) if job.model_path else ""]
        # Parzen's own files are beside its cache
        return CustomTrainer(
            job.code, private_folders=[str(Path(job.cache_dir).parent)], writable_folders=folders
        )
    trainer_info(job.trainer).complete_params(job.params)  # before anything slow
    return load_trainer(job.trainer)


def _test_part(job: Job, split: Split, upload: Upload | None) -> TestPart:
    return load_test_part(job.dataset, job.data_dir, job.cache_dir, split, upload=upload)


def _data_line(data: Dataset, *, is_test_used: bool) -> str:
    info = data.info
    return (
        f"data {info.label}: {thousands(info.n_train)} train, {thousands(info.n_validation)} validation, "
        f"{thousands(info.n_test)} test ({'evaluated at the end' if is_test_used else 'not used'})"
    )


class PipeReporter:
    """The `trainers.base.Reporter` of a trainer process."""

    def __init__(self, pipe: Pipe, max_epochs: int, trainer: str) -> None:
        self._pipe = pipe
        self._max_epochs = thousands(max_epochs)
        self._trainer = trainer

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        """Send the epoch's metrics, and a log line with them."""
        ordered = {name: metrics[name] for name in sorted(metrics, key=_metric_order)}
        self._pipe.send({"type": "report", "step": step, "metrics": ordered, "seconds": seconds})
        place = f"{thousands(step):>{len(self._max_epochs)}}/{self._max_epochs}"
        # without the accuracy in training: the line must be short
        shown = (_show(self._trainer, *each) for each in ordered.items() if each[0] != "accuracy")
        self._pipe.log(f"epoch {place}  {'  '.join(shown)}")

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Send the earlier epochs again: the reports of an attempt are those of the whole training."""
        for step, (metrics, seconds) in enumerate(epochs, 1):
            self._pipe.send({"type": "report", "step": step, "metrics": metrics, "seconds": seconds})
        self._pipe.send({"type": "resumed", "step": len(epochs)})
        self._pipe.log(f"continues after epoch {thousands(len(epochs))}, which an earlier attempt saved")

    def measured(self, result: Result) -> None:
        """Send the result, which counts if the process dies before it has said how it ended."""
        self._pipe.send({"type": "measured", **result.to_json_dict()})

    def log(self, line: str) -> None:
        """Send one line for the log."""
        self._pipe.log(line)

    def should_stop(self) -> bool:
        """Say whether the supervisor has sent stop."""
        return self._pipe.is_stopped


def _metric_order(name: str) -> tuple[bool, bool, str]:
    """Sort metrics: training before validation, the loss first."""
    return name.startswith("val_"), not name.endswith("loss"), name


def _show(trainer: str, name: str, number: float) -> str:
    return f"{name} {value(number, is_percent(trainer, name))}"
