"""Probes and metrics: no sign-in, no secrets, no write, and a bounded cost."""

import logging
import re

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from dashboard.engine.counters import count
from dashboard.engine.registration import register_worker
from dashboard.models import CountedEvent, EventCounter, FailureKind, StudyState, TrialState, Worker
from dashboard.operations import readiness
from tests.builders import add_trials, everything, make_study, make_user, run_since, running_study

TOKEN = "a token for a scraper"
DOC = settings.BASE_DIR / "docs" / "monitoring.md"


@pytest.fixture(autouse=True)
def all_is_well(monkeypatch, settings):
    monkeypatch.setattr(readiness, "is_broker_up", lambda: True)
    settings.METRICS_TOKEN = TOKEN


def scrape(client=None, token=TOKEN):
    return (client or Client()).get("/metrics", headers={"authorization": f"Bearer {token}"})


def samples():
    """(name, labels) to value."""
    families = text_string_to_metric_families(scrape().content.decode())
    return {(s.name, *sorted(s.labels.values())): s.value for f in families for s in f.samples}


def no_query(*_args):
    raise OperationalError("host=db password=hunter2 could not connect")


def test_process_that_is_up_says_so_without_the_database():
    with connection.execute_wrapper(no_query):
        response = Client().get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_installation_is_ready_when_everything_answers():
    count(CountedEvent.HOUSEKEEPING)

    response = Client().get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {name: {"ok": True} for name in ("database", "migrations", "broker", "housekeeping")},
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "remedy"),
    [("migrations", "manage.py migrate"), ("broker", "REDIS_URL"), ("housekeeping", "-Q housekeeping")],
)
def test_part_that_does_not_work_is_named_with_its_remedy(monkeypatch, name, remedy):
    if name != "housekeeping":
        count(CountedEvent.HOUSEKEEPING)
    if name == "broker":
        monkeypatch.setattr(readiness, "is_broker_up", lambda: False)
    if name == "migrations":
        MigrationRecorder.Migration.objects.filter(app="dashboard").delete()

    response = Client().get("/readyz")

    checks = response.json()["checks"]
    assert response.status_code == 503
    assert [n for n, check in checks.items() if not check["ok"]] == [name]
    assert remedy in checks[name]["remedy"]


@pytest.mark.django_db
def test_database_that_is_down_fails_what_needs_it_and_its_words_stay_in_the_log(caplog):
    with caplog.at_level(logging.WARNING), connection.execute_wrapper(no_query):
        response = Client().get("/readyz")

    checks = response.json()["checks"]
    assert response.status_code == 503
    assert {n: check["ok"] for n, check in checks.items()} == {
        "database": False,
        "migrations": False,
        "broker": True,
        "housekeeping": False,
    }
    assert "hunter2" not in response.content.decode()
    assert "hunter2" in caplog.text


@pytest.mark.django_db
def test_probes_answer_plain_http_also_where_pages_are_sent_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True

    assert Client().get("/healthz").status_code == 200
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/account/login/").status_code == 301


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probe_writes_nothing_and_is_never_cached(path):
    running_study()
    register_worker(name="node-a:1", n_slots=2)
    count(CountedEvent.HOUSEKEEPING)
    before = everything(), list(Worker.objects.values()), list(EventCounter.objects.values())

    response = Client().get(path, headers={"authorization": f"Bearer {TOKEN}"})

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert (everything(), list(Worker.objects.values()), list(EventCounter.objects.values())) == before


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "wrong", TOKEN + " ", TOKEN[:-1], "häßlich"])
def test_metrics_do_not_exist_without_the_token(token):
    assert scrape(token=token).status_code == 404


@pytest.mark.django_db
def test_metrics_do_not_exist_for_an_empty_token(settings):
    settings.METRICS_TOKEN = ""

    assert scrape(token="").status_code == 404
    assert Client().get("/metrics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("is_staff", "status"), [(True, 200), (False, 404)])
def test_staff_may_read_the_metrics_and_others_may_not(is_staff, status):
    client = Client()
    client.force_login(make_user("grace", is_staff=is_staff))

    assert client.get("/metrics").status_code == status


@pytest.mark.django_db
def test_metrics_tell_what_is_in_the_database():
    study = running_study(max_trials=20, n_parallel=5)
    make_study("paused")
    add_trials(study, 3)
    add_trials(study, 2, state="running")
    add_trials(study, 1, state="failed", failure_kind=FailureKind.OUT_OF_MEMORY)
    register_worker(name="node-a:1", n_slots=3)
    register_worker(name="node-b:1", n_slots=1)
    run_since(study, 300)
    count(CountedEvent.STALE_WRITE)
    for seconds in (0.5, 0.25):
        count(CountedEvent.CLAIM, seconds=seconds)

    found = samples()

    assert (found["parzen_studies", "running"], found["parzen_studies", "paused"]) == (1, 1)
    assert found["parzen_studies", "failed"] == 0
    assert found["parzen_trials", "", "complete"] == 3
    assert found["parzen_trials", "", "running"] == 2
    assert found["parzen_trials", "failed", "out_of_memory"] == 1
    assert found["parzen_trials", "failed", "lost"] == 0
    assert found["parzen_attempts", "complete"] == 3
    assert (found["parzen_workers",], found["parzen_slots",], found["parzen_slots_idle",]) == (2, 4, 2)
    assert found["parzen_trials_claimable",] == 3
    assert found["parzen_stale_writes_refused_total",] == 1
    assert found["parzen_lease_expiries_total",] == 0
    assert (found["parzen_claim_seconds_count",], found["parzen_claim_seconds_sum",]) == (2, 0.75)
    assert 0 <= found["parzen_claim_age_seconds",] < 60
    assert 0 <= found["parzen_heartbeat_age_seconds",] < 60
    assert found["parzen_housekeeping_age_seconds",] != found["parzen_housekeeping_age_seconds",]  # NaN
    assert found["parzen_broker_up",] == 1


@pytest.mark.django_db
def test_every_state_has_its_series_from_the_start():
    names = [key for key in samples() if key[0] == "parzen_trials"]

    assert len(names) == len(TrialState) - 1 + len(FailureKind)
    assert len([key for key in samples() if key[0] == "parzen_studies"]) == len(StudyState)


@pytest.mark.django_db
def test_scrape_asks_as_often_for_1000_trials_as_for_8():
    def n_queries():
        with CaptureQueriesContext(connection) as captured:
            scrape()
        return len(captured)

    study = running_study(max_trials=2_000, n_parallel=8)
    for state in ("complete", "failed", "running", "waiting"):
        add_trials(study, 2, state=state)
    few = n_queries()

    for state in ("complete", "failed", "running", "waiting"):
        add_trials(study, 250, state=state)
    for _ in range(10):
        running_study()

    assert n_queries() == few
    assert few <= 7


@pytest.mark.django_db
def test_documentation_names_every_metric_and_no_other():
    families = text_string_to_metric_families(scrape().content.decode())
    given = {f.name + ("_total" if f.type == "counter" else "") for f in families}

    documented = set(re.findall(r"`(parzen_\w+)", DOC.read_text()))

    assert documented == given
