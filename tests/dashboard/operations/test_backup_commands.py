"""A backup is taken while everybody works, and comes back whole: the commands, on databases of their own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import psycopg
import pytest

from dashboard.operations.backups.archive import Manifest, digest, read_archive, write_archive
from tests.faults.databases import DATABASES, has_postgresql

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
BOTH = [
    "sqlite",
    pytest.param(
        "postgresql", marks=pytest.mark.skipif(not has_postgresql(), reason="PostgreSQL is not installed")
    ),
]

MAKE_STUDIES = """
from tests.builders import claim, complete, running_study
study = running_study(n_parallel=9, max_trials=5)
complete(study), claim(study)
"""
# Claims and finishes without a pause, until it is killed.
WORK = """
from dashboard.engine import hints
hints._send_hints = lambda n_slots, queue: None
from tests.builders import complete, running_study
study = running_study(n_parallel=9, max_trials=100_000, sampler="random")
print("at work", flush=True)
while True:
    complete(study)
"""


class House:
    """A Parzen of its own, on a database of its own."""

    def __init__(self, folder, url="", *, like=None):
        self.folder, self.url = folder, url
        if like:
            copytree(like, folder)
        else:
            folder.mkdir()
        self.environment = {
            **os.environ,
            "PARZEN_VAR_DIR": str(folder),
            "PARZEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
            "PARZEN_LOG_LEVEL": "ERROR",
            "DATABASE_URL": url,
        }
        if not like:
            self.manage("migrate", "--verbosity", "0")

    def manage(self, *words, fails=False):
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, words)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(done.returncode) is fails, done.stderr
        return done.stderr if fails else done.stdout

    def run(self, script):
        return self.manage("shell", "--no-imports", "-c", script)

    @contextmanager
    def at_work(self):
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", WORK],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout.readline() == "at work\n"
        try:
            yield
        finally:
            worker.kill()
            worker.communicate()

    def states(self):
        """Asked of the database itself: another process of Django takes seconds to start."""
        query = (
            "SELECT s.state, t.number, t.state, t.value, t.attempt FROM dashboard_trial t"
            " JOIN dashboard_study s ON s.id = t.study_id ORDER BY s.id, t.number"
        )
        opened = psycopg.connect(self.url) if self.url else sqlite3.connect(self.folder / "parzen.sqlite3")
        with closing(opened):
            return [list(row) for row in opened.execute(query).fetchall()]


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory):
    """Of a House without studies: to migrate one takes seconds, to copy one takes none."""
    folder = tmp_path_factory.mktemp("empty") / "var"
    House(folder)
    return folder


@pytest.fixture(scope="module")
def furnished_folder(tmp_path_factory, empty_folder):
    """Of a House with a study."""
    folder = tmp_path_factory.mktemp("furnished") / "var"
    House(folder, like=empty_folder).run(MAKE_STUDIES)
    return folder


@pytest.fixture
def furnished(tmp_path, furnished_folder):
    return House(tmp_path / "var", like=furnished_folder)


@pytest.fixture
def house(request, tmp_path, empty_folder):
    name = getattr(request, "param", "sqlite")
    if name == "sqlite":
        yield House(tmp_path / "var", like=empty_folder)
        return
    with TemporaryDirectory(prefix="parzen-backups-") as folder:  # one that the server's user may enter
        database = DATABASES[name](Path(folder))
        database.start()
        try:
            yield House(tmp_path / "var", database.url)
        finally:
            database.stop()


@pytest.mark.parametrize("house", BOTH, indirect=True)
def test_backup_comes_back(house, tmp_path):
    house.run(MAKE_STUDIES)
    kept = tmp_path / "var" / "artifacts" / "network.keras"
    kept.parent.mkdir()
    kept.write_bytes(b"network")
    uploaded = tmp_path / "var" / "uploads" / "plants-0a1b2c3d" / "original"
    uploaded.parent.mkdir(parents=True)
    uploaded.write_bytes(b"a,b")
    said = house.manage("backup", tmp_path / "monday.backup")
    assert "Saved the database, uploaded datasets, and saved models to" in said
    house.run("from dashboard.models import Study; Study.objects.all().delete()")
    kept.unlink()
    uploaded.unlink()

    said = house.manage("restore", tmp_path / "monday.backup")

    assert "1 study" in said
    assert "1 trial running at that time will be retried" in said
    assert house.states() == [["running", 0, "complete", 0.25, 1], ["running", 1, "waiting", None, 1001]]
    assert kept.read_bytes() == b"network"
    assert uploaded.read_bytes() == b"a,b"


@pytest.mark.parametrize("house", BOTH, indirect=True)
def test_every_backup_under_load_is_whole(house, tmp_path):
    files = [tmp_path / f"{i}.backup" for i in range(3)]
    with house.at_work():
        for file in files:
            house.manage("backup", file)

    n_before = 0
    for file in files:
        house.manage("restore", file, "--yes")
        states = house.states()
        assert [number for _, number, *_ in states] == list(range(len(states)))
        assert {state for *_, state, _, _ in states[:-1]} == {"complete"}
        assert all(value == 0.25 for *_, value, _ in states[:-1])
        assert len(states) > n_before
        n_before = len(states) - 1


def test_restore_asks_before_it_replaces_studies(furnished, tmp_path):
    furnished.manage("backup", tmp_path / "monday.backup")

    said = furnished.manage("restore", tmp_path / "monday.backup", fails=True)

    assert "The restore would replace 1 study" in said
    assert "Traceback" not in said
    assert furnished.states()[1][2] == "running"


def test_restore_refuses_what_does_not_fit(furnished, tmp_path):
    good, other = tmp_path / "monday.backup", tmp_path / "other.backup"
    furnished.manage("backup", good)
    assert "already exists" in furnished.manage("backup", good, fails=True)
    assert "Folder /nowhere does not exist" in furnished.manage("backup", "/nowhere/x.backup", fails=True)
    manifest, dump = read_archive(good, tmp_path)
    for changes, words in (
        ({"database": "postgresql"}, "The backup is from postgresql"),
        ({"migrations": ["dashboard.9999_future"]}, "(migration dashboard.9999_future)"),
        ({"migrations": ["dashboard.0001_first_tables"]}, "it lacks 0002_trial_sampler"),
    ):
        write_archive(other, dump, Manifest(**{**vars(manifest), **changes}), {})
        assert words in furnished.manage("restore", other, "--yes", fails=True)
    dump.write_bytes(b"SQLite format 3\0" + b"no database" * 100)
    write_archive(other, dump, Manifest(**{**vars(manifest), "sha256": digest(dump)}), {})
    assert "damaged" in furnished.manage("restore", other, "--yes", fails=True)
    assert furnished.states()[1][2] == "running"


def test_restore_refuses_while_a_worker_is_alive(house, tmp_path):
    house.manage("backup", tmp_path / "monday.backup")
    house.run(
        "from datetime import datetime, UTC; from dashboard.models import Worker;"
        "Worker.objects.create(name='node-a:1', n_slots=1, queue='cpu',"
        "alive_until=datetime(2999, 1, 1, tzinfo=UTC), started_at=datetime(2026, 1, 1, tzinfo=UTC))"
    )

    assert "1 worker still uses this database" in house.manage(
        "restore", tmp_path / "monday.backup", fails=True
    )
