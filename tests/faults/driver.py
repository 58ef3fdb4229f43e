"""One fault run: a workload, random faults, a checker, and the figures. `python -m tests.faults`."""

import os
import platform
import random
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.rig import Rig, database_in, left_behind, prepare_environment, remove_all

if TYPE_CHECKING:
    from tests.faults.databases import Database
    from tests.faults.faults import Chaos

LEASE_SECONDS = 4
N_WORKERS = 3
SLOTS = 2
# No change of any state for so long, with all faults undone in between: nothing moves any more.
STALL_SECONDS = 90


@dataclass(frozen=True)
class Plan:
    n_trials: int
    seed: int
    database: str
    seconds_between_faults: float
    is_kept: bool = False


def run(plan: Plan) -> bool:
    """True when no invariant is broken; the folder of a run that broke one is kept."""
    folder = Path(tempfile.mkdtemp(prefix="parzen-faults-"))
    is_good = False
    try:
        with database_in(folder, plan.database) as database:
            prepare_environment(folder, lease_seconds=LEASE_SECONDS, n_slots=SLOTS, database_url=database.url)
            is_good = _run_on(database, folder, plan)
    finally:
        if is_good and not plan.is_kept:
            remove_all(folder)
        else:
            print(f"What the processes said and what the database holds is kept in {folder}.", flush=True)
    return is_good


def _run_on(database: "Database", folder: Path, plan: Plan) -> bool:
    import django

    django.setup()
    from tests.faults.checker import check
    from tests.faults.faults import Chaos
    from tests.faults.figures import last_line, print_figures

    print_header(plan)
    _prepare_database()
    rig = Rig(folder, database, n_workers=N_WORKERS)
    chaos = Chaos(rig, random.Random(plan.seed), plan.seconds_between_faults)
    began = time.monotonic()
    try:
        rig.start()
        stalled = _drive(chaos, plan)
    finally:
        chaos.finish()
        stubborn = rig.stop()
    seconds = time.monotonic() - began
    remains = [f"process {p.pid} is left: {' '.join(p.cmdline())}" for p in left_behind(folder)]
    remains += [f"left in the temporary folder: {path.name}" for path in (folder / "tmp").iterdir()]
    findings = check(folder / "journal", database, remains + stubborn, stalled)
    print_figures(chaos, folder, seconds)
    for finding in findings:
        print(finding)
    print(last_line(findings, chaos))
    return not findings


def print_header(plan: Plan) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        database = f"{connection.display_name} {cursor.fetchone()[0]}"
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "celery", "kombu", "redis"))
    cores = len(os.sched_getaffinity(0))
    print(f"Python {platform.python_version()}, {packages}, {database}; {platform.platform()}, {cores} cores")
    print(
        f"seed {plan.seed}: {plan.n_trials} trials, {N_WORKERS} workers of {SLOTS} slots,"
        f" lease {LEASE_SECONDS} s, a fault every {plan.seconds_between_faults} s",
        flush=True,
    )


def _prepare_database() -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from tests.faults.events import install_triggers

    call_command("migrate", verbosity=0)
    install_triggers()
    User.objects.create_user("faults")


def _drive(chaos: "Chaos", plan: Plan) -> bool:
    """Until every study has ended. True when nothing moved any more."""
    from django.db import Error, close_old_connections, connection

    from tests.faults.events import last_event_id
    from tests.faults.workload import Workload

    workload = Workload(random.Random(plan.seed + 1), plan.n_trials)
    last_event, last_moved, next_act = 0, time.monotonic(), 0.0
    while True:
        chaos.tick()
        chaos.rig.revive()
        try:
            if not workload.keep_busy():
                return False
            event = last_event_id()
            workload.write_late()
            if time.monotonic() > next_act:
                next_act = time.monotonic() + 2
                workload.disturb()
        except Error:  # the database is away, as ordered
            connection.close()
            event = last_event
        close_old_connections()
        if event != last_event:
            last_event, last_moved = event, time.monotonic()
        if time.monotonic() - last_moved > STALL_SECONDS:
            return True
        time.sleep(0.1)
