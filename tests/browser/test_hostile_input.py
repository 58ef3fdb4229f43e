"""Garbage from outside gets an answer that is not a 5xx, and leaves nothing behind. No browser is needed."""

from itertools import product

import pytest
from django.test import Client

from dashboard.catalog import known_datasets
from dashboard.models import Study
from dashboard.new_study.page import start_from_defaults
from dashboard.new_study.study_forms import StudyForms
from tests.builders import add_trials, make_user, running_study
from tests.dashboard.posted import keep_few_knobs
from trainers.registry import trainer_info

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]
NUL = "a\x00b"
HUGE = "9" * 5_000
# Unusual in a query string, harmless in a page.
ODD = (
    "",
    "-1",
    "0",
    "1e9",
    "nan",
    "abc",
    "../../etc/passwd",
    "' OR 1=1 --",
    NUL,
    "٣",
    "²",
    "\U0001f600",
    HUGE,
)
NUMBERS = (
    "1e309",
    "-1e309",
    "NaN",
    "inf",
    "-inf",
    "-1",
    "1e-400",
    HUGE,
    "0x10",
    "٣",
    "²",
    "1_0",
    NUL,
    " ",
    "\u202e1",
)

# Where a study is shown.
VIEWS = ("", "explore/", "trials/", "settings/", "discussion/")
SCALES_OF = {
    "learning_rate": ("uniform", "log-uniform", "normal", "log-normal"),
    "units_1": ("uniform", "log-uniform"),
}


@pytest.fixture(autouse=True)
def few_knobs(monkeypatch):
    keep_few_knobs(monkeypatch)


@pytest.fixture
def client():
    """Ada, with a client that reports an exception as what it is to a person: a 500."""
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    return client


@pytest.fixture
def posted():
    """What the untouched form sends."""
    start = start_from_defaults(known_datasets())
    forms = StudyForms(trainer_info(start.trainer), start, datasets=known_datasets(), is_folded=False)
    shown = {field.name: field.value() for field in forms.study}
    data = {name: value for name, value in shown.items() if value is not None}
    for knob in forms.knobs:
        data |= {knob.add_prefix(name): value for name, value in knob.initial.items()}
    return data


def views_of(study):
    return [f"{study.get_absolute_url()}{view}" for view in VIEWS]


def refused(answer):
    assert answer.status_code < 500, f"{answer.status_code} {answer.request['PATH_INFO']}"
    return answer.status_code >= 400 or not Study.objects.exists()


def test_study_is_made_when_nothing_is_changed(client, posted):
    assert client.post("/studies/new/", posted | {"action": "draft"}).status_code == 302
    assert Study.objects.count() == 1


def test_empty_post_is_refused(client):
    assert refused(client.post("/studies/new/", {}))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: ascii(text)[:20])
def test_odd_number_is_answered_when_it_stands_in_a_budget(number, client, posted):
    for name in ("max_minutes", "max_trial_minutes", "seed", "max_trials"):
        answer = client.post("/studies/new/", posted | {name: number, "action": "draft"})
        assert answer.status_code in {302, 422}, f"{answer.status_code} for {name}={ascii(number)[:30]}"
    for study in Study.objects.all():
        for page in ("/studies/", *views_of(study), f"/studies/new/?from={study.pk}"):
            assert client.get(page).status_code == 200, f"{page} of a study that was let in"


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: ascii(text)[:20])
def test_odd_number_is_answered_when_it_stands_in_a_knob(number, client):
    for knob, scales in SCALES_OF.items():
        for scale, name in product(scales, ("low", "high", "step", "median", "spread", "value")):
            mode = "fixed" if name == "value" else "search"
            fields = {"low": "1", "high": "8", "median": "2", "spread": "1", "mode": mode, "scale": scale}
            data = {f"knob-{knob}-{key}": text for key, text in (fields | {name: number}).items()}
            answer = client.get(f"/studies/new/prior/mlp/{knob}/", data)
            assert answer.status_code == 200, (
                f"{answer.status_code} for {knob} {scale} {name}={ascii(number)[:30]}"
            )


@pytest.mark.parametrize(
    "name", ["dataset", "objective", "sampler", "knob-optimizer-mode", "knob-learning_rate-scale"]
)
@pytest.mark.parametrize(
    "value", ["unknown", "", NUL, "../../etc/passwd", HUGE], ids=lambda text: ascii(text)[:20]
)
def test_unknown_choice_is_refused(name, value, client, posted):
    answer = client.post("/studies/new/", posted | {name: value})
    if name == "knob-learning_rate-scale" and not value:
        return  # the same as uniform
    assert refused(answer)
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    "name", ["name", "max_trials", "sampler", "knob-optimizer-value", "knob-learning_rate-low"]
)
def test_list_is_answered_when_one_value_is_expected(name, client, posted):
    assert client.post("/studies/new/", posted | {name: ["1", "2", "x"]}).status_code < 500


@pytest.mark.parametrize(
    "name",
    ["n" * 10_000_000, NUL, "   ", "\u202eabc", "\U0001f600" * 51, "<script>alert(1)</script>", "\u0000"],
    ids=lambda text: ascii(text)[:20],
)
def test_odd_name_is_answered(name, client, posted):
    answer = client.post("/studies/new/", posted | {"name": name, "action": "draft"})
    assert answer.status_code < 500
    for study in Study.objects.all():
        for view in views_of(study):
            page = client.get(view)
            assert page.status_code == 200
            assert b"<script>alert" not in page.content


def test_ten_thousand_fields_are_refused(client, posted):
    answer = client.post("/studies/new/", posted | {f"field-{i}": "x" for i in range(10_000)})
    assert answer.status_code == 400


def test_body_that_is_no_form_is_refused(client):
    for content_type in (
        "application/json",
        "multipart/form-data",
        "text/plain",
        "multipart/form-data; boundary=x",
    ):
        assert refused(client.post("/studies/new/", b"\xff\xfe{[", content_type=content_type))


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:20])
def test_odd_query_is_answered(text, client):
    study = running_study()
    add_trials(study, 60)
    trial = f"{study.get_absolute_url()}trials/0/"
    pages = {
        "/studies/": ("q", "state", "page"),
        "/studies/new/": ("preset", "from", "dataset"),
        "/studies/new/prior/mlp/learning_rate/": (
            "knob-learning_rate-low",
            "knob-learning_rate-mode",
            "knob-learning_rate-scale",
        ),
        study.get_absolute_url(): ("q", "sort", "page"),
        f"{study.get_absolute_url()}trials/": ("q", "sort", "page", "column", "state"),
        f"{study.get_absolute_url()}live/": ("version", "at", "view", "stamp", "until"),
        f"{study.get_absolute_url()}live/?view=trials": ("version", "at", "q", "sort", "page", "column"),
        f"{trial}live/": ("version", "at"),
    }
    broken = []
    for page, names in pages.items():
        for name in names:
            same = {"version": str(study.version)} if name == "at" else {}
            path, _, view = page.partition("?view=")
            answer = client.get(path, {**({"view": view} if view else {}), name: text, **same})
            if answer.status_code not in {200, 204, 404}:
                broken.append(f"{answer.status_code} {page}?{name}=")
    assert not broken


@pytest.mark.parametrize(
    "sort",
    ["params.units_1", "-params.units_2", "params.nope", "study__owner__password", "params.units_1__x"],
)
def test_table_is_ordered_by_known_columns_only(sort, client):
    study = running_study()
    add_trials(study, 3)
    assert client.get(f"{study.get_absolute_url()}trials/", {"sort": sort}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/studies/99999999999999999999999999/",
        "/studies/1/trials/99999999999999999999999999/",
        "/studies/99999999999999999999999999/live/",
        "/studies/1/trials/0/log/99999999999999999999999999/",
        "/studies/new/?from=99999999999999999999999999",
        "/studies/new/prior/mlp/%00/",
        "/studies/new/prior/nope/learning_rate/",
        "/datasets/nope.png",
        "/datasets/mnist.png",
        "/datasets/..%2f..%2fetc.png",
        "/studies/%00/",
        "/%ff/",
        "/static/../dashboard/settings.py",
        "/static/%2e%2e/manage.py",
    ],
)
def test_address_that_leads_nowhere_is_not_found(path, client):
    add_trials(running_study(), 1)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("verb", ["start", "pause", "resume", "stop"])
def test_change_needs_a_post_and_someone_who_signed_in(verb, client):
    study = running_study()
    path = f"{study.get_absolute_url()}{verb}/"
    assert client.get(path).url == study.get_absolute_url()
    assert Client().post(path).status_code == 302
    assert Client(enforce_csrf_checks=True).post(path).status_code in {302, 403}
    study.refresh_from_db()
    assert study.state == "running"


def test_sign_in_leads_to_this_site_only():
    make_user()
    fields = {"login": "ada", "password": "a long enough password", "next": "https://evil.example/"}
    answer = Client().post("/account/login/", fields)
    assert answer.status_code == 302
    assert answer.url == "/studies/"


@pytest.mark.parametrize("name", [NUL, HUGE, "ada' --"], ids=["nul", "huge", "sql"])
def test_odd_sign_in_is_answered(name, db):
    answer = Client(raise_request_exception=False).post("/account/login/", {"login": name, "password": NUL})
    assert answer.status_code == 200
