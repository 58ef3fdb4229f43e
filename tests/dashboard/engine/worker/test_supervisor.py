"""A training is watched to its end, and every end is recorded once."""

import time
from unittest.mock import create_autospec

import pytest
from django.db import OperationalError

from dashboard.engine import fences
from dashboard.engine.fences import lose_trial
from dashboard.engine.lifecycle import pause_study, stop_study
from dashboard.engine.worker import supervisor as module
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.models import Attempt, Report
from tests.builders import claim, everything, expire_lease, fence_of
from tests.dashboard.engine.worker.fake_training import FakeHost, exited, failed, log, report, result
from trainers.errors import HostFailed


@pytest.fixture
def attempt(trial):
    return trial.attempts.get()


def test_result_is_recorded_with_steps_log_and_environment(supervise, trial, attempt):
    training = supervise(log("hello"), report(1, 0.5), report(2, 0.25), result(0.25))

    assert (trial.state, trial.value, trial.best_step) == ("complete", 0.25, 2)
    assert (trial.seconds, trial.n_parameters) == (1.5, 1234)
    attempt.refresh_from_db()
    assert attempt.state == "complete"
    assert attempt.log.endswith("hello")
    assert attempt.environment["keras"] == "3.15"
    assert attempt.environment["threads"] >= 1
    assert "deterministic" not in attempt.environment
    assert attempt.peak_memory == 100 * 2**20
    assert list(attempt.reports.values_list("step", "metrics__val_loss")) == [(1, 0.5), (2, 0.25)]
    assert training.is_closed


def test_steps_are_on_the_page_before_the_training_ends(supervise, trial):
    seen = []
    supervise(report(1, 0.5), lambda: seen.append(Report.objects.count()), result())

    assert seen == [1]


def test_failure_is_recorded_with_its_traceback(supervise, trial, attempt):
    supervise(report(1, 0.5), failed("diverged", "The loss is nan at epoch 2.", "Traceback: nan"))

    assert (trial.state, trial.failure_kind) == ("failed", "diverged")
    assert trial.failure_message == "The loss is nan at epoch 2."
    attempt.refresh_from_db()
    assert (attempt.state, attempt.traceback) == ("failed", "Traceback: nan")
    assert attempt.reports.count() == 1


def test_failure_of_an_unknown_kind_is_an_error(supervise, trial):
    supervise(failed("gremlins", "They came."))

    assert (trial.failure_kind, trial.failure_message) == ("error", "They came.")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-9, "was killed by signal 9"),
        (1, "exited with code 1 without a result"),
        (0, "exited with code 0 without a result"),
        (None, "fork server"),
    ],
)
def test_process_that_died_loses_its_attempt(supervise, trial, attempt, code, words):
    supervise(report(1, 0.5), report(2, 0.4), exited(code))

    attempt.refresh_from_db()
    assert (trial.state, attempt.state) == ("waiting", "lost")
    assert attempt.failure_kind == ("lost" if code is None else "died")
    assert words in attempt.reason
    assert ("after epoch 2." in attempt.reason) is (code is not None)
    assert ("Out of memory?" in attempt.reason) is (code == -9)


@pytest.mark.parametrize("signal", [1, 2, 15])
def test_process_that_somebody_ended_says_nothing_about_its_params(supervise, trial, attempt, signal):
    """As where a host shuts down and ends all processes, before the worker knows."""
    supervise(exited(-signal))

    attempt.refresh_from_db()
    assert (attempt.state, attempt.failure_kind) == ("lost", "lost")


def test_infeasible_training_keeps_what_it_measured(supervise, trial):
    message = failed("infeasible", "Too large.", "")
    supervise({**message, "metrics": {"megabytes": 12.5, "val_loss": 0.25}})

    assert (trial.state, trial.failure_kind, trial.value) == ("failed", "infeasible", None)
    assert trial.metrics == {"megabytes": 12.5, "val_loss": 0.25}


@pytest.mark.parametrize("metrics", [[1], {"a": "much"}, {"a": float("nan")}, 7])
def test_failure_with_nonsense_for_metrics_is_an_error(supervise, trial, metrics):
    supervise({**failed("infeasible"), "metrics": metrics})

    assert (trial.state, trial.failure_kind, trial.metrics) == ("failed", "error", {})


def test_worker_that_cannot_load_keras_says_so(supervise, trial, attempt, monkeypatch):
    monkeypatch.setattr("dashboard.engine.worker.supervisor.HOST_FAILED_SECONDS", 0)

    supervise(exited(None), pid=None)

    attempt.refresh_from_db()
    assert attempt.reason == "Keras could not be loaded on this worker. See the worker's log."


def test_training_is_killed_when_nothing_renews_its_lease(supervise, trial, monkeypatch):
    """As if the supervisor hung in a query: the watchdog needs no database."""
    hosts = []

    def lose_touch(supervisor):
        supervisor.renewed -= 1_000
        hosts.append(supervisor.host)

    def hang():
        end = time.monotonic() + 30
        while not hosts[0].training.is_killed:
            assert time.monotonic() < end, "nobody killed the training"
            time.sleep(0.02)

    supervise(hang, exited(-9), before=lose_touch)

    assert trial.state == "running"  # for the reaper


def test_odd_characters_and_numbers_do_not_lose_a_trial(supervise, trial, attempt):
    lines = ["\udcff undecodable", "NUL \0 inside"]

    supervise(*map(log, lines), report(1, float("inf")), report(2, 0.5), result())

    attempt.refresh_from_db()
    assert trial.state == "complete"
    assert [r.metrics["val_loss"] for r in attempt.reports.order_by("step")] == [None, 0.5]
    assert "undecodable" in attempt.log
    assert "\0" not in attempt.log


def test_host_that_cannot_start_loses_the_attempt(trial, attempt, shutting_down, monkeypatch):
    monkeypatch.setattr("dashboard.engine.worker.supervisor.HOST_FAILED_SECONDS", 0)
    host = FakeHost(HostFailed("The trainer fork server does not start."))

    Supervisor(trial, host=host, shutting_down=shutting_down).run()

    trial.refresh_from_db()
    attempt.refresh_from_db()
    assert (trial.state, attempt.state) == ("waiting", "lost")
    assert "could not be started" in attempt.reason


def test_training_is_killed_within_one_check_when_its_study_is_stopped(supervise, trial):
    def stop():
        stop_study(study_id=trial.study_id, by="Ada")

    training = supervise(report(1, 0.5), stop, patience=1)

    assert training.is_killed
    assert trial.state == "cancelled"


def test_training_need_not_wait_for_its_lease_to_hear_that_its_study_is_stopped(
    supervise, trial, monkeypatch
):
    """Renewing tells as much, and is due seconds later."""
    monkeypatch.setattr(module.Pulse, "is_due", lambda self: self.seconds == 0.5)

    training = supervise(lambda: stop_study(study_id=trial.study_id, by="Ada") and None, patience=1)

    assert training.is_killed


def test_training_goes_on_when_its_study_is_paused(supervise, trial):
    supervise(lambda: pause_study(study_id=trial.study_id, by="Ada"), report(1, 0.5), result(0.5))

    assert (trial.state, trial.value) == ("complete", 0.5)


def test_trial_is_handed_back_when_the_worker_shuts_down(supervise, trial, attempt, shutting_down):
    training = supervise(report(1, 0.5), shutting_down.set, patience=1)

    attempt.refresh_from_db()
    assert training.is_killed
    assert (trial.state, attempt.state) == ("waiting", "returned")
    assert attempt.reports.count() == 1


@pytest.mark.parametrize(("limit_mb", "state"), [(99, "failed"), (101, "complete"), (0, "complete")])
def test_training_ends_only_above_the_memory_limit(supervise, trial, settings, limit_mb, state):
    settings.TRIAL_MEMORY_MB = limit_mb

    supervise(None, result(), rss=100 * 2**20, patience=1)

    assert trial.state == state
    if state == "failed":
        assert trial.failure_kind == "out_of_memory"
        assert trial.failure_message == "The training used 100 MB of memory; the limit is 99 MB."


@pytest.mark.parametrize(("age", "state"), [(61, "failed"), (30, "complete")])
def test_training_ends_only_after_its_time(supervise, trial, age, state):
    def grow_old(supervisor):
        supervisor.begun = time.monotonic() - age

    supervise(None, result(), before=grow_old, patience=1)

    assert trial.state == state
    if state == "failed":
        assert (trial.failure_kind, trial.failure_message) == (
            "timed_out",
            "The trial took longer than 1 min.",
        )


def test_lease_is_renewed_while_a_silent_training_computes(supervise, trial):
    leases = []

    def look():
        trial.refresh_from_db()
        leases.append(trial.lease_until)

    expire_lease(trial)
    supervise(look, look, result())

    assert leases[0] < leases[1]


def test_late_result_is_refused_when_another_worker_has_the_trial(supervise, trial):
    """The zombie says its result in the very moment in which it could have noticed."""
    before = {}

    def give_away():
        lose_trial(fence_of(trial), reason="It did not answer.")
        claim(trial.study, worker="node-b / 1")
        before.update(everything())

    supervise(report(1, 0.5), ScriptedLate(give_away, result(0.001)))

    assert (trial.state, trial.attempt, trial.value) == ("running", 2, None)
    assert everything() == before


def away(*_):
    raise OperationalError("could not connect")


class ScriptedLate(dict):
    """A message that is preceded by an event."""

    def __init__(self, event, message):
        super().__init__(message)
        self.event = event

    def get(self, *args):
        self.event()
        self.event = lambda: None
        return super().get(*args)


@pytest.mark.django_db(transaction=True)  # a lost connection is dropped
def test_result_survives_a_database_that_is_away_for_a_moment(supervise, trial, monkeypatch):
    finish, calls = fences.finish_trial, []

    def away_twice(fence, outcome):
        calls.append(fence)
        if len(calls) <= 2:
            raise OperationalError("database is locked")
        return finish(fence, outcome)

    monkeypatch.setattr(fences, "finish_trial", away_twice)
    supervise(report(1, 0.5), result(0.25))

    assert len(calls) == 3
    assert (trial.state, trial.value) == ("complete", 0.25)
    assert Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)  # a lost connection is dropped
def test_result_is_left_to_another_attempt_when_the_database_stays_away(supervise, trial, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORD_SECONDS", 0)
    monkeypatch.setattr(fences, "finish_trial", create_autospec(fences.finish_trial, side_effect=away))

    with pytest.raises(OperationalError):
        supervise(result(0.25))

    trial.refresh_from_db()
    assert trial.state == "running"
    assert fences.finish_trial.call_count == 1


@pytest.mark.django_db(transaction=True)  # a lost connection is dropped
def test_steps_are_kept_until_the_database_is_back(supervise, trial, monkeypatch):
    write, calls = fences.report_steps, []

    def away_once(fence, **fields):
        calls.append(len(fields["steps"]))
        if len(calls) == 1:
            raise OperationalError("database is locked")
        return write(fence, **fields)

    monkeypatch.setattr(fences, "report_steps", away_once)
    supervise(report(1, 0.5), report(2, 0.4), result())

    assert list(Report.objects.values_list("step", flat=True)) == [1, 2]
    assert trial.state == "complete"


@pytest.mark.django_db(transaction=True)  # a lost connection is dropped
def test_training_is_given_up_before_the_reaper_may_give_it_away(supervise, trial, monkeypatch, settings):
    monkeypatch.setattr(fences, "is_current", away)
    monkeypatch.setattr(fences, "renew_lease", away)

    def lose_touch(supervisor):
        supervisor.renewed -= settings.LEASE_SECONDS * 0.8

    training = supervise(None, before=lose_touch, patience=1)

    assert training.is_killed
    assert trial.state == "running"


@pytest.mark.django_db(transaction=True)  # a lost connection is dropped
def test_short_outage_does_not_end_a_training(supervise, trial, monkeypatch):
    monkeypatch.setattr(fences, "is_current", away)
    monkeypatch.setattr(fences, "renew_lease", away)

    supervise(None, None, result())

    assert trial.state == "complete"


@pytest.mark.parametrize(
    "message",
    [
        result(None),
        result("high"),
        result(seconds=float("inf")),
        result(metrics={"val_loss": float("nan")}),
        {"type": "result"},
        {"type": "report"},
        {"type": "report", "step": "one", "metrics": {}, "seconds": 0},
        {"type": "log"},
    ],
    ids=[
        "no number",
        "a word",
        "endless",
        "metric without number",
        "empty result",
        "empty report",
        "odd step",
        "empty log",
    ],
)
def test_training_that_talks_nonsense_fails_and_the_slot_lives(supervise, trial, message):
    training = supervise(message, exited(0))

    assert training.is_closed
    assert trial.state == "failed"


def test_unknown_message_is_left_aside(supervise, trial):
    supervise({"type": "weather", "text": "sunny"}, {}, result())

    assert trial.state == "complete"


def test_log_keeps_its_last_lines_only(supervise, attempt, monkeypatch):
    monkeypatch.setattr(module, "MAX_LOG_LINES", 20)
    supervise(*(log(f"line {i}") for i in range(30)), result())

    lines = Attempt.objects.get().log.splitlines()
    assert len(lines) == 20
    assert lines[-1].endswith("line 29")


def test_job_names_the_data_params_and_budget_of_the_trial(trial, shutting_down, settings, monkeypatch):
    monkeypatch.setattr("dashboard.engine.worker.supervisor.HOST_FAILED_SECONDS", 0)
    host = FakeHost(HostFailed("not now"))

    Supervisor(trial, host=host, shutting_down=shutting_down).run()

    job = host.jobs[0]
    assert (job.trainer, job.dataset, job.max_epochs, job.objective) == ("mlp", "digits", 5, "val_loss")
    assert job.params == trial.params
    assert (job.trial, job.attempt) == (0, 1)
    assert job.cache_dir == str(settings.CACHE_DIR)
    assert 0 <= job.seed < 2**31
