"""Kept models are tried on a page and taken away whole."""

import base64
import io
import json
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse

from dashboard.engine import artifacts
from dashboard.engine.backlog import claim_next
from dashboard.models import Artifact, Attempt, Prediction, QuestionState, Study, Trial
from dashboard.refusal import Refused
from dashboard.tasks import answer_predictions
from dashboard.winners import actions
from dashboard.winners.actions import ask_model, confirm_best
from tests.builders import actor, complete, make_user, running_study
from trainers.processes.prediction import PredictionRefused

TABLE = {
    "kind": "table",
    "classes": ["no", "yes"],
    "encoding": [
        {"type": "number", "name": "size", "median": 3.5, "mean": 0, "scale": 1, "is_marked": False},
        {"type": "category", "name": "colour", "known": ["", "red"], "has_other": True},
    ],
}
TEXT = {"kind": "text", "classes": ["ham", "spam"], "text": {}}
SERIES = {
    "kind": "series",
    "target": "rides",
    "forecast": {"window": 14, "horizon": 7, "n_ahead": 2, "season": 7},
    "encoding": [],
    "classes": [],
}
IMAGES = {"kind": "images", "classes": ["0", "1"], "shape": [8, 8]}
PNG = "data:image/png;base64," + base64.b64encode(b"a picture").decode()


def kept(user, reading, **fields):
    trial = complete(running_study(owner=user, **fields))
    name = storages["artifacts"].save("network.keras", ContentFile(b"network"))
    Artifact.objects.create(trial=trial, name=name, size=7, reading=reading)
    return trial


def url_of(trial):
    return reverse("trial-try", args=[trial.study_id, trial.number])


@pytest.fixture
def asked(monkeypatch):
    """What the model was asked; it answers with the first class."""
    given = []

    def predict(model, reading, what, **_):
        given.append((model.read_bytes(), what))
        return {"class": reading["classes"][0], "probabilities": {reading["classes"][0]: 0.75, "other": 0.25}}

    monkeypatch.setattr(actions, "predict", predict)
    return given


@pytest.mark.parametrize(
    ("reading", "posted", "given"),
    [
        (TABLE, {"column_0": "7", "column_1": "red"}, {"row": {"size": "7", "colour": "red"}}),
        (TABLE, {"column_0": "", "column_1": ""}, {"row": {"size": "", "colour": ""}}),
        (TEXT, {"text": "free prize"}, {"text": "free prize"}),
        (IMAGES, {"picture": PNG}, {"picture": PNG.partition(",")[2]}),
    ],
)
def test_a_model_answers_what_it_is_asked(page, user, asked, reading, posted, given):
    trial = kept(user, reading)
    assert "Try the model" in page.get(trial.get_absolute_url()).content.decode()
    assert "No prediction yet." in page.get(url_of(trial)).content.decode()

    assert page.post(url_of(trial), posted).status_code == 302
    assert "Loading the model." in page.get(url_of(trial)).content.decode()
    answer_predictions()

    assert asked == [(b"network", given)]
    shown = page.get(url_of(trial)).content.decode()
    assert reading["classes"][0] in shown
    assert "75.00" in shown or "75" in shown
    assert "hx-trigger" not in shown.partition('id="answer"')[2][:400]


@pytest.mark.parametrize(
    ("reading", "posted", "words"),
    [
        (TEXT, {"text": ""}, "This field is required."),
        (TEXT, {"text": "x" * 10_001}, "Ensure this value has at most 10000 characters"),
        (IMAGES, {"picture": ""}, "Draw something, or load an image."),
        (IMAGES, {"picture": "data:text/html;base64,eA=="}, "This is not an image."),
        (IMAGES, {"picture": "data:image/png;base64,???"}, "This is not an image."),
        (TABLE, {"column_1": "blue"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_asked_is_told(page, user, reading, posted, words):
    trial = kept(user, reading)
    answer = page.post(url_of(trial), posted)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    "reading", [{}, {"kind": "series", "encoding": []}, {"kind": "table", "encoding": []}]
)
def test_some_models_are_not_tried_on_a_page(page, user, reading):
    trial = kept(user, reading)
    assert "Try the model" not in page.get(trial.get_absolute_url()).content.decode()
    assert page.get(url_of(trial)).status_code == 404


def test_what_goes_wrong_is_one_sentence(page, user, monkeypatch):
    trial = kept(user, TEXT)

    def refuse(*_args, **_):
        raise PredictionRefused("size must be a number, not 'tall'.")

    monkeypatch.setattr(actions, "predict", refuse)
    ask_model(trial, given={"text": "x"}, by=actor(user))
    answer_predictions()
    assert "size must be a number, not &#x27;tall&#x27;." in page.get(url_of(trial)).content.decode()

    ask_model(trial, given={"text": "x"}, by=actor(user))
    Artifact.objects.all().delete()
    answer_predictions()
    assert Prediction.objects.first().problem.startswith("The model is no longer stored")


def test_nobody_fills_the_line(user):
    trial = kept(user, TEXT)
    for _ in range(3):
        ask_model(trial, given={"text": "x"}, by=actor(user))
    with pytest.raises(Refused):
        ask_model(trial, given={"text": "x"}, by=actor(user))
    ask_model(trial, given={"text": "x"}, by=actor(make_user("grace", is_staff=True)))


def test_one_that_died_with_its_worker_is_answered_again(user, asked):
    trial = kept(user, TEXT)
    prediction = ask_model(trial, given={"text": "x"}, by=actor(user))
    assert claim_next(actions.PREDICTIONS) == prediction
    assert claim_next(actions.PREDICTIONS) is None
    Prediction.objects.update(running_since="2020-01-01T00:00Z")
    answer_predictions()
    prediction.refresh_from_db()
    assert prediction.state == QuestionState.DONE


def test_an_answer_after_the_lease_is_not_written(user, monkeypatch):
    prediction = ask_model(kept(user, TEXT), given={"text": "x"}, by=actor(user))

    def predict(*_args, **_):
        Prediction.objects.update(running_since="2030-01-01T00:00Z")  # another process has claimed it
        return {"class": "late"}

    monkeypatch.setattr(actions, "predict", predict)
    actions.answer_next_prediction()
    prediction.refresh_from_db()
    assert (prediction.state, prediction.answer) == (QuestionState.RUNNING, {})


def test_each_sees_their_own_tries_only_and_old_ones_go(page, user, asked):
    trial = kept(user, TEXT, is_open=True)
    page.post(url_of(trial), {"text": "a secret of ada"})
    theirs = Client()
    theirs.force_login(make_user("grace"))
    assert "a secret of ada" not in theirs.get(url_of(trial)).content.decode()
    Prediction.objects.update(created_at="2020-01-01T00:00Z", state=QuestionState.DONE)
    theirs.post(url_of(trial), {"text": "mine"})
    assert [p.given["text"] for p in Prediction.objects.all()] == ["mine"]


def test_a_package_holds_all_that_a_model_needs(page, user):
    trial = kept(user, TABLE, name="Plants, again")
    answer = page.get(reverse("trial-package", args=[trial.study_id, trial.number]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plants-again-trial-0.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert set(archive.namelist()) == {
            "README.md",
            "reading.json",
            "predict.py",
            "dates.py",
            "model.keras",
        }
        assert archive.read("model.keras") == b"network"
        assert json.loads(archive.read("reading.json")) == TABLE
        assert b"def encode_rows" in archive.read("predict.py")
        card = archive.read("README.md").decode()
    assert card.startswith("# Plants, again, trial 0\n")
    assert "Digits, 1,797 images" in card
    assert "The trial was not confirmed on the test set." in card
    assert "'units_1': " in card


def test_a_card_tells_on_what_each_metric_was_measured(page, user):
    trial = kept(user, TABLE)
    Trial.objects.filter(pk=trial.pk).update(metrics={"loss": 0.25, "val_loss": 0.5, "speed": 7.0})
    versions = {"python": "3.11.7", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.6", "threads": 1}
    Attempt.objects.filter(trial=trial).update(environment=versions)
    answer = page.get(reverse("trial-package", args=[trial.study_id, trial.number]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        card = archive.read("README.md").decode()
    assert "| loss | 0.2500 | training set |" in card
    assert "| val_loss | 0.5000 | validation set |" in card
    assert "| speed | 7.000 |  |" in card
    assert "pip install keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6" in card


def test_a_card_tells_what_was_confirmed(page, user):
    trial = kept(user, TABLE)
    Study.objects.filter(pk=trial.study_id).update(state="finished", finished_at="2026-01-01T00:00Z")
    runs = confirm_best(trial.study, n_best=1, n_seeds=2, by=actor(user))
    runs.trials.update(state="complete", value=0.5, metrics={"test_loss": 0.5})
    answer = page.get(reverse("trial-package", args=[trial.study_id, trial.number]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        card = archive.read("README.md").decode()
    assert "Retrained with 2 seeds, val_loss was 0.5000 ± 0 on the" in card


def test_the_reading_beside_a_network_is_kept_with_it(user, tmp_path):
    draft = tmp_path / "attempt-1.keras"
    draft.write_bytes(b"network")
    trial = complete(running_study(owner=user))
    assert artifacts._reading_beside(draft) == {}
    draft.with_suffix(".json").write_text(json.dumps(TEXT))
    assert artifacts.keep_model(trial, draft)
    assert Artifact.objects.get(trial=trial).reading == TEXT


def test_one_is_answered_at_a_time(user, asked):
    trial = kept(user, TEXT)
    ask_model(trial, given={"text": "x"}, by=actor(user))
    ask_model(trial, given={"text": "y"}, by=actor(user))
    assert claim_next(actions.PREDICTIONS) is not None
    assert claim_next(actions.PREDICTIONS) is None


def test_a_package_trains_again_where_the_network_has_code(page, user):
    trial = kept(user, TABLE | {"code": "EPOCHS = 3\n"})
    answer = page.get(reverse("trial-package", args=[trial.study_id, trial.number]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.read("network.py") == b"EPOCHS = 3\n"
        assert b"import network" in archive.read("train.py")
        assert json.loads(archive.read("reading.json")) == TABLE


def test_a_series_is_forecast_row_by_row(page, user, monkeypatch):
    monkeypatch.setattr(actions, "predict", lambda *_, **__: {"values": [1380869.4, 1400000.0]})
    trial = kept(user, SERIES)
    opened = page.get(url_of(trial)).content.decode()
    assert "the last 14 rows in order, then the 7 rows to forecast with rides left empty." in opened
    page.post(url_of(trial), {"series": "day,rides\n2024-01-01,5\n"})
    answer_predictions()
    assert Prediction.objects.get().given == {"series": "day,rides\n2024-01-01,5"}
    shown = page.get(url_of(trial)).content.decode()
    assert "row 2 ahead" in shown
    assert "1,400,000" in shown


def test_a_package_of_a_custom_model_holds_its_file(page, user):
    trial = kept(user, {}, code="def objective(params):\n    return 1.0\n")
    answer = page.get(reverse("trial-package", args=[trial.study_id, trial.number]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.read("custom_model.py").startswith(b"def objective")
        assert "`custom_model.py` is the model file" in archive.read("README.md").decode()
