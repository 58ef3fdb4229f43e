"""Team pages, invitations and who sees a study, from the browser's side."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard.models import Invitation, Membership, Role, Study, Team
from tests.builders import make_study, make_user, running_study
from tests.dashboard.posted import posted_fields

ACCOUNT = {"username": "grace", "password1": "cobol-1959-mark", "password2": "cobol-1959-mark"}


@pytest.fixture
def team(page):
    page.post(reverse("team-list"), {"name": "Vision"})
    return Team.objects.get()


def link_for(page, team, role="viewer"):
    body = page.post(reverse("team-invite", args=[team.pk]), {"role": role}).content.decode()
    return re.search(r"http://testserver(/invitations/[\w-]+/)", body)[1]


def test_link_can_be_copied(page, team):
    body = page.post(reverse("team-invite", args=[team.pk]), {"role": "viewer"}).content.decode()
    assert re.search(r'<code id="new-link">http://testserver/invitations/[\w-]+/</code>', body)
    assert 'data-copy-target="#new-link"' in body
    assert "js/copy" in body


def test_new_person_makes_an_account_and_is_in(page, team):
    link, stranger = link_for(page, team, "editor"), Client()
    assert "Join Vision" in stranger.get(link).content.decode()

    answer = stranger.post(
        link,
        {"username": "grace", "password1": "cobol-1959-mark", "password2": "cobol-1959-mark"},
        follow=True,
    )

    assert "You joined Vision" in answer.content.decode()
    assert Membership.objects.get(user__username="grace").role == Role.EDITOR
    assert Client().get(link).status_code == 404


def test_link_stands_on_one_page_only(page, team):
    link = link_for(page, team)

    assert link not in page.get(team.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"username": "ada", "password1": "cobol-1959-mark", "password2": "cobol-1959-mark"},
            "already exists",
        ),
        ({"username": "grace", "password1": "12345678", "password2": "12345678"}, "too common"),
        ({"username": "grace", "password1": "cobol-1959-mark", "password2": "other"}, "match"),
        ({"username": "\x00", "password1": "x", "password2": "x"}, "Null characters"),
        ({}, "required"),
    ],
)
def test_wrong_account_is_refused_and_the_link_stays_good(page, team, fields, words):
    link = link_for(page, team)

    answer = Client().post(link, fields)

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert User.objects.count() == 1
    assert Invitation.objects.get().used_at is None


def test_what_is_wrong_with_a_password_stands_beside_the_first_field(page, team):
    answer = Client().post(link_for(page, team), {"username": "grace", "password1": "x1", "password2": "x1"})

    assert list(answer.context["form"].errors) == ["password1"]


def test_hints_of_an_account_are_in_plain_words(page, team):
    body = Client().get(link_for(page, team)).content.decode()

    assert "Up to 150 letters" in body
    assert "or fewer" not in body


def test_member_who_is_signed_in_joins_with_one_button(page, team):
    link, grace = link_for(page, team), Client()
    grace.force_login(make_user("grace"))

    assert "You are signed in as grace" in grace.get(link).content.decode()
    grace.post(link)

    assert team.memberships.filter(user__username="grace").exists()


def test_refusal_is_said_on_the_page(page, team, user):
    answer = page.post(reverse("team-leave", args=[team.pk]), follow=True)

    assert "Vision needs an owner" in answer.content.decode()
    answer = page.post(reverse("team-list"), {"name": "Vision"})
    assert (answer.status_code, "A team named Vision already" in answer.content.decode()) == (
        422,
        True,
    )


def test_study_moves_to_the_team_and_back_with_a_word(page, team, user):
    study, grace = running_study(owner=user), Client()
    member = make_user("grace")
    Membership.objects.create(team=team, user=member, role=Role.VIEWER)
    grace.force_login(member)
    url = study.get_absolute_url()
    assert grace.get(url).status_code == 404

    form = page.get(reverse("study-access", args=[study.pk])).content.decode()
    assert "Currently private" in form
    answer = page.post(reverse("study-access", args=[study.pk]), {"place": f"team-{team.pk}"}, follow=True)
    assert "is now visible to Vision" in answer.content.decode()

    body = grace.get(url).content.decode()
    assert "Visible to Vision" in body
    assert "Pause" not in body
    assert "Manage access" not in body
    refused = grace.post(reverse("study-pause", args=[study.pk]))
    assert (
        refused.status_code,
        "You can view digits-mlp but not change it" in refused.content.decode(),
    ) == (
        403,
        True,
    )
    page.post(reverse("study-access", args=[study.pk]), {"place": "private"})
    assert grace.get(url).status_code == 404
    assert list(study.events.values_list("what", flat=True))[:2] == [
        "made the study private",
        "made the study visible to Vision",
    ]


def test_study_cannot_be_put_into_a_team_of_others(page, user):
    study = make_study(owner=user)
    foreign = Team.objects.create(name="Others")

    answer = page.post(reverse("study-access", args=[study.pk]), {"place": f"team-{foreign.pk}"})

    assert (answer.status_code, "You cannot use this option" in answer.content.decode()) == (422, True)
    study.refresh_from_db()
    assert study.team is None


def test_new_study_is_private_unless_somebody_says_otherwise(page, user):
    page.post(reverse("study-new"), posted_fields(action="draft"))
    page.post(reverse("study-new"), posted_fields(action="draft", place="everyone"))

    assert list(Study.objects.order_by("pk").values_list("is_open", "team")) == [(False, None), (True, None)]
