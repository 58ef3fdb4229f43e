"""More running studies than slots: a slot goes to the study that has waited longest, and none starves."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.engine.claims import claim_trial
from dashboard.engine.fences import finish_trial, return_trial
from dashboard.engine.lifecycle import pause_study, resume_study
from dashboard.engine.queues import claimable_studies
from dashboard.models import Quota
from tests.builders import WORKER, add_trials, claim, fence_of, make_user, outcome, running_study

pytestmark = pytest.mark.django_db


def take():
    trial = claim_trial(worker=WORKER, queues=["cpu"])
    assert trial is not None
    return trial


def finish(trial):
    assert finish_trial(fence_of(trial), outcome())


def turns(n_slots, n):
    """The studies of the next n trials on so many slots; the trial that has trained longest ends first."""
    running, names = [take() for _ in range(n_slots)], []
    for _ in range(n):
        finish(running.pop(0))
        running.append(take())
        names.append(running[-1].study.name)
    return names


@pytest.mark.parametrize("n_slots", [1, 2])
def test_new_study_gets_every_second_slot_beside_an_old_one_with_a_thousand_trials(n_slots):
    old = running_study(name="old", sampler="random", max_trials=1000)
    for _ in range(3):
        finish(take())
    running_study(name="new", sampler="random", max_trials=50)

    names = turns(n_slots, 10)

    assert Counter(names) == {"old": 5, "new": 5}
    assert old.trials.count() < 12


@pytest.mark.parametrize("n_slots", [1, 2, 3])
def test_slots_go_round_among_more_studies_than_there_are_slots(n_slots):
    names = ["a", "b", "c", "d", "e"]
    for name in names:
        running_study(name=name, sampler="random", max_trials=100)

    taken = turns(n_slots, 20)

    assert Counter(taken) == dict.fromkeys(names, 4)
    assert all(len(set(taken[i : i + 5])) == 5 for i in range(16))


def test_study_whose_trial_has_just_ended_has_not_waited():
    """However long that one took."""
    long, first, second = (running_study(name=name, sampler="random") for name in ("long", "b", "c"))
    slow, quick = take(), take()
    assert (slow.study, quick.study) == (long, first)

    finish(quick)
    assert take().study == second
    finish(slow)

    assert take().study == first


@pytest.mark.parametrize("step_back", ["pause", "return"])
def test_study_that_gives_its_slot_back_goes_to_the_end_of_the_line(step_back):
    one, other = running_study(sampler="random"), running_study(sampler="random")
    trial = take()
    assert trial.study == one
    return_trial(fence_of(trial), reason="The worker was shut down.")
    if step_back == "pause":
        finish(take())
        pause_study(study_id=one.pk, by="Ada")
        resume_study(study_id=one.pk, by="Ada")

    assert claimable_studies(["cpu"]) == [other.pk, one.pk]


@pytest.mark.parametrize("n", [1, 500])
def test_finding_the_next_study_costs_the_same_however_much_is_stored(n):
    for _ in range(3):
        add_trials(running_study(max_trials=1000), n)

    with CaptureQueriesContext(connection) as queries:
        assert len(claimable_studies(["cpu"])) == 3

    assert len(queries) == 2


def test_study_whose_turn_began_longer_ago_comes_first():
    """Not the one that was started first."""
    old, new = running_study(sampler="random"), running_study(sampler="random")
    for study in (new, old):
        claim(study)

    assert claimable_studies(["cpu"]) == [new.pk, old.pk]


def test_study_with_fewer_trials_in_training_comes_first_however_long_the_other_waits():
    wide, narrow = running_study(sampler="random"), running_study(sampler="random")
    for study in (wide, wide, narrow):
        claim(study)

    assert claimable_studies(["cpu"]) == [narrow.pk, wide.pk]


def test_study_out_of_quota_is_not_asked_for_work():
    Quota.objects.create(user=make_user("grace"), n_slots=1)
    full = running_study(owner=make_user("grace"), sampler="random")
    other = running_study(sampler="random")
    claim(full)

    assert claimable_studies(["cpu"]) == [other.pk]
