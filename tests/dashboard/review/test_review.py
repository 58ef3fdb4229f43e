"""What staff look after: the queue, signing off, what was spent, the search over past studies."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dashboard.engine.fences import fail_trial
from dashboard.engine.lifecycle import end_study
from dashboard.models import Attempt, FailureKind, Review, Study, StudyEvent, StudyState, Team, Trial
from dashboard.review.actions import sign_off
from dashboard.review.queries import Search, review_queue, search_past, spent_by_week
from dashboard.studies.actions import delete_study
from tests.builders import (
    OPERATOR,
    actor,
    add_trials,
    claim,
    complete,
    fence_of,
    make_dataset,
    make_study,
    make_user,
    running_study,
)
from trainers.registry import trainer_info


@pytest.fixture
def root(db):
    return make_user("root", is_staff=True)


@pytest.fixture
def staff(root):
    client = Client()
    client.force_login(root)
    return client


def ended(**fields):
    study = running_study(**fields)
    complete(study, 0.5)
    end_study(study_id=study.pk, state=StudyState.FINISHED, reason="Budget reached")
    study.refresh_from_db()
    return study


def fail(study):
    fail_trial(fence_of(claim(study)), kind=FailureKind.ERROR, message="bad shape", traceback="")


def queue():
    return {row.study.name: row.reasons for row in review_queue(Study.objects.filter(deleted_at=None))}


# Queue -------------------------------------------------------------------------------------------------


def test_studies_wait_for_a_look_once_they_have_ended(root):
    study = ended(name="done")
    running_study(name="still going")
    make_study(name="a draft")
    assert queue() == {"done": ["ended, not reviewed", "not confirmed"]}

    sign_off(study, note="Good.", by=actor(root))

    assert queue() == {}


def test_study_that_ends_again_waits_again(root):
    study = ended(name="done")
    sign_off(study, note="", by=actor(root))
    Study.objects.filter(pk=study.pk).update(finished_at=timezone.now() + dt.timedelta(seconds=5))

    assert queue() == {"done": ["ended after the last review", "not confirmed"]}


def test_study_of_which_many_trials_fail_waits_while_it_runs(root):
    study = running_study(name="bad", max_trials=40, max_failures=40)
    for _ in range(4):
        fail(study)
    assert queue() == {}
    fail(study)
    assert queue() == {"bad": ["5 of 5 trials failed"]}

    sign_off(study, note="The data is broken", by=actor(root))
    assert queue() == {}
    fail(study)
    assert queue() == {"bad": ["6 of 6 trials failed"]}


@pytest.mark.django_db
def test_a_few_failures_are_no_reason():
    study = running_study(name="fine", max_trials=40, max_failures=40)
    fail(study)
    for _ in range(4):
        complete(study, 0.5)

    assert queue() == {}


def test_signing_off_stands_in_history_and_takes_the_study_out_of_the_page(staff, root):
    study = ended(name="wide nets")
    assert "wide nets" in staff.get(reverse("review-overview")).content.decode()

    answer = staff.post(reverse("study-review", args=[study.pk]), {"note": "Confirmed by hand"}, follow=True)

    assert "wide nets was signed off." in answer.content.decode()
    assert "No studies need review" in answer.content.decode()
    assert Review.objects.get().by == root
    told = "signed off the study: Confirmed by hand"
    assert StudyEvent.objects.filter(study=study, what=told, by="root").exists()
    assert "Confirmed by hand" in staff.get(reverse("study-review", args=[study.pk])).content.decode()


def test_deleted_studies_wait_for_nobody(staff):
    delete_study(ended(name="gone"), by=OPERATOR)

    assert "gone" not in staff.get(reverse("review-overview")).content.decode()


# Spent -------------------------------------------------------------------------------------------------


def trained(trials, at, seconds):
    """These trials and their attempts have ended at a moment, after so many seconds of training."""
    trials.update(finished_at=at)
    began = at - dt.timedelta(seconds=seconds)
    Attempt.objects.filter(trial__in=trials.model.objects.filter(finished_at=at)).update(
        started_at=began, finished_at=at
    )


def add_attempt(trial, at, seconds):
    Attempt.objects.create(
        trial=trial,
        number=9,
        state="lost",
        worker="w",
        started_at=at - dt.timedelta(seconds=seconds),
        finished_at=at,
    )


@pytest.mark.django_db
def test_weeks_and_teams_add_up():
    team = Team.objects.create(name="Vision")
    ours, private = running_study(team=team), running_study()
    for study, n in ((ours, 3), (private, 2)):
        add_trials(study, n)
    add_trials(ours, 1, state="failed")
    monday = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    trained(Trial.objects.all(), monday, 60)
    trained(Trial.objects.filter(study=ours, number=0), monday - dt.timedelta(weeks=1), 60)
    trained(Trial.objects.filter(study=private, number=0), monday - dt.timedelta(weeks=40), 60)
    # Lost a week before, and still not at its end.
    add_trials(ours, 1, state="running")
    attempt = Attempt.objects.get(state="running")
    add_attempt(attempt.trial, monday - dt.timedelta(weeks=1), 3600)

    rows = spent_by_week(Study.objects.all(), monday - dt.timedelta(weeks=11))

    found = {(row.team, row.week): (row.n_trials, row.n_failed, row.seconds) for row in rows}
    assert found == {
        ("Vision", dt.date(2026, 11, 16)): (1, 0, pytest.approx(3660)),
        # The failed one, too.
        ("Vision", dt.date(2026, 11, 23)): (3, 1, pytest.approx(180)),
        (None, dt.date(2026, 11, 23)): (1, 0, pytest.approx(60)),
    }


@pytest.mark.parametrize(
    ("end", "monday"),
    [
        ("2026-11-29T23:59:59.999", "2026-11-23"),
        ("2026-11-30T00:00:00", "2026-11-30"),
        ("2024-12-31T12:00:00", "2024-12-30"),
        ("2028-02-29T06:00:00", "2028-02-28"),
        ("1970-01-01T00:00:00", "1969-12-29"),
    ],
)
@pytest.mark.django_db
def test_week_begins_on_a_monday(end, monday):
    study = running_study()
    add_trials(study)
    trained(study.trials.all(), dt.datetime.fromisoformat(f"{end}+00:00"), 60)

    (row,) = spent_by_week(Study.objects.all(), dt.datetime(1969, 1, 1, tzinfo=dt.UTC))

    assert (row.week.isoformat(), row.n_trials, round(row.seconds)) == (monday, 1, 60)


def test_queue_reads_no_search_spaces(root):
    make_study(StudyState.FINISHED)

    with CaptureQueriesContext(connection) as captured:
        (waiting,) = review_queue(Study.objects.all())
        names = (waiting.study.name, waiting.study.owner.username)

    assert names == ("digits-mlp", "ada")
    assert not [q for q in captured.captured_queries if '"space"' in q["sql"] or '"code"' in q["sql"]]


def test_overview_draws_what_was_spent_and_says_where_nothing_was(staff):
    assert "No training runs in the last 12 weeks." in staff.get(reverse("review-overview")).content.decode()
    add_trials(running_study(team=Team.objects.create(name="Vision")), 3)
    trained(Trial.objects.all(), timezone.now(), 3600)

    body = staff.get(reverse("review-overview")).content.decode()

    assert "Vision, week of" in body
    assert "3 h of training" in body


# Search ------------------------------------------------------------------------------------------------


@pytest.fixture
def past(db):
    """Three studies, of which the names say what is special."""
    lows, highs, plain = (
        running_study(name=name, owner=make_user(who), direction=direction, trainer=trainer)
        for name, who, direction, trainer in (
            ("lows", "ada", "minimize", "mlp"),
            ("highs", "grace", "maximize", "cnn"),
            ("plain", "grace", "minimize", "mlp"),
        )
    )
    for study, value, params in (
        (lows, 0.1, {"units": 64, "activation": "relu"}),
        (lows, 0.9, {"units": 512, "activation": "tanh"}),
        (highs, 0.1, {"rate": 1e-3}),
        (highs, 0.9, {"rate": "auto"}),
        (plain, 0.5, {}),
    ):
        complete(study, value)
        study.trials.filter(number=study.trials.count() - 1).update(params=params)
    Study.objects.filter(pk=plain.pk).update(created_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ({}, ["highs", "lows", "plain"]),
        ({"text": "low"}, ["lows"]),
        ({"person": "grace"}, ["highs", "plain"]),
        ({"trainer": "cnn"}, ["highs"]),
        ({"dataset": "mnist"}, []),
        ({"until": dt.date(2025, 12, 31)}, ["plain"]),
        ({"since": dt.date(2025, 1, 2), "until": dt.date(2025, 1, 2)}, ["plain"]),
        ({"best_to": 0.2}, ["lows"]),  # the best of highs is 0.9
        ({"best_from": 0.6}, ["highs"]),
        ({"param": "units"}, ["lows"]),
        ({"param": "units", "param_from": 500.0}, ["lows"]),
        ({"param": "units", "param_from": 600.0}, []),
        ({"param": "units", "param_from": 100.0, "param_to": 200.0}, []),
        ({"param": "rate", "param_from": 0.5}, []),  # a word is above no number
        ({"param": "rate", "param_to": 1e-4}, []),  # and below none
        ({"param": "rate", "param_is": "auto"}, ["highs"]),
        ({"param": "activation", "param_is": "relu"}, ["lows"]),
        ({"param": "no such one", "param_from": 0.0}, []),
        ({"param": "' OR 1=1 --\"$.[]"}, []),
    ],
)
def test_past_studies_are_found(past, search, names):
    found = search_past(Study.objects.all(), Search(**search))

    assert sorted(study.name for study in found) == names


def test_search_page_lists_best_values_and_keeps_what_was_asked(staff, past):
    body = staff.get(reverse("review-search"), {"best_to": "0.2", "param": "units"}).content.decode()

    assert 'class="name-link"' in body
    assert "highs" not in body
    assert 'value="0.2"' in body


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"best_from": "much"}, "Enter a number."),
        ({"best_from": "inf"}, "Enter a number."),
        ({"best_from": "2", "best_to": "1"}, "The range is reversed: 2.0 to 1.0."),
        ({"since": "2026-02-30"}, "Enter a valid date."),
        ({"param_from": "1"}, "Enter the name of the parameter."),
        ({"text": "\x00"}, "Null characters are not allowed."),
        ({"trainer": "no such"}, "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_said(staff, past, query, words):
    answer = staff.get(reverse("review-search"), query)

    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize("value", ["1e308", "-1e308", "1e-400", "9" * 400])
def test_enormous_numbers_find_nothing_and_break_nothing(staff, past, value):
    answer = staff.get(reverse("review-search"), {"best_from": value, "param": "units", "param_to": value})

    assert answer.status_code in {200, 422}


def test_search_of_the_past_calls_datasets_and_trainers_as_people_do(staff):
    make_study(dataset=make_dataset(label="Plants of 2026").name, name="herbarium")
    make_study(dataset="digits", name="numbers")

    body = staff.get(reverse("review-search"), {"dataset": "plants of 2026"}).content.decode()

    assert f"Plants of 2026 · {trainer_info('mlp').label}" in body
    assert "herbarium" in body
    assert "numbers" not in body
    assert "plants-0a1b2c3d" not in body
