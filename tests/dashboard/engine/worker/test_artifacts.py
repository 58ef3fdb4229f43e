"""The networks of the best trials are kept, those of the others are let go."""

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from dashboard.engine.artifacts import N_KEPT, keep_model, model_draft
from dashboard.models import Artifact, Attempt
from tests.builders import complete, make_user, running_study
from tests.dashboard.engine.worker.fake_training import report, result


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.STORAGES = {
        **settings.STORAGES,
        "artifacts": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "artifacts")},
        },
    }
    return tmp_path / "artifacts"


def train(study, value, content=None):
    trial = complete(study, value)
    draft = model_draft(trial)
    draft.parent.mkdir(parents=True)
    draft.write_bytes(content or f"network of {value}".encode())
    return trial, keep_model(trial, draft)


def files(places):
    return sorted(path.read_text() for path in places.rglob("*.keras"))


@pytest.mark.django_db
def test_best_three_are_kept(places, django_capture_on_commit_callbacks):
    study = running_study(max_trials=20)
    with django_capture_on_commit_callbacks(execute=True):
        kept = [train(study, value)[1] for value in (0.5, 0.9, 0.7, 0.8, 0.3, 0.75)]

    assert kept == [True, True, True, True, True, False]
    assert sorted(Artifact.objects.values_list("trial__value", flat=True)) == [0.3, 0.5, 0.7]
    assert files(places) == ["network of 0.3", "network of 0.5", "network of 0.7"]
    assert N_KEPT == 3


@pytest.mark.django_db
def test_largest_are_best_where_the_study_maximizes(places, django_capture_on_commit_callbacks):
    study = running_study(max_trials=20, direction="maximize", objective="val_accuracy")
    with django_capture_on_commit_callbacks(execute=True):
        for value in (0.5, 0.9, 0.7, 0.8):
            train(study, value)

    assert files(places) == ["network of 0.7", "network of 0.8", "network of 0.9"]


@pytest.mark.django_db
def test_training_that_left_no_network_has_none():
    trial = complete(running_study())

    assert keep_model(trial, model_draft(trial)) is False


@pytest.mark.django_db
def test_network_can_be_downloaded_from_the_page_of_its_trial(page):
    study = running_study(name="Digits, again!", owner=make_user("ada"))
    trial, _ = train(study, 0.5, b"\0" * 3_000_000)
    complete(study)

    body = page.get(trial.get_absolute_url()).content.decode()
    url = reverse("trial-model", args=[study.pk, trial.number])
    assert url in body
    assert "3.0 MB" in body  # as its file has, in powers of 1000
    answer = page.get(url)
    assert b"".join(answer.streaming_content) == b"\0" * 3_000_000
    assert answer["Content-Disposition"] == 'attachment; filename="digits-again-trial-0.keras"'
    assert page.get(reverse("trial-model", args=[study.pk, 1])).status_code == 404


@pytest.mark.django_db
def test_network_that_somebody_removed_is_not_found(page, places):
    trial, _ = train(running_study(), 0.5)
    for path in places.rglob("*.keras"):
        path.unlink()

    assert page.get(reverse("trial-model", args=[trial.study_id, trial.number])).status_code == 404


def test_result_brings_its_network(supervise, trial):
    draft = model_draft(trial)

    def leave():
        draft.parent.mkdir(parents=True)
        draft.write_bytes(b"network")

    supervise(report(1, 0.5), leave, result(0.5, best_step=1))

    with storages["artifacts"].open(trial.artifact.name) as file:
        assert file.read() == b"network"
    assert not draft.parent.exists()


def test_storage_that_is_away_costs_the_network_and_nothing_else(supervise, trial, monkeypatch):
    def fail(*_args):
        raise OSError("no space left on the device")

    monkeypatch.setattr("dashboard.engine.worker.supervisor.keep_model", fail)

    supervise(report(1, 0.5), result(0.5, best_step=1))

    assert trial.state == "complete"
    assert Attempt.objects.get().reason.endswith("not be saved: no space left on the device")


def test_bucket_is_named_by_one_setting():
    from dashboard.settings import artifact_storage

    storage = artifact_storage("s3://parzen/models/keras?endpoint=https://s3.example.org:9000")
    assert storage["OPTIONS"] == {
        "bucket_name": "parzen",
        "location": "models/keras",
        "endpoint_url": "https://s3.example.org:9000",
        "file_overwrite": False,
    }
    assert artifact_storage("s3://parzen")["OPTIONS"]["endpoint_url"] is None
    assert artifact_storage("/srv/models")["OPTIONS"]["location"] == "/srv/models"
