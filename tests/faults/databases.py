"""The two databases that a fault run may use: each can be started, troubled and checked."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Database(Protocol):
    url: str
    trouble: str

    def start(self) -> None: ...

    def disturb(self, seconds: float) -> None:
        """Take the database away from everybody for about so long."""
        ...

    def problems(self) -> list[str]:
        """What the database's own checker says."""
        ...

    def stop(self) -> None: ...


class Sqlite:
    """It cannot be restarted, so its trouble is a lock that somebody holds."""

    trouble = "lock database"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "parzen.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def start(self) -> None:
        pass

    def disturb(self, seconds: float) -> None:
        threading.Thread(target=self._lock, args=(seconds,)).start()

    def _lock(self, seconds: float) -> None:
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        connection.rollback()
        connection.close()

    def problems(self) -> list[str]:
        with sqlite3.connect(self.path) as connection:
            rows = connection.execute("PRAGMA integrity_check").fetchall()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        connection.close()
        return [text for (text,) in rows if text != "ok"] + [f"foreign key: {row}" for row in orphans]

    def stop(self) -> None:
        pass


class Postgresql:
    """A cluster of its own, thrown away afterwards. PostgreSQL refuses to run as root.

    `address` is one that it listens at beside its socket, for the network around it; its programs are run by
    the command `prefix`.
    """

    trouble = "restart database"

    def __init__(self, folder: Path, *, address: str = "", prefix: Sequence[str] = ()) -> None:
        self.folder = folder / "pg"
        self.address = address
        if not has_postgresql():
            raise SystemExit("PostgreSQL is not installed: there is no initdb on the PATH.")
        self.bin = _postgresql_folders()[-1]
        self.lock = threading.Lock()
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self.as_user = [*prefix, *as_user]
        self.url = f"postgresql://postgres@{str(self.folder).replace('/', '%2F')}/postgres"

    def start(self) -> None:
        self.folder.mkdir()
        if self.as_user:
            self.folder.parent.chmod(0o755)
            shutil.chown(self.folder, "postgres")
        self._run(
            "initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"
        )
        if self.address:
            with (self.folder / "data" / "pg_hba.conf").open("a") as file:
                file.write("host all all samenet trust\n")
        self._control("start")

    def disturb(self, seconds: float) -> None:
        """Every process of the server dies at once; when it comes back it replays its log."""
        threading.Thread(target=self._restart, args=(seconds,)).start()

    def _restart(self, seconds: float) -> None:
        with self.lock:
            self._control("stop", "-m", "immediate")
            time.sleep(seconds)
            self._control("start")

    def problems(self) -> list[str]:
        done = self._run(
            *(
                "pg_amcheck",
                "--install-missing",
                "-h",
                str(self.folder),
                "-U",
                "postgres",
                "--heapallindexed",
            ),
            *("postgres",),
            check=False,
        )
        return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()

    def stop(self) -> None:
        with self.lock:
            self._control("stop", "-m", "fast", check=False)

    def _control(self, verb: str, *options: str, check: bool = True) -> None:
        if verb == "start":
            places = f"-c listen_addresses='{self.address}' -c unix_socket_directories={self.folder}"
            options = ("-o", places)
        place = ("-D", f"{self.folder}/data", "-l", f"{self.folder}/log")
        self._run("pg_ctl", *place, "-w", verb, *options, check=check)

    def _run(self, name: str, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [*self.as_user, str(self.bin / name), *args]
        with (self.folder / f"{name}.out").open(
            "w+"
        ) as out:  # pg_ctl's server keeps its output open: no pipe
            environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}  # it is no part of the run
            done = subprocess.run(command, stdout=out, stderr=out, cwd="/", env=environment, check=False)
            out.seek(0)
            text = out.read()
        if check and done.returncode:
            raise SystemExit(f"{name} failed: {text}")
        return subprocess.CompletedProcess(command, done.returncode, text, "")


def has_postgresql() -> bool:
    return bool(_postgresql_folders())


def _postgresql_folders() -> list[Path]:
    """Where PostgreSQL's programs are: on the PATH, or where Debian puts them."""
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))


DATABASES = {"sqlite": Sqlite, "postgresql": Postgresql}
