"""Tokens: shown once, kept as digests, no more rights than their owner, and gone when they are revoked."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.access.secret_links import digest_of
from dashboard.api import limits
from dashboard.models import Access, ApiToken, AuditEntry, Membership, Role, Study, Team
from tests.builders import make_user, running_study
from tests.dashboard.api.conftest import SPACE, Script, script_of


@pytest.fixture
def page(ada):
    client = Client()
    client.force_login(ada)
    return client


def made(page, **fields):
    fields = {"name": "gpu-box", "access": "train", "days": "90", **fields}
    return page.post(reverse("api-tokens"), fields)


def test_a_token_is_shown_once_and_kept_as_a_digest(page, ada):
    body = made(page).content.decode()
    token = ApiToken.objects.get()
    text = body.partition('id="new-token">')[2].partition("<")[0]
    assert text.startswith(token.prefix)
    assert token.digest == digest_of(text)
    assert text not in page.get(reverse("api-tokens")).content.decode()
    assert Script(text, Client())("get", "/me")[1]["user"] == "ada"


def test_a_revoked_token_is_no_good_at_once(page, ada):
    script = script_of(ada)
    assert script("get", "/me")[0] == 200
    page.post(reverse("api-token-revoke", args=[ApiToken.objects.get().pk]))
    status, problem = script("get", "/me")
    assert (status, problem["detail"]) == (
        401,
        "The token laptop was revoked. Make another one on the page API tokens.",
    )
    page.post(reverse("api-token-revoke", args=[ApiToken.objects.get().pk]))
    assert not ApiToken.objects.exists()


def test_an_expired_token_says_so_and_can_be_extended(page, ada):
    script = script_of(ada)
    ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(days=1))
    assert "has expired" in script("get", "/me")[1]["detail"]
    page.post(reverse("api-token-extend", args=[ApiToken.objects.get().pk]))
    assert script("get", "/me")[0] == 200


def test_nobody_touches_the_token_of_somebody_else(page):
    script_of(make_user("eve"))
    for name in ("api-token-revoke", "api-token-extend"):
        assert page.post(reverse(name, args=[ApiToken.objects.get().pk])).status_code == 404


def test_a_disabled_account_has_no_tokens(script, ada):
    ada.is_active = False
    ada.save()
    assert script("get", "/me")[0] == 401


@pytest.mark.parametrize("header", ["", "Bearer ", "Basic abc", "Bearer pzn_\x00", "Bearer " + "x" * 5_000])
def test_no_token_is_a_problem(db, header):
    response = Client().get("/api/v1/studies", headers={"Authorization": header} if header else {})
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"


def test_guessing_ends(db):
    strangers = [Script(f"pzn_{n}", Client())("get", "/me")[0] for n in range(limits.MAX_GUESSES + 5)]
    assert strangers[0] == 401
    assert strangers[-1] == 429


def test_a_token_that_asks_too_often_waits(script, settings):
    settings.API_RATE = 3
    answers = [script.raw("get", "/me") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1]["Retry-After"]) <= 60


@pytest.mark.parametrize(("access", "statuses"), [("read", (200, 403, 403)), ("train", (200, 201, 403))])
def test_an_access_ends_where_it_says(script, ada, access, statuses):
    study = script.study()
    other = script_of(ada, Access(access))
    answers = (
        other("get", f"/studies/{study}")[0],
        other("post", f"/studies/{study}/trials", {"params": {"lr": 0.01, "optimizer": "adam"}})[0],
        other("post", "/studies", {"name": "x", "space": SPACE})[0],
    )
    assert answers == statuses


def test_the_rights_of_a_token_end_with_those_of_its_owner(ada):
    eve, team = make_user("eve"), Team.objects.create(name="vision")
    Membership.objects.create(team=team, user=ada, role=Role.OWNER)
    member = Membership.objects.create(team=team, user=eve, role=Role.VIEWER)
    study = script_of(ada).study(visible_to=f"team-{team.pk}")
    script = script_of(eve)
    assert script("get", f"/studies/{study}")[0] == 200
    assert script("post", f"/studies/{study}/ask", {})[0] == 403
    assert script("delete", f"/studies/{study}")[0] == 403
    member.role = Role.EDITOR
    member.save()
    assert script("post", f"/studies/{study}/ask", {})[0] == 200
    member.delete()
    assert script("get", f"/studies/{study}")[0] == 404


def test_a_token_of_one_study_sees_no_other(script, ada):
    one, other = script.study(), script.study(name="Other")
    narrow = script_of(ada, study=Study.objects.get(pk=one))
    assert [s["id"] for s in narrow("get", "/studies")[1]["studies"]] == [one]
    assert narrow("get", f"/studies/{other}")[0] == 404
    assert narrow("post", "/studies", {"name": "x", "space": SPACE})[0] == 403


def test_a_token_of_a_team_makes_studies_there(ada):
    team = Team.objects.create(name="vision")
    Membership.objects.create(team=team, user=ada, role=Role.OWNER)
    running_study(owner=ada, name="Private")
    script = script_of(ada, team=team)
    study = script.study()
    assert Study.objects.get(pk=study).team == team
    assert [s["name"] for s in script("get", "/studies")[1]["studies"]] == ["Outside"]


def test_what_a_token_makes_and_is_refused_is_in_the_audit_log(script, ada):
    study = script.study()
    script_of(ada, Access.READ)("post", f"/studies/{study}/ask", {})
    entries = AuditEntry.objects.filter(door="api").order_by("pk")
    assert [(e.action, e.is_refused, e.who) for e in entries] == [
        ("study-new-external", False, "ada"),
        ("api ask", True, "ada"),
    ]


def test_when_a_token_was_used_is_kept(script):
    script("get", "/me")
    token = ApiToken.objects.get()
    assert token.last_used_at is not None
    assert token.last_used_from == "127.0.0.1"
