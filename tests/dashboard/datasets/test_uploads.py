"""Datasets that people upload: kept, read by a worker's process, described, used, shared, thrown away."""

import errno
import io
import json
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import reverse

from dashboard.datasets import actions
from dashboard.engine.backlog import claim_next
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.uploads import folder_of, ready_upload
from dashboard.engine.worker.jobs import job_of
from dashboard.models import Dataset, Quota, Role, Study, TrialState
from dashboard.people.actions import create_team
from dashboard.tasks import read_uploads
from tests.builders import OPERATOR, WORKER, actor, make_dataset, make_study, make_user, running_study
from tests.trainers.sources import series, table
from trainers.base import Job
from trainers.datasets.uploads import reading
from trainers.datasets.uploads.source import Upload
from trainers.errors import TrainerError

URL = "/datasets/upload/"


@pytest.fixture(autouse=True)
def quick(monkeypatch, settings, tmp_path):
    """Files are read here, and not in a process of their own (test_arrays_and_pictures.py does that)."""
    settings.UPLOAD_DIR, settings.CACHE_DIR = tmp_path / "uploads", tmp_path / "cache"

    def run(request):
        try:
            return json.loads(json.dumps(reading._answer(json.loads(json.dumps(request)))))
        except TrainerError as error:
            raise reading.DatasetInvalid(str(error)) from error

    monkeypatch.setattr(reading, "_run", run)


def send(page, content=None, *, name="plants.csv", label="Plants", **fields):
    data = table() if content is None else content
    file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    return page.post(URL, {"label": label, "has_header": "on", "place": "private", "file": file, **fields})


def described(page, dataset, **changes):
    """Post the description as the page offers it, with changes."""
    form = page.get(dataset.get_absolute_url()).context["page"].form
    return page.post(reverse("dataset-describe", args=[dataset.name]), {**form.initial, **changes})


def ready(page, content=None, **options):
    send(page, content, **options)
    read_uploads()
    dataset = Dataset.objects.latest("pk")
    described(page, dataset)
    read_uploads()
    dataset.refresh_from_db()
    assert dataset.state == "ready", dataset.problem
    return dataset


def test_a_table_becomes_a_dataset_that_a_study_trains_on(page, user):
    answer = send(page)
    dataset = Dataset.objects.get()
    assert answer.url == dataset.get_absolute_url()
    assert "Waiting to be imported" in page.get(answer.url).content.decode()

    read_uploads()
    dataset.refresh_from_db()
    assert dataset.state == "looked"
    shown = page.get(answer.url).content.decode()
    assert "40 rows, 3 columns" in shown
    assert "Import dataset" in shown

    described(page, dataset)
    read_uploads()
    dataset.refresh_from_db()
    assert dataset.state == "ready"
    assert (dataset.info["n_train"], dataset.info["class_names"]) == (24, ["no", "yes"])
    assert dataset.info["source"] == "plants.csv, uploaded by ada."
    offered = page.get("/studies/new/?dataset=" + dataset.name).content.decode()
    assert f'value="{dataset.name}" selected' in offered
    assert 'value="plants-mlp"' in offered

    study = running_study(owner=user, dataset=dataset.name)
    trial = claim_trial_of(study_id=study.pk, worker=WORKER)
    assert trial is not None
    job = Job.from_json(job_of(trial, study).to_json())
    upload = Upload.from_json_dict(job.upload)
    assert [column.name for column in upload.read().x] == ["size", "colour"]
    assert "Plants, 40 rows" in page.get(reverse("study-settings", args=[study.pk])).content.decode()
    assert "Plants, 40 rows" in page.get("/studies/").content.decode()


def test_the_guess_can_be_corrected_as_long_as_no_study_uses_it(page, user):
    dataset = ready(page)

    described(page, dataset, target="0", task="regression")
    read_uploads()
    dataset.refresh_from_db()
    assert (dataset.info["task"], dataset.info["target"]) == ("regression", "size")
    study = make_study(owner=user, dataset=dataset.name)

    page_now = page.get(dataset.get_absolute_url())
    assert page_now.context["page"].form is None
    answer = page.post(
        reverse("dataset-describe", args=[dataset.name]), {"task": "regression", "target": "0"}
    )
    assert answer.status_code == 422
    with pytest.raises(actions.Refused, match="is used by 1 study and can no longer be changed"):
        actions.describe_dataset(dataset, recipe=ready_upload(study.dataset).recipe, by=OPERATOR)


def test_a_recipe_that_breaks_a_rule_is_refused_on_the_form(page):
    send(page)
    read_uploads()
    dataset = Dataset.objects.get()

    answer = described(page, dataset, role_0="left out", role_1="left out")

    assert answer.status_code == 422
    assert "There is no input column" in answer.content.decode()
    dataset.refresh_from_db()
    assert dataset.state == "looked"


def test_rows_that_break_a_rule_are_named_and_the_description_can_be_changed(page):
    send(page, table(size=["x", *range(39)]))
    read_uploads()
    dataset = Dataset.objects.get()
    described(page, dataset, role_0="number")
    read_uploads()

    shown = page.get(dataset.get_absolute_url())
    assert "Row 1: size must be a number, not &#x27;x&#x27;." in shown.content.decode()
    described(page, dataset, role_0="left out")
    read_uploads()
    dataset.refresh_from_db()
    assert (dataset.state, dataset.problem) == ("ready", "")


def test_a_file_that_cannot_be_read_is_refused_in_words(page):
    send(page, "a,b\n1\n")
    read_uploads()

    dataset = Dataset.objects.get()
    assert (dataset.state, dataset.problem) == ("refused", "Line 2 has 1 field, but the header has 2.")
    assert dataset.problem in page.get(dataset.get_absolute_url()).content.decode()
    assert page.get(f"/datasets/{dataset.name}.png").status_code == 404


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "plants.ods"}, ".ods files are not supported."),
        ({"label": " "}, "Enter a name."),
        ({"content": ""}, "The file is empty. Choose another file."),
        ({"place": "team-99"}, "You cannot use this option."),
    ],
)
def test_an_upload_that_breaks_a_rule_leaves_nothing(page, settings, options, words):
    answer = send(page, **options)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Dataset.objects.exists()
    assert [path for path in settings.UPLOAD_DIR.rglob("*") if path.is_file()] == []


def test_a_file_that_is_too_large_is_refused_while_it_comes_in(page, settings):
    settings.UPLOAD_MB = 1
    answer = send(page, "a,b\n" + "1,2\n" * 300_000)

    assert answer.status_code == 422
    assert "larger than the upload limit of 1 MB" in answer.content.decode()
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_a_disk_that_is_full_is_named_while_the_file_comes_in(page, settings, monkeypatch):
    def write(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", write)
    answer = send(page, "a,b\n1,2\n")

    assert answer.status_code == 422
    words = "The file could not be saved: No space left on device. Contact an administrator."
    assert words in answer.content.decode()
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    assert not Dataset.objects.exists()


def test_a_folder_for_uploads_that_cannot_be_made_is_named(page, settings, tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings.UPLOAD_DIR = tmp_path / "file" / "uploads"
    answer = send(page, "a,b\n1,2\n")
    assert answer.status_code == 422
    assert "The file could not be saved: Not a directory." in answer.content.decode()


@pytest.mark.parametrize("url", ["/account/login/", "/teams/", "/studies/new/"])
def test_no_other_address_takes_files(page, settings, url):
    for client in (page, Client()):
        client.post(url, {"name": "Vision", "file": SimpleUploadedFile("x.csv", b"a,b\n")})
    assert not settings.UPLOAD_DIR.exists()


def test_nobody_uploads_without_signing_in(db, settings):
    assert send(Client()).status_code == 302
    assert not settings.UPLOAD_DIR.exists()


def test_another_file_under_a_name_is_another_version_with_the_same_recipe(page):
    first = ready(page)
    described(page, first, target="1")
    read_uploads()

    send(page, table(60))
    read_uploads()

    second = Dataset.objects.latest("pk")
    assert str(second) == "Plants, version 2"
    assert second.name != first.name
    assert second.recipe["target"] == "colour"
    answer = send(page, table(60))
    assert "You have already uploaded this file as Plants." in answer.content.decode()
    assert Dataset.objects.count() == 2


def test_a_quota_of_storage_counts_uploads(page, user):
    Quota.objects.create(user=user, storage=1)
    make_dataset(owner=user, size=999_900)

    answer = send(page, label="More")

    assert answer.status_code == 422
    assert "The quota of ada is 1 MB of files, with 1.0 MB used" in answer.content.decode()
    assert Dataset.objects.count() == 1


def test_a_dataset_of_a_team_is_used_by_its_members_and_changed_by_its_editors(page, user):
    team = create_team(name="Vision", by=actor(user))
    grace = make_user("grace")
    team.memberships.create(user=grace, role=Role.VIEWER)
    dataset = make_dataset(owner=user)
    hers = Client()
    hers.force_login(grace)
    assert hers.get(dataset.get_absolute_url()).status_code == 404
    assert dataset.name not in hers.get("/studies/new/").content.decode()

    page.post(reverse("dataset-access", args=[dataset.name]), {"place": f"team-{team.pk}"})

    assert hers.get(dataset.get_absolute_url()).context["page"].form is None
    assert dataset.name in hers.get("/studies/new/").content.decode()
    refused = hers.post(reverse("dataset-describe", args=[dataset.name]), {})
    assert "You can use Plants but not change it." in refused.content.decode()


def test_only_an_unused_dataset_is_deleted(page, user, settings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        dataset = ready(page)
    study = make_study(owner=user, dataset=dataset.name)
    url = reverse("dataset-delete", args=[dataset.name])
    page.post(url)
    assert Dataset.objects.exists()

    Study.objects.filter(pk=study.pk).delete()
    assert "permanently deleted" in page.get(url).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        page.post(url)
    assert not Dataset.objects.exists()
    assert not folder_of(dataset.name).exists()
    assert list((settings.CACHE_DIR / "datasets").iterdir()) == []


def test_files_are_read_one_at_a_time_and_again_where_the_reader_died(page):
    send(page)
    send(page, series(), label="Days")
    first, second = Dataset.objects.order_by("pk")
    assert claim_next(actions.UPLOADS) == first
    assert claim_next(actions.UPLOADS) is None  # one at a time

    Dataset.objects.filter(pk=first.pk).update(reading_since="2020-01-01T00:00Z")
    read_uploads()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("looked", "looked")
    assert second.recipe["task"] == "forecast"


def test_a_reading_that_was_given_up_changes_nothing(page, monkeypatch):
    send(page)
    dataset = Dataset.objects.get()

    def look(*_args, **_kwargs):
        Dataset.objects.update(state="refused", problem="somebody else was faster", reading_since=None)
        raise reading.DatasetInvalid("late")

    monkeypatch.setattr(reading, "look", look)
    actions.read_next()
    dataset.refresh_from_db()
    assert dataset.problem == "somebody else was faster"


def test_a_reading_that_somebody_began_again_changes_nothing(page, monkeypatch):
    send(page)
    dataset = Dataset.objects.get()

    def look(*_args, **_kwargs):
        # Its lease was over, and another worker has it.
        Dataset.objects.update(reading_since="2030-01-01T00:00Z")
        raise reading.DatasetInvalid("late")

    monkeypatch.setattr(reading, "look", look)
    actions.read_next()
    dataset.refresh_from_db()
    assert (dataset.state, dataset.problem) == ("reading", "")


def test_the_page_waits_for_the_reading(page):
    send(page)
    live = reverse("dataset-live", args=[Dataset.objects.get().name])
    assert page.get(live, {"version": "waiting"}).status_code == 204
    read_uploads()
    answer = page.get(live, {"version": "waiting"})
    assert "HX-Refresh" not in answer.headers
    assert "Import dataset" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_hostile_table_is_shown_as_text(page):
    evil = "<script>alert(1)</script>"
    send(page, table(30).replace("colour", evil).replace("red", evil), label=evil, name=f"{evil}.csv")
    read_uploads()
    shown = page.get(Dataset.objects.get().get_absolute_url()).content.decode()
    assert evil not in shown
    assert "&lt;script&gt;" in shown


def test_pictures_get_a_contact_sheet(page):
    from tests.trainers.datasets.uploads.test_arrays_and_pictures import pets, zipped

    dataset = ready(page, zipped(pets()), name="pets.zip", label="Pets")
    picture = page.get(f"/datasets/{dataset.name}.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert io.BytesIO(b"".join(picture.streaming_content)).read(4) == b"\x89PNG"
    stranger = Client()
    stranger.force_login(make_user("eve"))
    assert stranger.get(f"/datasets/{dataset.name}.png").status_code == 404


def test_a_trial_on_a_dataset_that_this_host_lacks_fails_with_a_word(page, user):
    dataset = make_dataset(owner=user)
    study = running_study(owner=user, dataset=dataset.name)
    trial = claim_trial_of(study_id=study.pk, worker=WORKER)
    assert trial.state == TrialState.RUNNING
    upload = Upload.from_json_dict(job_of(trial, study).upload)
    assert (
        upload.problem("")
        == "Plants is not on this machine. Make sure that all hosts share PARZEN_UPLOAD_DIR."
    )
