import json
import multiprocessing
import threading
from typing import Any

import numpy as np
import pytest

from trainers.errors import DatasetMissing, TrialDiverged, TrialStopped
from trainers.processes import pipe as pipe_module
from trainers.processes.child import PipeReporter
from trainers.processes.outcome import MAX_MESSAGE, MAX_TRACEBACK, failure_message
from trainers.processes.pipe import LineWriter, Pipe, to_json


@pytest.fixture
def ends():
    ours, theirs = multiprocessing.Pipe(duplex=True)
    lost = threading.Event()
    yield ours, Pipe(theirs, on_lost=lost.set), lost
    ours.close()
    theirs.close()


def received(connection: Any) -> list[dict[str, Any]]:
    messages = []
    while connection.poll(0):
        messages.append(json.loads(connection.recv_bytes()))
    return messages


def test_numbers_that_json_lacks_become_null_and_never_numbers():
    message = {"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": -float("inf")}, "e": np.float64("nan")}
    assert json.loads(to_json(message)) == {"a": None, "b": [None, 1.5], "c": {"d": None}, "e": None}


def test_an_epoch_is_a_report_and_a_line(ends):
    ours, pipe, _ = ends
    metrics = {"accuracy": 0.8, "loss": 0.678, "val_accuracy": 0.802, "val_loss": 0.6902}
    PipeReporter(pipe, 20, "mlp").report(1, metrics, 1.5)
    report, line = received(ours)
    assert report == {"type": "report", "step": 1, "metrics": metrics, "seconds": 1.5}
    assert list(report["metrics"]) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert line == {
        "type": "log",
        "line": "epoch  1/20  loss 0.6780  val_loss 0.6902  val_accuracy 80.2%",
    }


def test_the_line_of_an_epoch_loses_no_small_loss_and_counts_as_pages_do(ends):
    ours, pipe, _ = ends
    PipeReporter(pipe, 2000, "mlp").report(1500, {"loss": 1.1e-13, "val_loss": 0.0}, 1.5)

    _, line = received(ours)

    assert line["line"] == "epoch 1,500/2,000  loss 1.1e-13  val_loss 0"


def test_stop_arrives_while_the_training_computes(ends):
    ours, pipe, _ = ends
    pipe.start_reading()
    reporter = PipeReporter(pipe, 1, "mlp")
    assert not reporter.should_stop()
    ours.send_bytes(b'{"type": "stop"}')
    assert pipe._stop.wait(5)
    assert reporter.should_stop()


def test_the_end_of_the_pipe_is_noticed_at_once(ends):
    ours, pipe, lost = ends
    pipe.start_reading()
    ours.close()
    assert lost.wait(5)


def test_a_broken_pipe_is_noticed_when_sending(ends):
    ours, pipe, lost = ends
    ours.close()
    pipe.log("anyone?")
    assert lost.is_set()


def test_log_lines_are_cut_and_counted(ends, monkeypatch: pytest.MonkeyPatch):
    ours, pipe, _ = ends
    monkeypatch.setattr(pipe_module, "MAX_LINES", 3)
    for _ in range(9):
        pipe.log("x" * 5_000)
    lines = [message["line"] for message in received(ours)]
    assert [len(line) for line in lines[:3]] == [2_000] * 3
    assert lines[3:] == ["more than 3 lines: the rest of the log is omitted"]


def test_printed_text_becomes_lines():
    lines: list[str] = []
    with LineWriter(lines.append) as out:
        print("one\ntwo", file=out)
        print("10%\r20%\r30%\r", end="", file=out, flush=True)
        print("\n\nlast", end="", file=out)
        assert lines == ["one", "two", "30%"]
    assert lines == ["one", "two", "30%", "last"]


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's."""


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (TrialDiverged("loss became NaN in epoch 1."), "diverged", "loss became NaN in epoch 1."),
        (TrialStopped("Stopped on request in epoch 3."), "stopped", "Stopped on request in epoch 3."),
        (DatasetMissing("MNIST is missing."), "error", "MNIST is missing."),
        (MemoryError(), "out_of_memory", "The training ran out of memory."),
        (ResourceExhaustedError("OOM when allocating"), "out_of_memory", "The training ran out of memory."),
        (ValueError("first\nsecond"), "error", "ValueError: first"),
        (SystemExit(), "error", "SystemExit."),
    ],
)
def test_an_exception_is_an_outcome(error: BaseException, kind: str, message: str):
    failure = failure_message(error)
    assert (failure["type"], failure["kind"], failure["message"]) == ("failed", kind, message)


def test_tracebacks_are_capped_and_only_for_surprises():
    def deep(n: int) -> None:
        if n == 0:
            raise ValueError("x" * 30_000)
        deep(n - 1)

    with pytest.raises(ValueError, match="x") as caught:
        deep(50)
    failure = failure_message(caught.value)
    assert len(failure["traceback"]) == MAX_TRACEBACK
    assert len(failure["message"]) == MAX_MESSAGE
    assert failure_message(TrialDiverged("x"))["traceback"] == ""
