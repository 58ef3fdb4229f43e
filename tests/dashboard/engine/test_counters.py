"""What happens is counted, and a count never costs a trial."""

import pytest
from django.db import OperationalError, connection

from dashboard.engine.counters import count, event_totals, seconds_since
from dashboard.engine.fences import finish_trial, lose_trial, reap_lost_trials, report_steps
from dashboard.engine.lifecycle import stop_study
from dashboard.models import CountedEvent, EventCounter
from tests.builders import claim, complete, expire_lease, fence_of, outcome, running_study, steps

pytestmark = pytest.mark.django_db


def n(what):
    return event_totals()[what].n


def test_happenings_add_up_with_their_seconds():
    count(CountedEvent.CLAIM, seconds=0.5)
    count(CountedEvent.CLAIM, seconds=0.25)

    claims = event_totals()["claim"]
    assert (claims.n, claims.seconds) == (2, 0.75)
    assert 0 <= claims.age < 60
    assert EventCounter.objects.count() == 1


def test_what_has_never_happened_counts_as_zero():
    assert set(event_totals()) == set(CountedEvent.values)
    assert n("stale_write") == 0
    assert seconds_since(CountedEvent.HOUSEKEEPING) is None


def test_count_that_fails_is_a_line_in_the_log_and_no_error(caplog):
    def refuse(execute, sql, *args):
        raise OperationalError("database is locked")

    with connection.execute_wrapper(refuse):
        count(CountedEvent.CLAIM)

    assert "claim was not counted: database is locked" in caplog.text
    assert n("claim") == 0


def test_writes_of_an_attempt_that_was_given_away_count_as_stale():
    trial = claim(running_study())
    lose_trial(fence_of(trial), reason="It did not answer.")
    claim(trial.study)
    assert n("stale_write") == 0

    assert not report_steps(fence_of(trial), steps=steps(0.5), objective="val_loss", log="late")
    assert not finish_trial(fence_of(trial), outcome())
    assert not lose_trial(fence_of(trial), reason="gone")

    assert n("stale_write") == 3


def test_write_after_a_cancellation_is_expected_and_not_stale():
    trial = claim(running_study())
    stop_study(study_id=trial.study_id, by="Ada")

    assert not report_steps(fence_of(trial), steps=steps(0.5), objective="val_loss", log="late")

    assert n("stale_write") == 0


def test_only_leases_that_ran_out_count_as_expired():
    study = running_study()
    overdue, lost = claim(study), claim(study)
    complete(study)
    expire_lease(overdue)
    lose_trial(fence_of(lost), reason="Killed.")

    reap_lost_trials()
    reap_lost_trials()

    assert n("lease_expiry") == 1
    assert n("stale_write") == 0
