"""Hours of training are those of all attempts, whatever became of them."""

import datetime as dt
import json

import pytest
from django.db.models import F

from dashboard.engine.fences import fail_trial, finish_trial, lose_trial, prune_trial, return_trial
from dashboard.engine.lifecycle import stop_study
from dashboard.engine.timeline import begin_timeline
from dashboard.engine.trials import seconds_trained
from dashboard.models import Attempt, FailureKind, Study, Trial
from dashboard.studies.totals import totals_of
from tests.builders import claim, fence_of, outcome, running_study, steps

pytestmark = pytest.mark.django_db
HOUR = 3600
ENDS = {
    "complete": lambda fence: finish_trial(fence, outcome()),
    "pruned": lambda fence: prune_trial(fence, step=steps(0.5)[0], value=0.5, reason="bad"),
    "error": lambda fence: fail_trial(fence, kind=FailureKind.ERROR, message="It broke."),
    "timed out": lambda fence: fail_trial(fence, kind=FailureKind.TIMED_OUT, message="Too long."),
    "lost": lambda fence: lose_trial(fence, reason="Killed."),
    "died": lambda fence: lose_trial(fence, reason="Killed.", is_own_death=True),
    "returned": lambda fence: return_trial(fence, reason="The worker was shut down."),
    "cancelled": lambda fence: stop_study(study_id=fence.study_id, by="Ada"),
}


def train(study, hours, end):
    trial = claim(study)
    earlier = F("started_at") - dt.timedelta(hours=hours)
    Attempt.objects.filter(trial=trial, number=trial.attempt).update(started_at=earlier)
    if trial.attempt == 1:
        Trial.objects.filter(pk=trial.pk).update(started_at=earlier)
    assert ENDS[end](fence_of(trial))
    return trial


def hours_of(study):
    return totals_of([Study.objects.get(pk=study.pk)])[study.pk].seconds / HOUR


@pytest.mark.parametrize("end", ENDS)
def test_hours_count_whatever_became_of_the_attempt(end):
    study = running_study()

    train(study, 3, end)

    assert hours_of(study) == pytest.approx(3, abs=0.01)
    assert Attempt.objects.aggregate(s=seconds_trained())["s"] / HOUR == pytest.approx(3, abs=0.01)


def test_earlier_attempts_of_a_trial_count_and_what_still_trains_does_not_yet():
    study = running_study()
    for hours, end in ((1, "lost"), (2, "returned"), (0.5, "complete")):
        train(study, hours, end)
    claim(study)

    assert study.trials.count() == 2
    assert hours_of(study) == pytest.approx(3.5, abs=0.01)


def test_chart_over_training_time_knows_what_failed(page):
    study = running_study(lost_retries=1)
    train(study, 3, "timed out")
    train(study, 1, "lost")
    train(study, 1, "complete")

    html = page.get(study.get_absolute_url()).content.decode()

    data = html.split('<script id="chart-data" type="application/json">')[1].split("</script>")[0]
    training = [seconds / HOUR for seconds in json.loads(data)["best"]["trials"]["training"]]
    assert training == [pytest.approx(3, abs=0.01), pytest.approx(5, abs=0.01)]


def test_nobody_has_trained_between_a_backup_and_its_restore():
    study = running_study()
    trial = claim(study)
    week = dt.timedelta(days=7)
    Attempt.objects.update(started_at=F("started_at") - week)
    Trial.objects.filter(pk=trial.pk).update(lease_until=F("lease_until") - week + dt.timedelta(hours=2))

    begin_timeline()

    assert hours_of(study) == pytest.approx(2, abs=0.05)
