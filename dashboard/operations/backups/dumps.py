"""Dumps of a database that is in use, and the way back, with the database's own means."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from dashboard.refusal import Refused

# In one transaction with what is restored: it works as a whole, or nothing has changed.
_EMPTY = "DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"


def dump_database(path: Path) -> None:
    """Write the database as it is at one moment; others go on reading and writing meanwhile."""
    if connection.vendor == "sqlite":
        _dump_sqlite(path)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def load_database(dump: Path) -> None:
    """Put the dump in the place of the database, which nobody else may use meanwhile."""
    if connection.vendor == "sqlite":
        _load_sqlite(dump)
    else:
        _load_postgresql(dump)


def _dump_sqlite(path: Path) -> None:
    with _sqlite(_sqlite_file()) as source, _sqlite(path) as target:
        source.backup(target)  # one step, so one moment; writers do not wait, for the database has a WAL
    _check(path)


def _load_sqlite(dump: Path) -> None:
    _check(dump)
    place = _sqlite_file()
    connection.close()
    draft = place.with_name(place.name + ".restored")
    shutil.copyfile(dump, draft)
    draft.chmod(0o600)
    for suffix in ("-wal", "-shm"):  # of the old database: they would be played into the new one
        place.with_name(place.name + suffix).unlink(missing_ok=True)
    draft.replace(place)


def _load_postgresql(dump: Path) -> None:
    script = dump.with_suffix(".sql")
    _program("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump))
    connection.close()
    _run(
        "psql",
        *("--single-transaction", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"),
        f"--command={_EMPTY}",
        f"--file={script}",
    )


def _sqlite(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, timeout=20))


def _sqlite_file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _check(path: Path) -> None:
    try:
        with _sqlite(path) as opened:
            problems = [text for (text,) in opened.execute("PRAGMA integrity_check") if text != "ok"]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    if problems:
        raise Refused(f"The database is damaged, so nothing was changed: {problems[0]}")


def _run(program: str, *options: str) -> None:
    """Run a program of PostgreSQL on the database of the settings; Django knows how to tell it which."""
    command, environment = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    _program(program, *options, *command[1:], environment=environment or {})


def _program(program: str, *options: str, environment: dict[str, Any] | None = None) -> None:
    found = shutil.which(program)
    if not found:
        raise Refused(
            f"{program} is not on the PATH. Install PostgreSQL's client programs (Debian: "
            "postgresql-client), at least as new as the server."
        )
    env = None if environment is None else {"PATH": str(Path(found).parent), **environment}
    done = subprocess.run([found, *options], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip() or f"exit code {done.returncode}"
        raise Refused(f"{program} failed, and nothing was changed: {words}")
