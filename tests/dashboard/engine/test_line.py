"""A study that waits for a slot: its place in line, and when its turn comes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.engine.claims import claim_trial
from dashboard.engine.lifecycle import pause_study
from dashboard.engine.line import line_of
from dashboard.engine.registration import register_worker
from dashboard.models import Attempt, Quota
from tests.builders import add_trials, complete, make_study, running_study

pytestmark = pytest.mark.django_db
MINUTE = 60


@pytest.fixture
def train():
    """Slots that are taken by the studies that have waited longest."""

    def take(n_slots):
        register_worker(name="node-a:1", n_slots=n_slots)
        for number in range(1, n_slots + 1):
            assert claim_trial(worker=f"node-a:1 / {number}", queues=["cpu"]) is not None

    return take


def took(study, minutes):
    """Its attempts so far have taken so long."""
    now = timezone.now()
    ended = Attempt.objects.filter(trial__study=study).exclude(finished_at=None)
    ended.update(started_at=now - dt.timedelta(minutes=minutes), finished_at=now)


def begun(study, minutes):
    """The one that trains began so long ago."""
    running = Attempt.objects.filter(trial__study=study, state="running")
    assert running.update(started_at=timezone.now() - dt.timedelta(minutes=minutes))


def studies(n, **fields):
    made = [running_study(name=f"study {i}", sampler="random", max_trials=100, **fields) for i in range(n)]
    for study in made:
        complete(study)
    return made


def test_places_are_those_in_which_slots_are_given(train):
    made = studies(4)
    train(1)

    places = [line_of(study) for study in made]

    assert places[0] is None
    assert [place.number for place in places[1:]] == [1, 2, 3]
    for study in made[1:]:
        pause_study(study_id=study.pk, by="Ada")
        study.refresh_from_db()
        assert line_of(study) is None


def test_study_that_has_just_trained_is_behind_younger_ones(train):
    made = studies(4)
    complete(made[1])
    train(1)

    assert [line_of(study).number for study in made[1:]] == [3, 1, 2]


def test_forecast_is_what_is_left_of_the_running_attempt_and_those_before(train):
    made = studies(4)
    train(1)
    for study, minutes in zip(made, (10, 2, 3, 50), strict=True):
        took(study, minutes)
    begun(made[0], 4)

    seconds = [line_of(study).seconds for study in made[1:]]

    assert seconds == pytest.approx([6 * MINUTE, 8 * MINUTE, 11 * MINUTE], abs=2)


def test_next_slot_is_the_one_that_is_free_first(train):
    made = studies(4)
    train(2)
    for study, minutes in zip(made, (10, 3, 5, 50), strict=True):
        took(study, minutes)
        if study in made[:2]:
            begun(study, 1)

    seconds = [line_of(study).seconds for study in made[2:]]

    assert seconds == pytest.approx([2 * MINUTE, 7 * MINUTE], abs=2)


def test_nothing_is_forecast_without_a_ground_for_it(train):
    first, last = running_study(sampler="random"), running_study(sampler="random")
    train(1)

    assert line_of(first) is None
    line = line_of(last)
    assert (line.number, line.seconds) == (1, None)


def test_only_studies_that_could_take_the_slot_are_before_one(train, user):
    trained = studies(1)[0]
    train(1)
    for changes in ({"queue": "gpu"}, {"max_trials": 1}):
        study = running_study(**changes)
        if "max_trials" in changes:
            add_trials(study, 1)
    make_study("paused")
    other = running_study(sampler="random")

    assert line_of(other).number == 1

    Quota.objects.create(user=user, n_slots=1)
    assert line_of(other) is None
    assert line_of(trained) is None


@pytest.mark.parametrize("n_slots", [0, 2])
def test_nobody_stands_in_line_without_workers_or_beside_an_idle_slot(n_slots):
    study = running_study()
    if n_slots:
        register_worker(name="node-a:1", n_slots=n_slots)
        claim_trial(worker="node-a:1 / 1", queues=["cpu"])
        study = running_study()

    assert line_of(study) is None


@pytest.mark.parametrize("n", [10, 300])
def test_place_costs_the_same_however_many_trials_are_stored(train, n):
    made = studies(3)
    train(1)
    for study in made:
        add_trials(study, n)

    with CaptureQueriesContext(connection) as queries:
        line_of(made[-1])

    assert len(queries) <= 8


@pytest.mark.parametrize(("minutes", "words"), [(None, "2nd in line."), (4, "2nd in line, about 8 min.")])
def test_page_says_the_place_and_when_its_turn_comes(page, train, minutes, words):
    made = studies(2) if minutes else [running_study(sampler="random") for _ in range(2)]
    train(1)
    for study in made:
        if minutes:
            took(study, minutes)
    study = running_study()

    html = page.get(study.get_absolute_url()).content.decode()

    assert f"Waiting for a free worker slot: {words}" in html
