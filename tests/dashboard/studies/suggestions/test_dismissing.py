"""Suggestions that people dismiss: hidden for all, in the history, and how they come back."""

import pytest
from django.urls import reverse

from dashboard.models import AuditEntry, DismissedSuggestion, Membership, Role, Study, Team
from dashboard.studies.suggestions.card import card_of
from dashboard.trials.results import results_of
from tests.builders import add_trials, make_user, running_study

KEY = "no progress"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def study(user):
    study = running_study(max_trials=60)  # none is left for a branch
    add_trials(study, 60, value=lambda number: 0.1 + number / 1000)
    return study


def shown(study):
    study = Study.objects.get(pk=study.pk)
    card = card_of(study, results_of(study))
    return [each.key for each in card.shown], [each.key for each in card.dismissed]


def press(page, study, what, key=KEY, **headers):
    return page.post(reverse(f"study-suggestion-{what}", args=[study.pk]), {"key": key}, headers=headers)


def test_what_is_dismissed_is_hidden_until_it_is_brought_back(page, study):
    assert shown(study) == ([KEY], [])
    body = press(page, study, "dismiss", **HTMX).content.decode()
    assert "1 dismissed" in body
    assert "No better value for 59 trials." in body  # named, to be brought back
    assert shown(study) == ([], [KEY])
    press(page, study, "restore", **HTMX)
    assert shown(study) == ([KEY], [])


def test_both_are_in_the_history_and_in_the_audit_log(page, study):
    press(page, study, "dismiss")
    press(page, study, "restore")
    events = list(study.events.values_list("what", "by")[:2])
    assert [what.partition(" the suggestion ")[0] for what, _ in events] == ["restored", "dismissed"]
    assert all("No better value for 59 trials" in what and by for what, by in events)
    actions = AuditEntry.objects.filter(action__startswith="study-suggestion-", is_refused=False)
    assert sorted(actions.values_list("action", flat=True)) == [
        "study-suggestion-dismiss",
        "study-suggestion-restore",
    ]


@pytest.mark.parametrize(("n_more", "is_back"), [(10, False), (58, False), (59, True)])
def test_it_comes_back_when_twice_as_many_trials_say_so(page, study, n_more, is_back):
    press(page, study, "dismiss")
    add_trials(study, n_more, value=lambda number: 0.2)
    Study.objects.filter(pk=study.pk).update(version=study.version + 100)
    assert (KEY in shown(study)[0]) == is_back


def test_pressing_twice_is_pressing_once(page, study):
    press(page, study, "dismiss")
    press(page, study, "dismiss")
    assert DismissedSuggestion.objects.filter(study=study).count() == 1
    assert study.events.filter(what__startswith="dismissed").count() == 1


def test_dismissing_what_is_not_there_changes_nothing(page, study):
    assert press(page, study, "dismiss", key="of another page").status_code == 302
    assert not DismissedSuggestion.objects.exists()


def test_whoever_may_only_look_can_neither_dismiss_nor_bring_back(page, study, user):
    team = Team.objects.create(name="vision")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    Study.objects.filter(pk=study.pk).update(owner=make_user("bob"), team=team)
    assert press(page, study, "dismiss").status_code == 403
    body = page.get(reverse("study-suggestions", args=[study.pk])).content.decode()
    assert "No better value for 59 trials." in body
    assert "dismiss" not in body


def test_another_study_keeps_its_own(page, study, user):
    other = running_study(max_trials=60)
    add_trials(other, 60, value=lambda number: 0.1 + number / 1000)
    press(page, study, "dismiss")
    assert shown(other) == ([KEY], [])


def test_all_that_is_dismissed_leaves_a_card_to_bring_it_back(page, study):
    press(page, study, "dismiss")
    body = page.get(reverse("study-suggestions", args=[study.pk])).content.decode()
    assert "1 dismissed" in body
    assert body.count("Undo") >= 1
