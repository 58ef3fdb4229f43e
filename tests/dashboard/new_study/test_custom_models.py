"""Studies with a Python file: who may make them, what the file declares, and that it is never run in here."""

import hashlib
import sys

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.worker.jobs import job_of
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.models import AuditEntry, Study, StudyEvent, TrialState
from dashboard.new_study import actions, model_files
from dashboard.new_study.actions import make_custom_study
from dashboard.new_study.custom_page import EXAMPLE
from dashboard.refusal import Refused
from tests.builders import WORKER, actor, make_study, make_user
from tests.trainers.custom.forked import forked_host
from trainers.custom.declaration import Declaration, read_declaration
from trainers.registry import trainer_info

URL = "/studies/new/custom/"
SPACE = {"version": 1, "params": [{"name": "x", "type": "float", "low": 0.0, "high": 1.0}]}


@pytest.fixture
def allowed(settings, user):
    """Ada may, and Parzen lets her."""
    settings.OWN_CODE = True
    user.user_permissions.add(Permission.objects.get(codename="run_own_code"))
    return type(user).objects.get(pk=user.pk)


def posted(**changes):
    fields = {
        "name": "mine",
        "place": "private",
        "code": "x = 1",
        "dataset": "",
        "sampler": "tpe",
        "pruner": "",
        "max_trials": 5,
        "max_epochs": 2,
        "n_parallel": 1,
        "max_failures": 5,
        "lost_retries": 2,
        "memory_retries": 0,
        "error_retries": 0,
        "queue": "cpu",
    }
    return fields | changes


def declares(monkeypatch, **changes):
    """The file says this, whatever it is; no process is started."""
    fields = {"space": SPACE, "metric": "loss", "direction": "minimize", "needs_data": False, **changes}
    monkeypatch.setattr(actions, "read_declaration", lambda *_: Declaration(**fields))


def test_nobody_may_unless_settings_and_an_administrator_say_so(page, settings, user):
    assert page.get(URL).status_code == 404
    settings.OWN_CODE = True
    assert page.get(URL).status_code == 404
    assert "Custom model" not in page.get("/studies/new/").content.decode()
    assert page.post(URL, posted()).status_code == 404
    with pytest.raises(Refused):
        make_custom_study(code="x", dataset="", is_draft=True, by=actor(user))

    root = make_user("root", is_staff=True, is_superuser=True)
    theirs = Client()
    theirs.force_login(root)
    edit = reverse("person-edit", args=[user.pk])
    assert "Can train custom models" in theirs.get(edit).content.decode()
    theirs.post(edit, {"is_active": "on", "may_run_code": "on"})
    assert page.get(URL).status_code == 200
    assert "Custom model" in page.get("/studies/new/").content.decode()
    theirs.post(edit, {"is_active": "on"})
    assert page.get(URL).status_code == 404


def test_the_right_alone_does_nothing_where_the_settings_forbid_it(page, allowed, settings):
    assert page.get(URL).status_code == 200
    settings.OWN_CODE = False
    assert page.get(URL).status_code == 404
    root = make_user("root", is_superuser=True)
    theirs = Client()
    theirs.force_login(root)
    assert theirs.get(URL).status_code == 404
    body = theirs.get(reverse("person-edit", args=[allowed.pk])).content.decode()
    assert "Python files" not in body


def test_a_study_gets_what_the_file_declares(page, allowed, monkeypatch):
    declares(monkeypatch, metric="val_accuracy", direction="maximize")

    page.post(URL, posted(code="the code\r\nof ada", dataset="digits"))

    study = Study.objects.get()
    assert (study.code, study.trainer, study.dataset) == ("the code\nof ada", "own", "digits")
    assert (study.objective, study.direction, study.state) == ("val_accuracy", "maximize", "running")
    assert study.space == SPACE
    assert StudyEvent.objects.filter(
        study=study, what__startswith="created the study with a model file, SHA-256 "
    ).exists()
    job = job_of(claim_trial_of(study_id=study.pk, worker=WORKER), study)
    assert job.code == study.code
    shown = page.get(reverse("study-settings", args=[study.pk])).content.decode()
    assert "the code\nof ada" in shown
    assert trainer_info("own").label in shown
    assert page.get("/studies/").status_code == 200
    assert page.get(study.trials.get().get_absolute_url()).status_code == 200
    assert page.get(reverse("study-report", args=[study.pk])).status_code == 200


CHECK = f"{URL}check/"


def test_the_page_shows_metric_and_direction_before_the_study_starts(page, allowed, user, monkeypatch):
    assert page.get(URL).context["check"].goal == "lowest loss"
    declares(monkeypatch, metric="quality", direction="maximize")

    shown = page.post(CHECK, posted(name="")).content.decode()

    assert "highest quality" in shown
    assert not Study.objects.exists()
    assert AuditEntry.objects.filter(action="custom-model-check", who=user.username).exists()
    study = make_study(owner=user, trainer="own", code="x", objective="error", direction="minimize")
    assert page.get(f"{URL}?from={study.pk}").context["check"].goal == "lowest error"


def test_the_check_shows_what_the_file_may_not_mean(page, allowed, monkeypatch):
    declares(monkeypatch, warnings=["Line 3: hp.loguniform takes logarithms."])
    answer = page.post(CHECK, posted(code="x = 3"))
    assert "Line 3: hp.loguniform takes logarithms." in answer.text
    assert answer.context["check"].goal == "lowest loss"


def test_a_file_without_a_direction_is_refused_by_the_check_and_by_the_form(page, allowed):
    code = "from optimizer import hp\nspace = {'x': hp.uniform('x', 0, 1)}\nmetric = 'quality'\n"
    code += "def objective(params): return params['x']\n"

    assert "direction is missing" in page.post(CHECK, posted(code=code)).content.decode()
    answer = page.post(URL, posted(code=code))

    assert answer.status_code == 422
    assert "direction is missing" in answer.content.decode()
    assert not Study.objects.exists()
    assert "Write or load a model file." in page.post(CHECK, posted(code="")).content.decode()


def test_only_who_may_run_code_can_check_a_file(page, settings, monkeypatch):
    settings.OWN_CODE = True
    monkeypatch.setattr(actions, "read_declaration", lambda *_: pytest.fail("it was run"))
    assert page.post(CHECK, posted()).status_code == 404


def test_a_file_really_runs_elsewhere(page, allowed):
    answer = page.post(
        URL, posted(code="import sys\nsys.modules['was_here'] = 1\nraise ValueError('no luck')")
    )

    assert answer.status_code == 422
    assert "Line 3: ValueError: no luck." in answer.content.decode()
    assert "was_here" not in sys.modules
    assert not Study.objects.exists()


def test_the_example_works_as_it_stands(page, allowed, monkeypatch):
    # It speaks of Keras and imports none.
    monkeypatch.setattr(model_files, "call_host", forked_host)
    assert page.get(URL).context["form"].initial["code"] == EXAMPLE
    page.post(URL, posted(code=EXAMPLE, action="draft"))
    study = Study.objects.get()
    assert [param["name"] for param in study.space["params"]] == ["x", "shape", "power"]
    assert study.state == "draft"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": ""}, "Write or load a model file."),
        ({"code": "x" * 100_001}, "A model file can have at most 100,000 characters."),
        ({"code": "a\0b"}, "A model file is text"),
        ({"dataset": "nothing"}, "Select a valid choice"),
        ({"name": ""}, "Enter a name."),
    ],
)
def test_a_form_that_breaks_a_rule_makes_nothing(page, allowed, monkeypatch, changes, words):
    monkeypatch.setattr(actions, "read_declaration", lambda *_: pytest.fail("it was run"))
    answer = page.post(URL, posted(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode() or "Null characters" in answer.content.decode()
    assert not Study.objects.exists()


def test_a_model_to_be_built_needs_data(page, allowed, monkeypatch):
    declares(monkeypatch, needs_data=True)
    answer = page.post(URL, posted())
    assert "Choose a dataset." in answer.content.decode()


def test_a_series_is_not_for_single_rows(allowed, monkeypatch):
    """A row of it holds what is to be predicted, so the value would be too good to be true."""
    declares(monkeypatch, needs_data=True, fits_rows=True)
    with pytest.raises(Refused, match="holds the value to predict"):
        make_custom_study(code="x", dataset="cta_ridership", is_draft=True, by=actor(allowed))


def test_copying_asks_for_the_same_right(page, allowed, user, settings):
    study = make_study(owner=user, trainer="own", code="the code of ada", dataset="")
    copy = page.get(f"/studies/new/?from={study.pk}", follow=True)
    assert copy.context["form"].initial["code"] == "the code of ada"
    settings.OWN_CODE = False
    shown = page.get(f"/studies/new/?from={study.pk}").content.decode()
    assert "uses a custom model, which you are not allowed to train" in shown


def test_a_worker_that_is_not_allowed_to_trains_none(user, settings):
    settings.OWN_CODE = False
    study = make_study("running", owner=user, trainer="own", code="x", space=SPACE, objective="loss")
    trial = claim_trial_of(study_id=study.pk, worker=WORKER)

    class NoHost:
        def start(self, _job):
            pytest.fail("it was started")

    Supervisor(trial, host=NoHost(), shutting_down=None).run()

    trial.refresh_from_db()
    assert trial.state == TrialState.FAILED
    assert "PARZEN_OWN_CODE=false" in trial.failure_message


def test_the_page_says_what_a_file_may_import(page, allowed, settings):
    assert "NumPy, SciPy, scikit-learn, and Keras" in page.get(URL).content.decode()
    settings.PACKAGES = ["pandas"]
    assert "scikit-learn, Keras, and pandas" in page.get(URL).content.decode()


@pytest.fixture
def custom_draft(page, allowed, monkeypatch):
    declares(monkeypatch)
    page.post(URL, posted(code="first", action="draft"))
    return Study.objects.get()


def edit(page, study, **changes):
    return page.post(reverse("study-edit", args=[study.pk]), posted(action="draft", **changes))


def n_told(study):
    return StudyEvent.objects.filter(study=study, what__startswith="changed the model file").count()


def test_a_draft_opens_with_its_file_and_follows_another_one(page, allowed, custom_draft, monkeypatch):
    opened = page.get(reverse("study-edit", args=[custom_draft.pk]))
    assert opened.context["form"].initial["code"] == "first"
    other = {"version": 1, "params": [{"name": "y", "type": "int", "low": 1, "high": 9}]}
    declares(monkeypatch, space=other, metric="val_accuracy", direction="maximize")

    assert edit(page, custom_draft, code="second", dataset="digits").url == custom_draft.get_absolute_url()

    custom_draft.refresh_from_db()
    assert (custom_draft.code, custom_draft.dataset, custom_draft.state) == ("second", "digits", "draft")
    assert (custom_draft.objective, custom_draft.direction) == ("val_accuracy", "maximize")
    assert custom_draft.space == other
    digest = hashlib.sha256(b"second").hexdigest()
    told = StudyEvent.objects.filter(study=custom_draft, what=f"changed the model file, SHA-256 {digest}")
    assert told.get().by == allowed.username
    assert AuditEntry.objects.filter(action="custom-study-edit", who=allowed.username).exists()


def test_a_draft_whose_file_stays_as_it_is_tells_of_no_other_one(page, custom_draft):
    edit(page, custom_draft, code="first", name="renamed")

    custom_draft.refresh_from_db()
    assert (custom_draft.name, n_told(custom_draft)) == ("renamed", 0)


@pytest.mark.parametrize(
    "changes", [{"code": "def"}, {"code": ""}, {"code": "second", "max_trials": 0}, {"code": "x = 1"}]
)
def test_a_wrong_file_or_form_changes_nothing_of_a_draft(page, custom_draft, monkeypatch, changes):
    monkeypatch.setattr(actions, "read_declaration", read_declaration)
    before = Study.objects.filter(pk=custom_draft.pk).values().get()

    assert edit(page, custom_draft, **{"name": "renamed", **changes}).status_code == 422

    assert Study.objects.filter(pk=custom_draft.pk).values().get() == before
    assert n_told(custom_draft) == 0


def test_without_the_right_a_draft_with_a_file_cannot_be_edited(page, allowed, custom_draft):
    allowed.user_permissions.clear()
    address = reverse("study-edit", args=[custom_draft.pk])

    assert page.get(address).status_code == 404
    assert edit(page, custom_draft, code="second").status_code == 404

    custom_draft.refresh_from_db()
    assert custom_draft.code == "first"
