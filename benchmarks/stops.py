"""How long a training lives on once somebody has stopped its study."""

from __future__ import annotations

import random
import threading
import time
from statistics import median
from typing import Any

import psutil

from benchmarks.overhead import started_study

N_STOPS = 20
# Seconds after its process is there: while it loads data and builds its network, or between two epochs.
EARLIEST, LATEST = 0.0, 6.0


def time_stops() -> None:
    """Digits without an end, each stopped at a random moment; a supervisor as in a worker's slot."""
    from trainers.processes.host import TrainerHost

    rng, host = random.Random(0), TrainerHost()
    host.warm_up()
    try:
        seconds = [_time_stop(host, rng.uniform(EARLIEST, LATEST)) for _ in range(N_STOPS)]
    finally:
        host.close()
    print(
        f"from Stop to the end of the training process, {N_STOPS} at random moments:"
        f" median {median(seconds):.2f} s, most {max(seconds):.2f} s (goal: 2 s)",
        flush=True,
    )


def _time_stop(host: Any, after: float) -> float:
    from dashboard.engine.claims import claim_trial_of
    from dashboard.engine.lifecycle import stop_study
    from dashboard.engine.worker.supervisor import Supervisor

    study = started_study("quick", "digits", max_epochs=100_000)
    trial = claim_trial_of(study_id=study.pk, worker="bench / 1")
    assert trial is not None
    supervisor = Supervisor(trial, host=host, shutting_down=threading.Event())
    slot = threading.Thread(target=_supervise, args=(supervisor,))
    slot.start()
    training = _training_of(host)
    time.sleep(after)
    assert training.is_running()
    began = time.perf_counter()
    stop_study(study_id=study.pk, by="Ada")
    training.wait(timeout=60)
    seconds = time.perf_counter() - began
    slot.join()
    return seconds


def _supervise(supervisor: Any) -> None:
    from django.db import connection

    try:
        supervisor.run()
    finally:
        connection.close()


def _training_of(host: Any) -> psutil.Process:
    """The child of the fork server, once it is there."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        found = psutil.Process(host.server_pid).children()
        if found:
            return found[0]
        time.sleep(0.01)
    raise SystemExit("No training started within two minutes.")
