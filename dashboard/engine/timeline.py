"""After a restore: whoever still trains what the old database gave out can write nothing into the new one."""

from django.db import connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from dashboard.engine.lifecycle import MAY_TRAIN, stopped_clock
from dashboard.models import Attempt, AttemptState, Study, Trial, TrialState, Worker

# More attempts, and more trials, than can have been made between the backup and its restore.
ATTEMPTS_AHEAD = 1_000
TRIALS_AHEAD = 1_000_000


def begin_timeline() -> int:
    """Fence off every training that may still run somewhere. Returns how many trials are trained again.

    A write names its trial and its attempt. So trials of the backup get attempts that were never given out,
    and new trials get ids that never were.
    """
    with transaction.atomic():
        _end_attempts()
        _stop_clocks()
        running = Trial.objects.filter(state=TrialState.RUNNING)
        n = running.update(state=TrialState.WAITING, lease_until=None)
        trials = Trial.objects.filter(state__in=MAY_TRAIN)
        Attempt.objects.filter(trial__in=trials).update(number=F("number") + ATTEMPTS_AHEAD)
        trials.update(
            attempt=F("attempt") + ATTEMPTS_AHEAD, retried_after=F("retried_after") + ATTEMPTS_AHEAD
        )
        Study.objects.update(version=F("version") + 1, n_rewrites=F("n_rewrites") + 1)
        Worker.objects.all().delete()
        _skip_trial_ids()
    return n


def _end_attempts() -> None:
    """At the last moment at which each can have been alive: nobody has trained since the backup."""
    for attempt in Attempt.objects.filter(state=AttemptState.RUNNING).select_related("trial"):
        lease = attempt.trial.lease_until
        attempt.finished_at = max(attempt.started_at, lease) if lease else attempt.started_at
        attempt.state, attempt.reason = AttemptState.LOST, "Running when the backup was created."
        attempt.save(update_fields=["finished_at", "state", "reason"])


def _stop_clocks() -> None:
    """At the same moment, for the same reason."""
    leases = Trial.objects.filter(state=TrialState.RUNNING).order_by()
    until = dict(leases.values_list("study").annotate(until=Max("lease_until")))
    for study in Study.objects.exclude(clock_since=None).annotate(now=Now()):
        end = min(study.now, until.get(study.pk) or study.now)
        Study.objects.filter(pk=study.pk).update(**stopped_clock(study, end))


def _skip_trial_ids() -> None:
    table = Trial._meta.db_table  # noqa: SLF001 (public, whatever it is called)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT %s, 0"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
                [table, table],
            )
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [TRIALS_AHEAD, table])
        else:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'),"
                " nextval(pg_get_serial_sequence(%s, 'id')) + %s)",
                [table, table, TRIALS_AHEAD],
            )
