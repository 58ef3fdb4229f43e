"""Without a broker, work is found later and nothing else: no message gets through to these workers."""

import signal

import pytest

from dashboard.models import AttemptState, StudyState, Worker
from tests.faults.studies import LONG_EPOCHS, attempts_of, is_at_step, is_ended, small_study
from tests.live import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("trouble", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "hanging"])
def test_running_worker_takes_up_new_work_while_the_broker_is(broker, start_worker, trouble):
    start_worker()
    wait_for(Worker.objects.exists, "the worker's first heartbeat")
    broker.popen.send_signal(trouble)

    study = small_study(max_trials=2)

    wait_for(lambda: is_ended(study), "the end of the study")
    broker.popen.send_signal(signal.SIGCONT)  # so that the worker can say good-bye
    assert study.state == StudyState.FINISHED


def test_worker_that_starts_without_a_broker_takes_up_work(broker, start_worker):
    broker.kill()
    study = small_study()

    start_worker()

    wait_for(lambda: is_ended(study), "the end of the study")
    assert study.state == StudyState.FINISHED


def test_trial_of_a_dead_worker_goes_on_elsewhere_although_the_broker_is_dead_too(broker, start_worker):
    doomed = start_worker()
    study = small_study(max_epochs=LONG_EPOCHS)
    wait_for(lambda: is_at_step(study, 3), "the third epoch")
    start_worker()
    wait_for(lambda: Worker.objects.count() == 2, "the other worker's first heartbeat")
    broker.kill()

    doomed.kill()

    wait_for(lambda: is_ended(study), "the end of the study")
    assert attempts_of(study) == [(1, AttemptState.LOST), (2, AttemptState.COMPLETE)]
