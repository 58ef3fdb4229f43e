"""Ada and Grace talk about a study; staff sign it off; it is deleted and brought back; the log has it all."""

import pytest
from playwright.sync_api import expect

from dashboard.discussion.actions import add_comment, write_note
from dashboard.discussion.notifications import collect_notifications
from dashboard.engine.lifecycle import end_study
from dashboard.models import AuditEntry, Membership, Role, StudyEvent, StudyState
from dashboard.people.actions import create_team
from dashboard.review.audit_words import action_words
from tests.browser.looks import check_looks
from tests.browser.steps import open_view, sign_in, view_of
from tests.builders import OPERATOR, PASSWORD, actor, add_trials, complete, make_user, running_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_broker"),
]
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '"><svg/onload=alert(1)>',
    "{{ 7*7 }}{% csrf_token %}",
    "\u202egnp.exe <b>x</b>",
    "![x](https://evil.example/pixel.png)",
    "</textarea><script>alert(1)</script>",
]


@pytest.fixture
def other(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def study(ada):
    team = create_team(name="Vision", by=actor(ada))
    Membership.objects.create(team=team, user=make_user("grace", first_name="Grace"), role=Role.VIEWER)
    study = running_study(owner=ada, name="digits of the team", team=team)
    complete(study, 0.25)
    add_trials(study, 4, n_reports=2)
    return study


def test_talk_review_delete_and_bring_back(study, ada, site, person, other):
    person.goto(f"{site}{study.get_absolute_url()}")
    open_view(person, "Discussion")
    person.get_by_role("link", name="Edit note and tags").click()
    person.get_by_label("Note").fill("**Wide** nets win")
    person.get_by_label("Tags").fill("vision")
    check_looks(person)
    person.get_by_role("button", name="Save").click()
    expect(person.locator("#study-note strong")).to_have_text("Wide")

    sign_in(other, site, "grace")
    other.get_by_role("link", name="digits of the team").click()
    open_view(other, "Discussion")
    expect(other.locator("#study-note strong")).to_have_text("Wide")
    expect(other.get_by_role("link", name="Edit note and tags")).to_have_count(0)
    other.get_by_label("Add a comment").fill("Why *so* wide?")
    other.get_by_role("button", name="Comment", exact=True).click()
    expect(other.locator("#comments em")).to_have_text("so")
    check_looks(other)

    collect_notifications()
    end_study(study_id=study.pk, state=StudyState.FINISHED, reason="Budget reached")
    collect_notifications()
    person.goto(f"{site}/studies/")
    person.get_by_role("link", name="Notifications, 2 new").click()
    expect(person.get_by_text("Grace commented on digits of the team: Why *so* wide?")).to_be_visible()
    check_looks(person)
    person.get_by_role("button", name="Mark all as read").click()
    expect(person.get_by_role("link", name="Notifications", exact=True)).to_be_visible()

    make_user("root", is_staff=True)
    other.context.clear_cookies()
    sign_in(other, site, "root", PASSWORD)
    other.goto(f"{site}/review/")
    check_looks(other)
    other.get_by_role("link", name="Sign off digits of the team").click()
    other.get_by_label("Note").fill("Looks right")
    check_looks(other)
    other.get_by_role("button", name="Sign off").click()
    expect(other.get_by_text("No studies need review")).to_be_visible()

    person.goto(f"{site}/studies/{study.pk}/delete/")
    person.get_by_role("button", name="Delete").click()
    expect(person.get_by_role("link", name="digits of the team")).to_have_count(0)
    person.goto(f"{site}/studies/deleted/")
    person.get_by_role("button", name="Restore").click()
    person.goto(f"{site}{view_of(study, 'settings')}")
    expect(person.get_by_text("root signed off the study: Looks right")).to_be_visible()

    other.goto(f"{site}/audit/")
    done = ["study-note", "study-comment", "study-review", "study-delete", "study-restore"]
    for action in done:
        expect(other.get_by_role("cell", name=action_words(action), exact=True)).to_be_visible()
    assert set(done) <= set(AuditEntry.objects.filter(is_refused=False).values_list("action", flat=True))
    assert StudyEvent.objects.filter(study=study, what="restored the study").exists()


@pytest.mark.parametrize(
    "path", ["/notifications/", "/notifications/settings/", "/review/", "/review/search/?best_to=0.5"]
)
def test_page_looks_right_with_little_and_with_much(path, study, ada, site, person):
    ada.is_staff = True
    ada.save()
    person.goto(site + path)
    check_looks(person)
    for n in range(30):
        other = running_study(owner=ada, name=f"{'long-' * 18}{n}")
        complete(other, 0.25)
        end_study(study_id=other.pk, state=StudyState.FAILED, reason="5 trials in a row failed")
    collect_notifications()

    person.goto(site + path)

    check_looks(person)


def test_hostile_notes_tags_and_comments_run_nothing(study, site, person):
    tags = [text[:30] for text in HOSTILE]
    write_note(study, text="\n\n".join(HOSTILE), tags=tags, version=0, by=OPERATOR)
    for text in HOSTILE:
        eve = make_user("eve", first_name=text[:30], is_staff=True)
        add_comment(study, trial=study.trials.first(), text=text, by=actor(eve))
    said = []
    person.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))

    collect_notifications()
    for path in (
        study.get_absolute_url(),
        view_of(study, "settings"),
        view_of(study, "discussion"),
        f"/studies/{study.pk}/note/",
        "/notifications/",
        f"/studies/{study.pk}/trials/0/",
    ):
        person.goto(site + path)
        person.wait_for_timeout(300)
        check_looks(person)

    assert said == []
    assert person.locator("script:not([src]):not([type='application/json'])").count() == 0
