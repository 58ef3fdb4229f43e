"""A trainer without Keras that sleeps, lies, leaks, hangs and dies, as drawn from seed and attempt.

`mix` in the params says how wild: `calm` trains and ends, `wild` does everything now and then, and the name
of a verb does that alone. `study` is a constant of the study's space that names it in the journal.
"""

import math
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.faults.fake import journal
from trainers.base import Budget, Metric, Objective, Reporter, Result, TrainerInfo
from trainers.knob import Knob

CALM = ("sleep",) * 8 + ("spin", "report")


def _knob(name: str, kind: Any, default: Any, **limits: Any) -> Knob:
    return Knob(name=name, label=name, kind=kind, default=default, help="", group="fault", **limits)


def train(
    params: Mapping[str, Any],
    _data: object,
    budget: Budget,
    reporter: Any,
    *,
    seed: int,
    objective: Objective,
    **_others: object,
) -> Result:
    from tests.faults.fake import fork_server

    job = fork_server.job
    who = {"study": params["study"], "trial": job["trial"], "attempt": job["attempt"]}
    journal.append("start", **who, pid=os.getpid())
    rng = random.Random(f"{seed}/{job['attempt']}")
    mix = params["mix"]
    verb = rng.choice(CALM) if mix == "calm" or (mix == "wild" and rng.random() < 0.7) else mix
    verb = rng.choice(sorted(VERBS)) if verb == "wild" else verb
    value = value_of(params, seed)
    for step in range(1, budget.max_epochs + 1):
        reporter.report(step, {objective.metric: value + 1 / step, "loss": 1 / step}, 0.01 * step)
    value = VERBS[verb](reporter, rng, params["amount"], value)
    journal.append("end", **who, verb=verb, value=value if math.isfinite(value) else None)
    return Result(
        value=value,
        best_step=budget.max_epochs,
        metrics={objective.metric: value},
        n_steps=budget.max_epochs,
        n_parameters=1,
        seconds=0.01 * budget.max_epochs,
        versions={"fake": "1"},
    )


def value_of(params: Mapping[str, Any], seed: int) -> float:
    """A bowl with a little noise, so that no two trials have the same value."""
    return float((params["x"] - 0.3) ** 2 + (params["y"] - 0.6) ** 2 + random.Random(seed).random() / 100)


def _sleep(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    time.sleep(rng.uniform(0, 0.4))
    return value


def _spin(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    end = time.monotonic() + rng.uniform(0, 0.3)
    while time.monotonic() < end:
        pow(3, 20_000)
    return value


def _leak(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    leaked = [b"x" * 20_000_000]
    while True:
        leaked.append(leaked[0] + b"x")
        time.sleep(0.02)


def _die(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    os.kill(os.getpid(), signal.SIGKILL)
    return value


def _exit(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    os._exit(rng.randrange(2, 100))


def _hang(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def _orphan(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    """Leave a process behind that would sleep for an hour."""
    pid = os.fork()
    if not pid:
        time.sleep(3_600)
        os._exit(0)
    journal.append("orphan", pid=pid)
    return value


def _print(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    """As many megabytes as `amount` says."""
    line = "x" * 99 + "\n"
    for _megabyte in range(max(1, int(amount))):
        sys.stdout.write(line * 10_000)
    return value


def _nan(_: Reporter, rng: random.Random, amount: float, value: float) -> float:
    return math.nan


def _report(reporter: Reporter, rng: random.Random, amount: float, value: float) -> float:
    """As many thousand reports as `amount` says."""
    for step in range(100, 100 + int(amount * 1_000)):
        reporter.report(step, {"val_loss": value, "loss": math.inf}, 0.001 * step)
    return value


def _garble(reporter: Any, rng: random.Random, amount: float, value: float) -> float:
    """Say something that is no message, or makes no sense."""
    words = (
        b"{",
        b'{"type": "report"}',
        b'{"type": "result", "value": "1e309"}',
        b'{"type": "report", "step": -1}',
    )
    reporter._pipe._send_bytes(rng.choice(words))
    time.sleep(1)
    return value


def _close(reporter: Any, rng: random.Random, amount: float, value: float) -> float:
    """Close the pipe and go on, as if nobody had to know."""
    with socket.socket(fileno=os.dup(reporter._pipe._connection.fileno())) as pipe:
        pipe.shutdown(socket.SHUT_WR)
    while True:
        time.sleep(60)


Verb = Callable[[Any, random.Random, float, float], float]
VERBS: dict[str, Verb] = {
    "sleep": _sleep,
    "spin": _spin,
    "leak": _leak,
    "die": _die,
    "exit": _exit,
    "hang": _hang,
    "orphan": _orphan,
    "print": _print,
    "nan": _nan,
    "report": _report,
    "garble": _garble,
    "close": _close,
}
INFO = TrainerInfo(
    name="fake",
    label="Fake",
    summary="Trains nothing.",
    knobs=(
        _knob("x", "float", 0.5, minimum=0, maximum=1),
        _knob("y", "float", 0.5, minimum=0, maximum=1),
        _knob("study", "int", 0, minimum=0),
        _knob("mix", "categorical", "calm", choices=("calm", "wild", *VERBS)),
        _knob("amount", "float", 1.0, minimum=0),
    ),
    metrics=(Metric("val_loss", "Loss", "minimize", is_objective=True),),
    kinds=("images",),
    task="classification",
)
