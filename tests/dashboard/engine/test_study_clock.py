"""Study time: the clock runs while at least one trial of the study trains, and at no other time."""

import datetime as dt

import pytest
from django.db.models import F

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.endings import end_study_if_done
from dashboard.engine.fences import fail_trial, finish_trial, lose_trial, prune_trial, return_trial
from dashboard.engine.lifecycle import pause_study, resume_study, stop_study
from dashboard.engine.timeline import begin_timeline
from dashboard.models import FailureKind, Study, Trial
from tests.builders import WORKER, claim, fence_of, outcome, running_study, steps

pytestmark = pytest.mark.django_db
SLACK = 2


def pass_time(seconds):
    """As if all that happened had happened so much earlier."""
    ago = dt.timedelta(seconds=seconds)
    names = ("running_since", "served_at", "clock_since")
    Study.objects.update(**{name: F(name) - ago for name in names})


def used(study):
    fresh = Study.objects.get(pk=study.pk)
    return fresh.seconds_at(dt.datetime.now(dt.UTC))


def is_over(study):
    return end_study_if_done(study_id=study.pk)


def test_study_that_only_waits_for_a_slot_uses_no_time():
    study = running_study(max_seconds=6)
    pass_time(3600)

    assert used(study) == 0
    assert not is_over(study)
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is not None


def test_study_ends_when_its_trials_have_trained_so_long():
    study = running_study(max_seconds=60)
    claim(study)
    pass_time(50)
    assert not is_over(study)

    pass_time(11)

    assert is_over(study)
    study.refresh_from_db()
    assert (study.state, study.clock_since) == ("finished", None)
    assert study.seconds_before == pytest.approx(61, abs=SLACK)


@pytest.mark.parametrize(
    "end",
    [
        lambda fence: finish_trial(fence, outcome()),
        lambda fence: prune_trial(fence, step=steps(0.5)[0], value=0.5, reason="bad"),
        lambda fence: fail_trial(fence, kind=FailureKind.ERROR, message="It broke."),
        lambda fence: lose_trial(fence, reason="Killed."),
        lambda fence: return_trial(fence, reason="The worker was shut down."),
    ],
)
def test_clock_stops_with_the_last_trial_that_trains_and_runs_again_with_the_next(end):
    study = running_study()
    first, second = claim(study), claim(study)
    pass_time(10)
    assert end(fence_of(first))
    pass_time(20)
    assert end(fence_of(second))
    pass_time(1000)
    assert used(study) == pytest.approx(30, abs=SLACK)

    claim(study)
    pass_time(5)

    assert used(study) == pytest.approx(35, abs=SLACK)


def test_second_trial_does_not_set_the_clock_back():
    study = running_study()
    claim(study)
    pass_time(10)
    claim(study)
    pass_time(5)

    assert used(study) == pytest.approx(15, abs=SLACK)


def test_trials_that_go_on_in_a_pause_use_time_and_the_pause_uses_none():
    study = running_study(max_seconds=300)
    trial = claim(study)
    pass_time(100)
    pause_study(study_id=study.pk, by="Ada")
    pass_time(50)
    finish_trial(fence_of(trial), outcome())
    pass_time(1000)
    resume_study(study_id=study.pk, by="Ada")
    pass_time(1000)

    assert used(study) == pytest.approx(150, abs=SLACK)
    assert not is_over(study)
    claim(study)
    pass_time(151)
    assert is_over(study)


def test_study_whose_time_is_used_up_in_a_pause_ends_when_it_is_resumed():
    study = running_study(max_seconds=60)
    trial = claim(study)
    pause_study(study_id=study.pk, by="Ada")
    pass_time(61)
    assert not is_over(study)
    finish_trial(fence_of(trial), outcome())
    resume_study(study_id=study.pk, by="Ada")

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Time limit reached: 1 min")


def test_stopped_study_keeps_what_it_has_used():
    study = running_study()
    claim(study)
    pass_time(40)

    stop_study(study_id=study.pk, by="Ada")

    pass_time(1000)
    assert used(study) == pytest.approx(40, abs=SLACK)


def test_time_between_a_backup_and_its_restore_is_nobodys():
    study = running_study()
    trial = claim(study)
    pass_time(3600)
    Trial.objects.filter(pk=trial.pk).update(lease_until=F("started_at") - dt.timedelta(seconds=3000))

    begin_timeline()

    study.refresh_from_db()
    assert study.clock_since is None
    assert study.seconds_before == pytest.approx(600, abs=SLACK)
