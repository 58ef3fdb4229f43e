"""What the palette finds, for whom, and at what cost."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.models import Membership, Role
from dashboard.palette.page import MAX_OPTIONS, grouped
from dashboard.palette.queries import MAX_STUDIES
from tests.builders import add_trials, make_study, make_user, running_study


def labels(user, text, study=None):
    return [option.label for group in grouped(user, study, text) for _, option in group.options]


def groups(user, text, study=None):
    return [group.name for group in grouped(user, study, text)]


def test_studies_are_found_by_all_words_of_their_name(user):
    running_study(name="Fashion, TPE")
    running_study(name="Fashion, random")
    assert labels(user, "fash tpe") == ["Fashion, TPE"]
    assert labels(user, "%") == []


def test_what_a_person_may_not_see_is_not_found(user):
    hidden = running_study(name="hidden", owner=make_user("bob"))
    add_trials(hidden, 3)
    assert labels(user, "hidden") == []
    assert "Review" not in labels(user, "rev")
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("palette"), {"q": "2", "study": hidden.pk}, headers={"HX-Request": "true"})
    assert "Trial #2" not in answer.content.decode()


def test_staff_find_their_pages(user):
    user.is_staff = True
    user.save()
    assert "Review" in labels(user, "rev")


@pytest.mark.parametrize("text", ["2", "#2"])
def test_a_number_finds_a_trial_of_the_study_that_is_open(user, text):
    study = running_study()
    add_trials(study, 3)
    assert labels(user, text, study)[0] == "Trial #2"
    assert "Trials" not in groups(user, text)
    assert "Trials" not in groups(user, "99", study)


def test_several_numbers_compare_these_trials(user):
    study = running_study()
    add_trials(study, 4)
    (trials,) = grouped(user, study, "#3 1")
    assert [option.label for _, option in trials.options] == ["Trial #3", "Trial #1", "Compare #3, #1"]
    assert trials.options[-1][1].url.endswith("?trial=3&trial=1")


def test_only_editors_are_offered_changes(user):
    study = running_study()
    assert "Pause" in labels(user, "pau", study)
    viewer = make_user("viewer")
    study.is_open = True
    study.save()
    assert labels(viewer, "pau", study) == []
    assert "Trials" in labels(viewer, "tria", study)


def test_a_draft_can_be_started(user):
    assert labels(user, "start", make_study()) == ["Start study"]


def test_few_options_and_queries_however_much_there_is(user, django_assert_max_num_queries):
    for n in range(30):
        running_study(name=f"study {n}")
    study = running_study(name="here")
    add_trials(study, 50)
    with django_assert_max_num_queries(4):
        found = labels(user, "", study)
    assert len(found) <= MAX_OPTIONS
    assert sum(label.startswith("study ") or label == "here" for label in found) == MAX_STUDIES


@pytest.mark.parametrize("text", ["\0", "#" * 500, "9" * 300, "a\tb", "“"])
def test_any_text_has_an_answer(page, text):
    assert page.get(reverse("palette"), {"q": text, "study": "x"}).status_code == 200


def test_without_scripts_it_is_a_page_of_links(page, user):
    study = running_study(name="Fashion, TPE")
    body = page.get(reverse("palette"), {"q": "fash"}).content.decode()
    assert f'href="{study.get_absolute_url()}"' in body
    assert "<kbd>?</kbd>" in page.get(reverse("shortcuts")).content.decode()


def test_members_of_a_team_find_its_studies(user):
    bob = make_user("bob")
    from dashboard.models import Team

    team = Team.objects.create(name="Vision")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    running_study(name="shared one", owner=bob, team=team)
    assert labels(user, "shared") == ["shared one"]
