"""A backup is taken while everybody works, and its restore lets nobody of before write into it."""

import json
import os
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import Fence, fail_trial, finish_trial, renew_lease
from dashboard.engine.retries import retry_trial
from dashboard.engine.timeline import begin_timeline
from dashboard.models import Attempt, Trial
from dashboard.operations.backups.archive import (
    ARTIFACTS,
    DUMP,
    Manifest,
    digest,
    read_archive,
    write_archive,
)
from dashboard.refusal import Refused
from tests.builders import WORKER, claim, complete, fence_of, outcome, running_study
from tests.faults.databases import DATABASES, has_postgresql

ROOT = Path(__file__).parents[3]
BOTH = [
    "sqlite",
    pytest.param(
        "postgresql", marks=pytest.mark.skipif(not has_postgresql(), reason="PostgreSQL is not installed")
    ),
]


# The archive ------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path):
    dump = tmp_path / "in" / DUMP
    dump.parent.mkdir()
    dump.write_bytes(os.urandom(50_000))
    path = tmp_path / "monday.backup"
    write_archive(path, dump, Manifest("sqlite", ["dashboard.0001_first_tables"], "2026", digest(dump)), {})
    return path


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_archive_gives_back_what_was_put_in(archive, out):
    manifest, dump = read_archive(archive, out)

    assert (manifest.database, manifest.migrations) == ("sqlite", ["dashboard.0001_first_tables"])
    assert dump.read_bytes() == (archive.parent / "in" / DUMP).read_bytes()


def test_kept_networks_come_along(tmp_path, out):
    dump, kept = tmp_path / "dump", tmp_path / "kept"
    dump.write_bytes(b"rows")
    (kept / "studies/1/0").mkdir(parents=True)
    (kept / "studies/1/0/1.keras").write_bytes(b"network")
    manifest = Manifest("sqlite", [], "2026", digest(dump))
    write_archive(tmp_path / "monday.backup", dump, manifest, {"artifacts": kept})

    read_archive(tmp_path / "monday.backup", out)

    assert (out / ARTIFACTS / "studies/1/0/1.keras").read_bytes() == b"network"


@pytest.mark.parametrize("name", ["artifacts/../../escaped", "artifacts/link"])
def test_network_that_leads_out_of_its_folder_is_refused(archive, tmp_path, out, name):
    with tarfile.open(archive, "r:gz") as tar:
        tar.extractall(tmp_path / "in", filter="data")
    evil = tarfile.TarInfo(name)
    if name.endswith("link"):
        evil.type, evil.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "in/manifest.json", "manifest.json")
        tar.add(tmp_path / "in" / DUMP, DUMP)
        tar.addfile(evil)

    with pytest.raises(Refused):
        read_archive(archive, out)


def test_archive_is_for_its_owner_only(archive):
    assert archive.stat().st_mode & 0o077 == 0
    assert not list(archive.parent.glob("*.part"))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_cut_archive_is_refused(archive, out, share):
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])

    with pytest.raises(Refused, match=r"monday\.backup is "):
        read_archive(archive, out)


@pytest.mark.parametrize("at", [200, 25_000])
def test_changed_archive_is_refused(archive, out, at):
    content = bytearray(archive.read_bytes())
    content[at] ^= 0xFF
    archive.write_bytes(content)

    with pytest.raises(Refused):
        read_archive(archive, out)


def test_file_that_is_not_there_is_named(out):
    with pytest.raises(Refused, match="/nowhere does not exist"):
        read_archive(Path("/nowhere"), out)


def test_archive_of_a_later_format_is_refused(archive, out):
    dump = archive.parent / "in" / DUMP
    write_archive(archive, dump, Manifest("sqlite", [], "2030", digest(dump), format=2), {})

    with pytest.raises(Refused, match="has format 2, but this version of Parzen reads format 1"):
        read_archive(archive, out)


def test_names_inside_an_archive_lead_nowhere(tmp_path, out):
    path = tmp_path / "evil.backup"
    (tmp_path / "x").write_text("{}")
    with tarfile.open(path, "w:gz") as tar:
        tar.add(tmp_path / "x", "../../escaped")

    with pytest.raises(Refused):
        read_archive(path, out)
    assert list(out.parent.parent.glob("escaped")) == []


# The fence --------------------------------------------------------------------------------------------------


def test_training_of_the_old_timeline_can_write_nothing(db):
    study = running_study(n_parallel=4)
    zombie = fence_of(claim(study))

    assert begin_timeline() == 1

    assert not renew_lease(zombie)
    assert not finish_trial(zombie, outcome())
    again = claim(study)
    assert (again.number, again.params) == (zombie.number, Trial.objects.get(pk=zombie.trial_id).params)
    assert finish_trial(fence_of(again), outcome())


def test_trial_made_after_the_backup_does_not_fit_a_new_one(db):
    study = running_study()
    complete(study)
    begin_timeline()

    lost_to_the_backup = Fence(study.pk, Trial.objects.get().pk + 1, 1, 1)
    claim(study)

    assert not finish_trial(lost_to_the_backup, outcome())


def test_retry_after_a_restore_is_not_mistaken_for_one_before(db):
    study = running_study()
    trial = claim(study)
    fail_trial(fence_of(trial), kind="error", message="broke")
    retried_after_the_backup = Fence(study.pk, trial.pk, trial.number, trial.attempt + 1)
    begin_timeline()

    retry_trial(study_id=study.pk, number=trial.number, by="Ada")
    claim(study)

    assert not finish_trial(retried_after_the_backup, outcome())


def test_attempts_of_before_stay_with_their_trials(page, user):
    study = running_study(owner=user, lost_retries=0)
    trial = claim(study)
    fail_trial(fence_of(trial), kind="error", message="broke")
    complete(study)
    begin_timeline()

    for trial in Trial.objects.all():
        assert Attempt.objects.filter(trial=trial, number=trial.attempt).exists()
    words = page.get(f"/studies/{study.pk}/trials/0/").content.decode()
    assert "Failed on the first attempt" in words


# The commands -----------------------------------------------------------------------------------------------

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

    def __init__(self, folder, url=""):
        folder.mkdir()
        self.environment = {
            **os.environ,
            "PARZEN_VAR_DIR": str(folder),
            "PARZEN_SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789",
            "PARZEN_LOG_LEVEL": "ERROR",
            "DATABASE_URL": url,
        }
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
        script = (
            "import json; from dashboard.models import Trial;"
            "print(json.dumps(list(Trial.objects.order_by('study', 'number')"
            ".values_list('study__state', 'number', 'state', 'value', 'attempt'))))"
        )
        return json.loads(self.run(script))


@pytest.fixture
def house(request, tmp_path):
    name = getattr(request, "param", "sqlite")
    if name == "sqlite":
        yield House(tmp_path / "var")
        return
    with TemporaryDirectory(prefix="parzen-backups-") as folder:  # one that the server's user may enter
        database = DATABASES[name](Path(folder))
        database.start()
        try:
            yield House(tmp_path / "var", database.url)
        finally:
            database.stop()


@pytest.mark.slow
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
    assert "Saved the database, uploaded datasets, and kept models to" in said
    house.run("from dashboard.models import Study; Study.objects.all().delete()")
    kept.unlink()
    uploaded.unlink()

    said = house.manage("restore", tmp_path / "monday.backup")

    assert "1 study" in said
    assert "1 trial running at that time will be trained again" in said
    assert house.states() == [["running", 0, "complete", 0.25, 1], ["running", 1, "waiting", None, 1001]]
    assert kept.read_bytes() == b"network"
    assert uploaded.read_bytes() == b"a,b"


@pytest.mark.slow
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


@pytest.mark.slow
def test_restore_asks_before_it_replaces_studies(house, tmp_path):
    house.run(MAKE_STUDIES)
    house.manage("backup", tmp_path / "monday.backup")

    said = house.manage("restore", tmp_path / "monday.backup", fails=True)

    assert "The restore would replace 1 study" in said
    assert "Traceback" not in said
    assert house.states()[1][2] == "running"


@pytest.mark.slow
def test_restore_refuses_what_does_not_fit(house, tmp_path):
    house.run(MAKE_STUDIES)
    good, other = tmp_path / "monday.backup", tmp_path / "other.backup"
    house.manage("backup", good)
    assert "already exists" in house.manage("backup", good, fails=True)
    assert "Folder /nowhere does not exist" in house.manage("backup", "/nowhere/x.backup", fails=True)
    manifest, dump = read_archive(good, tmp_path)
    for changes, words in (
        ({"database": "postgresql"}, "The backup is from postgresql"),
        ({"migrations": ["dashboard.9999_future"]}, "(migration dashboard.9999_future)"),
        ({"migrations": ["dashboard.0001_first_tables"]}, "it lacks 0002_trial_sampler"),
    ):
        write_archive(other, dump, Manifest(**{**vars(manifest), **changes}), {})
        assert words in house.manage("restore", other, "--yes", fails=True)
    dump.write_bytes(b"SQLite format 3\0" + b"no database" * 100)
    write_archive(other, dump, Manifest(**{**vars(manifest), "sha256": digest(dump)}), {})
    assert "damaged" in house.manage("restore", other, "--yes", fails=True)
    assert house.states()[1][2] == "running"


@pytest.mark.slow
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


def test_claim_after_a_restore_counts_attempts_on(db):
    study = running_study()
    claim(study)
    begin_timeline()

    assert claim_trial_of(study_id=study.pk, worker=WORKER).attempt == 1002


def test_ids_jump_also_before_the_first_trial(db):
    begin_timeline()

    assert claim(running_study()).pk > 1_000_000
