"""`python -m benchmarks.claims`: the cost of claiming and finishing a trial, and how soon a stopped one ends.

Many processes at once on one study, and one claim in a study with 10,000 finished trials of 20 params,
suggestion included; then trainings that somebody stops. On SQLite and PostgreSQL, a throw-away cluster, left
out where it is not installed.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.on_databases import ROLE, ROOT, run_on_databases, set_up
from benchmarks.stops import time_stops

N_PROCESSES, N_PAIRS = 8, 1_600
N_FINISHED, N_PARAMS, N_CLAIMS = 10_000, 20, 15


def main() -> None:
    if os.environ.get(ROLE) == "slot":
        use_up_budget()
    elif os.environ.get(ROLE):
        measure()
    else:
        run_on_databases("benchmarks.claims", sys.argv[1:])


def measure() -> None:
    set_up()
    _replace_hints()
    _time_pairs()
    for sampler in ("random", "tpe", "auto"):
        _time_claims(sampler)
    time_stops()


def _time_pairs() -> None:
    """Eight processes use up one study's budget."""
    from dashboard.models import Trial

    study = _study("random", n_params=1, max_trials=N_PAIRS)
    command = [sys.executable, "-m", "benchmarks.claims"]
    environment = {**os.environ, ROLE: "slot"}
    slots = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(N_PROCESSES)
    ]
    reports = [slot.communicate()[0].split() for slot in slots]
    started = min(float(start) for start, *_ in reports)
    seconds = time.time() - started
    n_locked = sum(int(locked) for _, locked, *_ in reports)
    n_suggestions = sum(int(made) for _, _, made, _ in reports)
    slowest = max(float(longest) for *_, longest in reports)
    n = Trial.objects.filter(study=study, state="complete").count()
    print(
        f"{N_PROCESSES} processes: {n:,} claims with finish in {seconds:.1f} s, {n / seconds:,.0f} pairs/s"
        f" (goal: 100); database errors: {n_locked}; slowest pair {1_000 * slowest:.0f} ms;"
        f" {n_suggestions / n:.1f} suggestions per claim: the others lost a race",
        flush=True,
    )


def use_up_budget() -> None:
    """Prints when it began, refusals of the database, suggestions, and its slowest pair in seconds."""
    import django

    django.setup()
    from django.db import OperationalError

    from dashboard.engine import claims
    from dashboard.engine.fences import Fence, Outcome, finish_trial

    _replace_hints()
    suggest: Any = vars(claims)["suggest"]
    suggestions: list[int] = []

    def counted(study: Any, number: int) -> Any:
        suggestions.append(number)
        return suggest(study, number)

    vars(claims)["suggest"] = counted
    began, n_refused, slowest = time.time(), 0, 0.0
    is_over = False
    while not is_over:
        start = time.monotonic()
        try:
            trial = claims.claim_trial(worker="bench / 1", queues=["cpu"])
            if trial is not None:
                finish_trial(Fence.of(trial), Outcome(1.0, 1, {"val_loss": 1.0}, 1.0, 1, {}))
            is_over = trial is None
        except OperationalError:
            n_refused += 1
        slowest = max(slowest, time.monotonic() - start)
    print(began, n_refused, len(suggestions), slowest)


def _time_claims(sampler: str) -> None:
    from dashboard.engine.claims import claim_trial_of

    study = _study(sampler, n_params=N_PARAMS, max_trials=N_FINISHED + N_CLAIMS + 10)
    _add_finished(study)
    claim_trial_of(study_id=study.pk, worker="bench / 1")  # imports and caches
    milliseconds = []
    profile = cProfile.Profile()
    for _ in range(N_CLAIMS):
        start = time.perf_counter()
        claim_trial_of(study_id=study.pk, worker="bench / 1")
        milliseconds.append(1_000 * (time.perf_counter() - start))
    profile.runcall(claim_trial_of, study_id=study.pk, worker="bench / 1")
    print(
        f"one claim beside {N_FINISHED:,} finished trials of {N_PARAMS} params, {sampler}:"
        f" median {median(milliseconds):,.0f} ms, most {max(milliseconds):,.0f} ms (goal: 15 ms)"
    )
    _print_profile(profile)


def _print_profile(profile: cProfile.Profile) -> None:
    """Where the time goes: functions of ours with what they call, the longest first."""
    stats: Any = pstats.Stats(profile)
    rows = [
        (cumulative, function, Path(file).name, line)
        for (file, line, function), (_, _, _, cumulative, _) in stats.stats.items()
        if str(ROOT) in file and ".venv" not in file and "site-packages" not in file
    ]
    for cumulative, function, file, line in sorted(rows, reverse=True)[:14]:
        print(f"    {1_000 * cumulative:9.1f} ms  {function} ({file}:{line})")


def _study(sampler: str, *, n_params: int, max_trials: int) -> Any:
    from tests.builders import running_study

    params = [{"name": f"x{i}", "type": "float", "low": 0.0, "high": 1.0} for i in range(n_params)]
    space = {"version": 1, "params": params}
    return running_study(
        space=space, sampler=sampler, max_trials=max_trials, n_parallel=256, seed=0, max_failures=1_000
    )


def _add_finished(study: Any) -> None:
    from dashboard.models import Origin, Trial
    from tests.builders import add_trials

    rng = random.Random(0)
    trials = add_trials(study, N_FINISHED, value=lambda _: rng.random(), origin=Origin.MODEL, sampler="tpe")
    for trial in trials:
        trial.params = {f"x{i}": rng.random() for i in range(N_PARAMS)}
    Trial.objects.bulk_update(trials, ["params"], batch_size=500)


def _replace_hints() -> None:
    """No broker takes part."""
    from dashboard.engine import hints

    def send_nothing(n_slots: int, queue: str) -> None:
        pass

    hints._send_hints = send_nothing  # noqa: SLF001


if __name__ == "__main__":
    main()
