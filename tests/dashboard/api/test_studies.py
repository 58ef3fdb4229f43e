"""Studies and trials over the API: the same rights, sentences, and numbers as on the pages."""

import datetime as dt
import json
import math

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.api import replies, studies
from dashboard.management.commands.describe_api import description
from dashboard.models import ApiReply, Study, StudyState, Trial, TrialState
from tests.builders import add_trials, make_user, running_study
from tests.dashboard.api.conftest import SPACE, script_of


def test_a_study_is_made_read_and_moved(script):
    study = script.study(note="Why", tags=["vision"], sampler="tpe", start=False)
    _, made = script("get", f"/studies/{study}")
    assert (made["state"], made["sampler"], made["note"], made["tags"]) == ("draft", "tpe", "Why", ["vision"])
    assert made["is_external"]
    assert made["url"].endswith(f"/studies/{study}/")
    for move, state in (
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
    ):
        status, moved = script("post", f"/studies/{study}/{move}")
        assert (status, moved["state"]) == (200, state)


def test_a_budget_is_changed_and_a_study_deleted(script):
    study = script.study(target_value=0.1)
    status, changed = script("patch", f"/studies/{study}", {"max_trials": 50, "target_value": None})
    assert (status, changed["max_trials"], changed["target_value"]) == (200, 50, None)
    assert script("delete", f"/studies/{study}")[0] == 204
    assert script("get", f"/studies/{study}")[0] == 404


def test_a_study_like_another_one(script, ada):
    source = running_study(owner=ada, name="Digits", sampler="gp")
    status, made = script("post", "/studies", {"name": "Again", "template": source.pk, "max_trials": 7})
    assert status == 201
    again = Study.objects.get(pk=made["id"])
    assert (again.trainer, again.dataset, again.space) == (source.trainer, source.dataset, source.space)
    assert (again.sampler, again.max_trials, again.state) == ("gp", 7, StudyState.RUNNING)
    status, made = script("post", f"/studies/{source.pk}/clone", {})
    assert (status, made["name"], made["state"]) == (201, "Digits (copy)", "draft")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"space": None}, 422, "either a space or a template"),
        ({"template": 1}, 422, "either a space or a template"),
        ({"name": ""}, 422, "name"),
        ({"name": "n" * 101}, 422, "name"),
        ({"space": {}}, 422, "param"),
        ({"space": {"lr": {"low": 1}}}, 422, "needs a type"),
        ({"space": {"lr": {"type": "float", "low": 2, "high": 1}}}, 422, "greater"),
        ({"sampler": "magic"}, 409, "no sampler"),
        ({"pruner": "magic"}, 409, "no early stopping"),
        ({"max_trials": 10**9}, 422, "max_trials"),
        ({"visible_to": "team-99"}, 422, "visible_to"),
        ({"surprise": 1}, 422, "surprise"),
        ({"name": "nul \x00"}, 409, "U+0000"),
    ],
)
def test_what_is_wrong_with_a_study_is_said(script, changes, status, words):
    body = {"name": "x", "space": SPACE, **changes}
    answer, problem = script("post", "/studies", {k: v for k, v in body.items() if v is not None})
    assert answer == status, problem
    assert words in problem["detail"]
    assert not Study.objects.exists()


def test_studies_come_newest_first_a_page_at_a_time(script):
    made = [script.study(name=f"Study {n}") for n in range(5)]
    _, first = script("get", "/studies?limit=2")
    _, second = script("get", f"/studies?limit=2&cursor={first['next']}")
    _, third = script("get", f"/studies?limit=2&cursor={second['next']}")
    got = [study["id"] for page in (first, second, third) for study in page["studies"]]
    assert got == made[::-1]
    assert third["next"] is None
    assert [s["name"] for s in script("get", "/studies?q=study+3")[1]["studies"]] == ["Study 3"]
    assert script("get", "/studies?state=paused")[1]["studies"] == []
    for wrong in ("cursor=x", "state=great"):
        assert script("get", f"/studies?{wrong}")[0] == 422


def test_a_list_counts_trials_in_as_many_queries_for_one_study_as_for_five(script, ada):
    def asked():
        caches["local"].clear()
        with CaptureQueriesContext(connection) as queries:
            listed = script("get", "/studies")[1]["studies"]
        return listed, len(queries)

    def add(number):
        study = running_study(owner=ada, name=f"Study {number}")
        add_trials(study, 3, value=lambda n: (0.3, 0.1, 0.1)[n])
        add_trials(study, 1, state=TrialState.FAILED)

    add(0)
    asked()
    one, n_one = asked()
    assert one[0]["n_trials"] == {"complete": 3, "failed": 1}
    assert (one[0]["best_number"], one[0]["best_value"]) == (1, 0.1)
    for number in range(1, 5):
        add(number)
    five, n_five = asked()
    assert (len(five), n_five) == (5, n_one)


def test_trials_are_filtered_sorted_and_paged(script, ada):
    study = running_study(owner=ada)
    add_trials(study, 5, value=lambda n: (0.3, 0.1, 0.5, 0.2, 0.4)[n])
    add_trials(study, 1, state=TrialState.FAILED)
    _, first = script("get", f"/studies/{study.pk}/trials?sort=value&limit=2&fields=number,value")
    assert first == {
        "trials": [{"number": 1, "value": 0.1}, {"number": 3, "value": 0.2}],
        "n": 6,
        "next": "3",
    }
    _, rest = script("get", f"/studies/{study.pk}/trials?sort=value&limit=9&fields=number&cursor=3")
    assert [row["number"] for row in rest["trials"]] == [0, 4, 2, 5]
    _, best = script("get", f"/studies/{study.pk}/trials?sort=-value&q=state+%3D+complete&fields=number")
    assert [row["number"] for row in best["trials"]] == [2, 4, 0, 3, 1]
    for wrong in ("sort=luck", "fields=secret", "cursor=77", "q=%28"):
        status, problem = script("get", f"/studies/{study.pk}/trials?{wrong}")
        assert status in (409, 422), wrong
        assert problem["detail"]


def test_numbers_have_every_digit(script, ada):
    study = running_study(owner=ada)
    add_trials(study, 1, value=lambda _: 1e-13 / 3, n_reports=2)
    assert script("get", f"/studies/{study.pk}/best")[1]["value"] == 1e-13 / 3
    _, trial = script("get", f"/studies/{study.pk}/trials/0")
    assert trial["value"] == 1e-13 / 3
    assert trial["attempts"][0]["steps"]


def test_enqueued_params_come_next_and_are_checked(script):
    study = script.study()
    params = {"lr": 0.02, "optimizer": "sgd"}
    status, made = script("post", f"/studies/{study}/trials", {"params": params})
    assert (status, made["state"], made["origin"]) == (201, "waiting", "enqueued")
    assert script.ask(study)["params"] == params
    status, problem = script("post", f"/studies/{study}/trials", {"params": {"lr": 7, "optimizer": "sgd"}})
    assert (status, problem["type"]) == (422, "urn:parzen:space")


def test_failed_trials_are_retried(script):
    study = script.study()
    script.of(study, script.ask(study), "tell", state="failed", message="no")
    status, trial = script("post", f"/studies/{study}/trials/0/retry")
    assert (status, trial["state"]) == (200, "waiting")
    assert script("post", f"/studies/{study}/trials/0/retry")[0] == 409


def test_which_params_mattered(script, ada):
    study = running_study(owner=ada)
    assert "10 complete" in script("get", f"/studies/{study.pk}/explain")[1]["note"]
    _, problem = script("get", f"/studies/{study.pk}/best")
    assert problem["type"] == "urn:parzen:no-best"


def test_the_whole_study_is_taken_away(script, ada):
    study = running_study(owner=ada)
    add_trials(study, 3)
    exported = json.loads(b"".join(script.raw("get", f"/studies/{study.pk}/export").streaming_content))
    assert len(exported["trials"]) == 3


def test_around_studies(script, ada):
    assert script("get", "/health")[0] == 200
    assert Client().get("/api/v1/health").json() == {"status": "ok"}
    assert {"digits"} <= {each["name"] for each in script("get", "/datasets")[1]}
    assert script("get", "/workers") == (200, [])
    assert script("get", "/teams") == (200, [])
    study = running_study(owner=ada)
    assert script("get", f"/studies/{study.pk}/artifacts") == (200, [])
    assert script("get", f"/studies/{study.pk}/trials/0/artifact")[0] == 404


def test_an_answer_that_the_client_has_is_not_sent_again(script):
    study = script.study()
    first = script.raw("get", f"/studies/{study}")
    again = script.raw("get", f"/studies/{study}", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    script("post", f"/studies/{study}/pause")
    assert script.raw("get", f"/studies/{study}", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_request_that_comes_twice_is_done_once(script):
    study = script.study()
    asked = [script("post", f"/studies/{study}/ask", {}, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert asked[0] == asked[1]
    assert Trial.objects.count() == 1
    status, problem = script("post", f"/studies/{study}/ask", {"n": 2}, **{"Idempotency-Key": "one"})
    assert (status, problem["type"]) == (422, "urn:parzen:key")
    assert script("post", f"/studies/{study}/ask", {}, **{"Idempotency-Key": "two"})[1] != asked[0][1]


def test_answers_are_kept_for_a_day(script):
    study = script.study()
    script("post", f"/studies/{study}/ask", {}, **{"Idempotency-Key": "one"})
    ApiReply.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
    script("post", f"/studies/{study}/ask", {}, **{"Idempotency-Key": "two"})
    assert [reply.key for reply in ApiReply.objects.all()] == ["two"]


def test_a_request_that_failed_may_be_sent_again_with_its_key(script):
    wrong = {"name": "x", "space": SPACE, "sampler": "magic"}
    assert script("post", "/studies", wrong, **{"Idempotency-Key": "k"})[0] == 409
    assert not ApiReply.objects.exists()
    assert script("post", "/studies", {"name": "x", "space": SPACE}, **{"Idempotency-Key": "k"})[0] == 201


def test_a_request_that_is_still_worked_on_says_so(script, ada):
    study = script.study()
    token = ada.api_tokens.get()
    digest = None

    def keep(request):
        nonlocal digest
        digest = real(request)
        return digest

    real, replies._digest = replies._digest, keep
    try:
        script("post", f"/studies/{study}/ask", {}, **{"Idempotency-Key": "k"})
    finally:
        replies._digest = real
    ApiReply.objects.update(status=None)
    status, problem = script("post", f"/studies/{study}/ask", {}, **{"Idempotency-Key": "k"})
    assert (status, problem["type"]) == (409, "urn:parzen:in-progress")
    assert ApiReply.objects.get(token=token).request_digest == digest


def test_a_database_that_is_away_is_a_problem_and_not_a_page(script, monkeypatch):
    def away(*_args):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(studies, "search_studies", away)
    response = script.raw("get", "/studies")
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response.json()["type"] == "urn:parzen:database"


def test_a_fault_of_parzen_is_a_problem_without_its_words(script, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(studies, "search_studies", broken)
    status, problem = script("get", "/studies")
    assert (status, problem["type"]) == (500, "urn:parzen:internal")
    assert "secret" not in problem["detail"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff", b"null"])
def test_what_is_no_object_is_a_problem(script, body):
    study = script.study()
    response = script.client.post(
        f"/api/v1/studies/{study}/ask",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {script.token}"},
    )
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"


def test_a_body_of_ten_megabytes_is_refused(script):
    study = script.study()
    trial = script.ask(study)
    status, problem = script.of(study, trial, "report", log="x" * 10_000_000, steps=[])
    assert (status, problem["type"]) == (413, "urn:parzen:too-large")


def test_unknown_addresses_and_methods_are_problems(script):
    assert script("get", "/nowhere")[1]["type"] == "urn:parzen:not-found"
    response = script.raw("put", "/studies", {})
    assert response.status_code == 405


def test_not_a_number_is_null_in_answers():
    from dashboard.api.render import rendered

    assert rendered({"a": [math.nan, 1.0, math.inf]}).content == b'{"a": [null, 1.0, null]}'


def test_the_description_is_that_of_the_documents():
    """After a change on purpose: manage.py describe_api > docs/openapi.json."""
    from django.conf import settings

    assert (settings.BASE_DIR / "docs" / "openapi.json").read_text() == description()


def test_strangers_see_nothing(script):
    study = script.study()
    eve = script_of(make_user("eve"))
    for method, path in (
        ("get", ""),
        ("get", "/trials"),
        ("post", "/ask"),
        ("get", "/export"),
        ("delete", ""),
    ):
        assert eve(method, f"/studies/{study}{path}", {} if method == "post" else None)[0] == 404
    assert eve("get", "/studies")[1]["studies"] == []
