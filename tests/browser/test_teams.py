"""Two people in two browsers: one invites and shares, the other joins, looks, and cannot change it."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from dashboard.models import Invitation, Membership, Role
from dashboard.people.actions import create_team
from tests.browser.looks import check_looks
from tests.builders import actor, add_trials, make_user, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
HOSTILE = "<script>alert(1)</script>\u202egnp.exe"


@pytest.fixture
def other(browser):
    """A second browser, in which nobody has signed in."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_invite_share_and_look(ada, site, person, other):
    study = running_study(owner=ada, name="digits of the team")
    add_trials(study, 5, n_reports=2)

    person.goto(f"{site}/teams/")
    person.get_by_label("Name").fill("Vision")
    person.keyboard.press("Enter")
    person.get_by_label("Role", exact=True).select_option("viewer")
    person.get_by_role("button", name="Create link").click()
    link = person.locator("code").inner_text()
    check_looks(person)

    other.goto(link)
    expect(other.get_by_role("heading", name="Join Vision")).to_be_visible()
    check_looks(other)
    other.get_by_label("Username").fill("grace")
    other.get_by_label("Password", exact=True).fill("cobol-1959-mark")
    other.get_by_label("Confirm password").fill("cobol-1959-mark")
    other.get_by_role("button", name="Create account and join").click()
    expect(other.get_by_role("heading", name="Vision")).to_be_visible()
    other.goto(f"{site}/studies/")
    expect(other.get_by_text("digits of the team")).to_have_count(0)

    person.goto(f"{site}{study.get_absolute_url()}")
    person.get_by_label("More actions").click()
    person.get_by_role("link", name="Manage access").click()
    check_looks(person)
    person.get_by_label("Vision").check()
    person.get_by_role("button", name="Save").click()
    expect(person.get_by_text("is now visible to Vision")).to_be_visible()

    other.reload()
    other.get_by_role("link", name="digits of the team").click()
    expect(other.get_by_role("button", name="Pause")).to_have_count(0)
    expect(other.get_by_text("Visible to Vision", exact=True)).to_be_visible()
    check_looks(other)

    other.goto(link)
    expect(other.get_by_role("heading", name="This invitation is no longer valid")).to_be_visible()
    assert Invitation.objects.get().used_by.username == "grace"


def test_team_page_when_names_are_hostile(ada, site, person):
    team = create_team(name=HOSTILE, by=actor(ada))
    for number in range(3):
        user = make_user(f"person-{number}", first_name=HOSTILE, last_name="x" * 100)
        Membership.objects.create(team=team, user=user, role=Role.EDITOR)
    running_study(owner=ada, name=HOSTILE + "x" * 60, team=team)

    person.goto(f"{site}{team.get_absolute_url()}")
    check_looks(person)
    person.goto(f"{site}/teams/")
    check_looks(person)


def test_roles_are_changed_by_keyboard(ada, site, person):
    team = create_team(name="Vision", by=actor(ada))
    Membership.objects.create(team=team, user=make_user("grace"), role=Role.VIEWER)
    person.goto(f"{site}{team.get_absolute_url()}")

    person.get_by_label("Role of grace").focus()
    person.keyboard.type("Editor")
    person.keyboard.press("Tab")
    person.keyboard.press("Enter")

    expect(person.get_by_label("Role of grace")).to_have_value("editor")
    assert team.memberships.get(user__username="grace").role == Role.EDITOR
    client = Client()
    client.force_login(make_user("grace"))
    assert client.get(team.get_absolute_url()).status_code == 200


def test_link_is_opened_signed_out_and_revoked(ada, site, person, other):
    study = running_study(owner=ada, name="digits for all")
    add_trials(study, 8, n_reports=3, value=lambda number: 0.5 - number / 20)
    person.goto(f"{site}/studies/{study.pk}/access/")
    person.get_by_label("Password").fill("open sesame")
    person.get_by_role("button", name="Create link").click()
    link = person.locator("code").inner_text()
    check_looks(person)

    other.goto(link)
    check_looks(other)
    other.get_by_label("Link password").fill("open sesame")
    with other.expect_response("**/seen/"):
        other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="digits for all")).to_be_visible()
    check_looks(other, charts=("best", "epochs"))
    expect(other.get_by_text("Lovelace")).to_have_count(0)
    expect(other.get_by_role("button", name="Pause")).to_have_count(0)

    person.goto(f"{site}/studies/{study.pk}/access/")
    expect(person.get_by_text("1 view", exact=True)).to_be_visible()
    person.get_by_role("button", name="Revoke").click()
    other.reload()
    expect(other.get_by_role("heading", name="This link is not valid")).to_be_visible()
    check_looks(other)
