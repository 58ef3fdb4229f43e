"""A trial whose params break a constraint has not failed: no page, count, note or queue says so."""

import pytest
from django.urls import reverse

from dashboard.discussion.notifications import collect_notifications
from dashboard.engine.fences import fail_trial
from dashboard.engine.retries import retry_failed_trials, retry_trial
from dashboard.engine.trials import counts_by_state, do_many_fail
from dashboard.models import Attempt, FailureKind, Notification, Study
from dashboard.review.queries import review_queue, spent_by_week
from tests.builders import add_trials, claim, complete, fence_of, running_study

BROKEN = {
    "state": "failed",
    "failure_kind": FailureKind.INFEASIBLE,
    "failure_message": "Over 30,000 weights.",
}


@pytest.fixture
def study(user):
    return running_study(owner=user, name="digits", max_trials=40, max_failures=5)


def end(study, kind):
    trial = claim(study)
    assert fail_trial(fence_of(trial), kind=kind, message="Over 30,000 weights.")
    return trial


def test_counts_tell_it_apart(study):
    add_trials(study, 4)
    add_trials(study, 3, **BROKEN)
    add_trials(study, 1, state="failed")

    counts = counts_by_state(study)

    assert counts == {"complete": 4, "infeasible": 3, "failed": 1}
    assert not do_many_fail(counts)
    add_trials(study, 2, state="failed")
    assert do_many_fail(counts_by_state(study))


def test_nobody_is_told_that_many_fail_and_nobody_has_to_look(study):
    complete(study)
    for _ in range(5):
        end(study, FailureKind.INFEASIBLE)
    collect_notifications()

    assert not Notification.objects.filter(kind="attention").exists()
    assert review_queue(Study.objects.all()) == []

    for _ in range(2):
        end(study, FailureKind.ERROR)
    collect_notifications()

    assert "(error)" in Notification.objects.get(kind="attention").text
    assert [row.reasons for row in review_queue(Study.objects.all())] == [["2 of 8 trials failed"]]


def test_overview_of_the_week_counts_it_as_a_trial_and_not_as_a_failure(study):
    end(study, FailureKind.INFEASIBLE)
    end(study, FailureKind.ERROR)

    (spent,) = spent_by_week(Study.objects.all(), study.created_at)

    assert (spent.n_trials, spent.n_failed) == (2, 1)


def test_pages_call_it_infeasible(page, study):
    add_trials(study, 2)
    add_trials(study, 3, **BROKEN)
    Attempt.objects.filter(state="failed").update(failure_kind=FailureKind.INFEASIBLE)
    url = study.get_absolute_url()

    shown = page.get(url)
    html = shown.content.decode()

    assert shown.context["page"].failures is None
    assert "Failed:" not in html
    table = page.get(reverse("study-trials", args=[study.pk]))
    assert ">Infeasible 3</a>" in table.content.decode()
    assert table.context["page"].table.rows[0].words == ""
    assert "3 infeasible" in page.get(reverse("study-list")).content.decode()
    of_trial = page.get(reverse("trial-detail", args=[study.pk, 4])).content.decode()
    assert "Over 30,000 weights." in of_trial
    assert "Infeasible" in of_trial
    assert "ailed" not in of_trial


def test_table_lists_them_and_what_failed_apart(page, study):
    add_trials(study, 3, **BROKEN)
    add_trials(study, 2, state="failed")

    def numbers(state):
        query = {"q": f"state = {state}"}
        shown = page.get(reverse("study-trials", args=[study.pk]), query).context["page"].table
        return [row.trial.number for row in shown.rows]

    assert (numbers("infeasible"), numbers("failed")) == ([2, 1, 0], [4, 3])


def test_failures_card_and_its_button_mean_the_same_trials(page, study):
    add_trials(study, 3, **BROKEN)
    add_trials(study, 2, state="failed")
    assert page.get(study.get_absolute_url()).context["page"].failures.n == 2

    assert retry_failed_trials(study_id=study.pk, by="Ada") == 2

    assert counts_by_state(study) == {"infeasible": 3, "waiting": 2}


def test_it_can_still_be_tried_again_alone(study):
    add_trials(study, 1, **BROKEN)

    assert retry_trial(study_id=study.pk, number=0, by="Ada")


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (["infeasible", "infeasible"], "All 2 trials are infeasible"),
        (["infeasible", "error"], "None of the 2 trials completed"),
        (["infeasible"], "The only trial is infeasible"),
        (["error"], "The only trial did not complete"),
    ],
)
def test_study_without_a_value_says_whether_it_was_for_the_constraint(user, kinds, reason):
    study = running_study(max_trials=len(kinds))
    for kind in kinds:
        end(study, FailureKind(kind))

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("failed", reason)
