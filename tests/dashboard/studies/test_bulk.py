"""Several studies at once: archived, tagged and deleted where that is allowed, each in the audit log."""

import pytest
from django.urls import reverse

from dashboard.models import AuditEntry, Membership, Role, Study, StudyState, Tag, Team
from tests.builders import add_trials, make_study, make_user

ARCHIVE, TAG, DELETE = (reverse(f"studies-{name}") for name in ("archive", "tag", "delete"))


@pytest.fixture
def mine(user):
    return [make_study("finished", owner=user, name=f"mine {n}") for n in range(2)]


@pytest.fixture
def theirs(user):
    return make_study("finished", owner=make_user("grace"), name="theirs", is_open=True)


@pytest.fixture
def hidden(user):
    return make_study("finished", owner=make_user("grace"), name="hidden")


@pytest.fixture
def post(page):
    def send(url, studies, **data):
        return page.post(url, {"study": [study.pk for study in studies], **data}, follow=True)

    return send


def said(response):
    (message,) = response.context["messages"]
    return str(message)


def audited(action):
    rows = AuditEntry.objects.filter(action=action).order_by("pk").values_list("study_id", "is_refused")
    return list(rows)


def are_archived(*studies):
    return [Study.objects.get(pk=study.pk).is_archived for study in studies]


def test_all_that_may_be_archived_are_and_the_message_says_what_was_not(post, mine, theirs, user):
    running = make_study("running", owner=user, name="busy")

    words = said(post(ARCHIVE, [*mine, running, theirs]))

    assert are_archived(*mine, running, theirs) == [True, True, False, False]
    assert "Archived 2 studies" in words
    assert "busy: it is running" in words
    assert "theirs: you cannot change it" in words
    assert dict(audited("study-archive")) == {
        mine[0].pk: False,
        mine[1].pk: False,
        running.pk: False,
        theirs.pk: True,
    }
    assert audited("studies-archive") == []


def test_archived_ones_come_back(post, mine):
    post(ARCHIVE, mine)
    words = said(post(f"{ARCHIVE}?back=1", mine))

    assert are_archived(*mine) == [False, False]
    assert "Unarchived 2 studies" in words


def test_studies_that_one_does_not_see_do_not_exist(post, mine, hidden):
    post(ARCHIVE, [mine[0], hidden])

    assert are_archived(mine[0], hidden) == [True, False]
    assert [pk for pk, _ in audited("study-archive")] == [mine[0].pk]


@pytest.mark.parametrize("url", [ARCHIVE, TAG, DELETE])
@pytest.mark.parametrize("ids", [[], ["x"], ["99999999999999999999"], ["-1"]])
def test_nothing_ticked_says_so(page, user, url, ids):
    assert "Select at least one study" in said(page.post(url, {"study": ids}, follow=True))


def test_one_returns_to_the_list_as_it_was(page, mine):
    answer = page.post(ARCHIVE, {"study": [mine[0].pk], "list": "q=mine&tag=a&sort=-best&evil=//x"})

    assert answer.url == f"{reverse('study-list')}?q=mine&tag=a&sort=-best"


def test_delete_asks_first_and_says_which_one_may_not(page, mine, theirs):
    add_trials(mine[0], 3)
    query = {"study": [study.pk for study in (*mine, theirs)]}

    html = page.get(DELETE, query).content.decode()

    assert "Delete 2 studies?" in html
    assert "3 trials" in html
    assert "only grace can delete it" in html
    assert f'name="study" value="{theirs.pk}"' not in html
    assert Study.objects.filter(deleted_at=None).count() == 3


def test_delete_hides_what_one_owns_and_leaves_the_rest(post, mine, theirs):
    words = said(post(DELETE, [*mine, theirs]))

    assert list(Study.objects.filter(deleted_at=None)) == [theirs]
    assert "Deleted 2 studies" in words
    assert "1 study was not changed" in words
    assert dict(audited("study-delete")) == {
        mine[0].pk: False,
        mine[1].pk: False,
        theirs.pk: True,
    }


def test_editor_of_a_team_may_archive_but_not_delete(page, post, user):
    team = Team.objects.create(name="Vision")
    Membership.objects.create(team=team, user=user, role=Role.EDITOR)
    study = make_study("finished", owner=make_user("grace"), team=team, name="ours")

    html = page.get(DELETE, {"study": [study.pk]}).content.decode()
    post(ARCHIVE, [study])

    assert "You cannot delete these studies" in html
    assert "only grace and owners of Vision can delete it" in html
    assert are_archived(study) == [True]


def test_tags_are_added_and_removed(post, mine):
    Tag.objects.create(study=mine[0], name="old")
    Tag.objects.create(study=mine[0], name="kept")

    words = said(post(TAG, mine, add="New, new , two words", remove=["old"]))

    assert sorted(mine[0].tags.values_list("name", flat=True)) == ["kept", "new", "two words"]
    assert sorted(mine[1].tags.values_list("name", flat=True)) == ["new", "two words"]
    assert "Changed the tags of 2 studies" in words
    assert sorted(audited("study-tags")) == sorted((study.pk, False) for study in mine)


def test_tagging_tells_whoever_edits_the_note_meanwhile(post, mine):
    post(TAG, mine[:1], add="new")

    after = Study.objects.get(pk=mine[0].pk)
    assert after.note_version == mine[0].note_version + 1
    assert after.version > mine[0].version


def test_study_with_too_many_tags_is_left_and_the_others_are_not(post, mine):
    Tag.objects.bulk_create(Tag(study=mine[0], name=f"tag {n}") for n in range(10))

    words = said(post(TAG, mine, add="one more"))

    assert mine[0].tags.count() == 10
    assert mine[1].tags.count() == 1
    assert "at most 10 tags" in words


@pytest.mark.parametrize("data", [{}, {"add": "x" * 31}, {"remove": ["not there"]}])
def test_tag_form_with_a_mistake_changes_nothing(page, mine, data):
    answer = page.post(TAG, {"study": [mine[0].pk], **data})

    assert answer.status_code == 422
    assert not Tag.objects.exists()


def test_tag_of_somebody_elses_study_is_refused_and_recorded(post, mine, theirs):
    post(TAG, [mine[0], theirs], add="new")

    assert not theirs.tags.exists()
    assert (theirs.pk, True) in audited("study-tags")


def test_active_study_is_stopped_when_it_is_deleted(page, post, user):
    study = make_study("running", owner=user)

    assert "1 active study will be stopped" in page.get(DELETE, {"study": [study.pk]}).content.decode()
    post(DELETE, [study])

    assert Study.objects.get(pk=study.pk).state == StudyState.STOPPED
