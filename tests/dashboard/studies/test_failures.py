"""A study whose trials fail says which, why and what they have in common, and offers a way on."""

import pytest
from django.urls import reverse

from dashboard.models import Attempt, FailureKind, StudyState, Trial
from dashboard.studies.page import study_page
from dashboard.trials import failures
from dashboard.trials.results import results_of
from tests.builders import PARAMS, add_trials, make_study, running_study

OOM = FailureKind.OUT_OF_MEMORY


def fail(study, message, kind=FailureKind.ERROR, **params):
    return add_trials(
        study,
        state="failed",
        failure_kind=kind,
        failure_message=message,
        params={**PARAMS, **params},
    )[0]


def end(study, state=StudyState.FAILED):
    type(study).objects.filter(pk=study.pk).update(state=state, state_reason="5 failures in a row")
    study.refresh_from_db()
    return study


def failures_of(study):
    return study_page(study, {}, role=None, is_watched=False).failures


@pytest.fixture
def broken(user):
    study = running_study(owner=user)
    add_trials(study, 3, params={**PARAMS, "units_1": 16})
    for units in (96, 104, 112):
        fail(study, f"OOM when allocating {units * 1000} bytes at 0x7f{units:x}", OOM, units_1=units)
    fail(study, "val_loss is nan in epoch 2", FailureKind.DIVERGED)
    return end(study)


def test_messages_that_differ_in_numbers_are_one_group(broken):
    found = failures_of(broken)

    assert found.n == 4
    assert [(group.kind, group.numbers) for group in found.groups] == [
        ("Out of memory", [5, 4, 3]),
        ("Diverged", [6]),
    ]
    assert "112000" in found.groups[0].message  # as the latest of them says it
    assert found.last == 6


def test_group_says_what_only_its_trials_have(broken):
    oom, diverged = failures_of(broken).groups

    assert oom.shared.startswith("Always with units_1 ≥ 96; none of the 3 trials")
    assert diverged.shared == ""  # one trial proves nothing


@pytest.mark.parametrize(
    ("failed", "well", "words"),
    [
        ({"activation_1": "tanh"}, {"activation_1": "relu"}, "activation_1 = tanh"),
        ({"learning_rate": 1e-4}, {"learning_rate": 0.01}, "learning_rate ≤ 1e-4"),
        ({"learning_rate": 0.01}, {"learning_rate": 0.01}, ""),
    ],
)
def test_what_sets_failures_apart(user, failed, well, words):
    study = running_study(owner=user)
    add_trials(study, 3, params={**PARAMS, **well})
    for _ in range(3):
        fail(study, "It broke.", **failed)

    shared = failures_of(study).groups[0].shared
    assert words in shared if words else shared == ""


def test_failed_study_offers_to_retry_and_to_change_and_not_to_confirm_nothing(page, user):
    study = running_study(owner=user)
    fail(study, "It broke.")
    shown = page.get(end(study).get_absolute_url()).content.decode()

    assert reverse("study-retry-failed", args=[study.pk]) in shown
    assert f"{reverse('study-new')}?from={study.pk}" in shown
    assert reverse("study-confirm", args=[study.pk]) not in shown
    assert shown.index("failures-title") < shown.index("best-title")
    assert "epoch 1\nepoch 2" in shown  # the log of the last one


def test_finished_study_with_some_failures_tells_of_them_further_down(page, user):
    study = running_study(owner=user)
    add_trials(study, 3)
    fail(study, "It broke.")
    shown = page.get(end(study, StudyState.FINISHED).get_absolute_url()).content.decode()

    assert reverse("study-confirm", args=[study.pk]) in shown
    assert shown.index("by-trial") < shown.index("failures-title")


def test_without_failures_there_is_no_card(page, user):
    study = running_study(owner=user)
    add_trials(study, 3)

    assert "failures-title" not in page.get(study.get_absolute_url()).content.decode()
    assert failures_of(make_study(owner=user)) is None


def test_retry_of_one_group_leaves_the_others(page, broken):
    oom = failures_of(broken).groups[0]
    page.post(reverse("study-retry-failed", args=[broken.pk]), {"group": oom.key})

    states = dict(broken.trials.values_list("number", "state"))
    assert [states[number] for number in range(3, 7)] == ["waiting", "waiting", "waiting", "failed"]
    broken.refresh_from_db()
    assert broken.state == "running"
    assert broken.events.first().what == "retried 3 failed trials"


def test_retry_of_all(page, broken):
    page.post(reverse("study-retry-failed", args=[broken.pk]))

    assert Trial.objects.filter(study=broken, state="failed").count() == 0
    assert Attempt.objects.filter(trial__study=broken, state="failed").count() == 4  # they stay on record


def test_group_that_is_gone_retries_nothing(page, broken):
    page.post(reverse("study-retry-failed", args=[broken.pk]), {"group": "0" * 12})

    assert Trial.objects.filter(study=broken, state="failed").count() == 4


def test_log_is_named_by_its_trial_also_where_the_group_of_it_is_not_listed(page, user):
    study = running_study(owner=user)
    for letter in "abcdefgh":
        fail(study, f"cause {letter}")
        fail(study, f"cause {letter}")
    last = fail(study, "a cause of its own")
    Attempt.objects.filter(trial=last).update(log="the very last line")

    found = failures_of(end(study))
    assert last.number not in {number for group in found.groups for number in group.numbers}
    assert (found.last, found.log) == (last.number, "the very last line")
    assert f"trial #{last.number}" in page.get(study.get_absolute_url()).content.decode()


def test_failures_that_are_retried_while_the_page_is_made_are_none(user):
    study = running_study(owner=user)
    fail(study, "It broke.")
    results = results_of(study)
    Trial.objects.filter(study=study).update(state="waiting")

    assert failures.failures_of(study, study.search_space, results) is None
