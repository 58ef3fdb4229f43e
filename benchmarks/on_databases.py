"""Run a benchmark in a process of its own for each database: SQLite, and a throw-away PostgreSQL cluster."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.faults.databases import DATABASES

ROOT = Path(__file__).resolve().parent.parent
# What such a process is for; the one that starts the others has none.
ROLE = "PARZEN_BENCH_ROLE"


def run_on_databases(module: str, names: Sequence[str] = ()) -> None:
    """On those of the databases that are installed, the role set to `measure`."""
    for name in names or sorted(DATABASES, reverse=True):
        with tempfile.TemporaryDirectory(prefix="parzen-bench-") as folder:
            _run_on(name, Path(folder), module)


def _run_on(name: str, folder: Path, module: str) -> None:
    try:
        database = DATABASES[name](folder)
    except SystemExit as error:
        print(f"\n{name}: left out. {error}")
        return
    settings = {
        "DATABASE_URL": database.url,
        "PARZEN_VAR_DIR": str(folder),
        "PARZEN_SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789",
        "PARZEN_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        ROLE: "measure",
    }
    database.start()
    try:
        subprocess.run([sys.executable, "-m", module], cwd=ROOT, env=os.environ | settings, check=True)
    finally:
        database.stop()


def set_up() -> None:
    """Django on an empty database, in a process whose settings name it; says where it runs."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    where = f"Python {platform.python_version()}, {cores} cores, load {load:.1f}, seed 0"
    print(f"\n{connection.display_name}, {where}", flush=True)
    call_command("migrate", verbosity=0)
