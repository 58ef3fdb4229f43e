"""An archive is whole or refused, and its restore lets nobody of before write into it."""

import os
import tarfile
from pathlib import Path

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


def test_claim_after_a_restore_counts_attempts_on(db):
    study = running_study()
    claim(study)
    begin_timeline()

    assert claim_trial_of(study_id=study.pk, worker=WORKER).attempt == 1002


def test_ids_jump_also_before_the_first_trial(db):
    begin_timeline()

    assert claim(running_study()).pk > 1_000_000
