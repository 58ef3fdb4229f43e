"""A trial whose training was lost goes on where the lost one had saved, and the page says so."""

import threading
import time

import pytest

from dashboard.engine.checkpoints import checkpoint_folder, delete_old_checkpoints
from dashboard.engine.claims import claim_trial
from dashboard.engine.fences import fail_trial, lose_trial
from dashboard.engine.lifecycle import stop_study
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.models import Attempt
from tests.builders import WORKER, claim, complete, fence_of, running_study
from tests.dashboard.engine.worker.fake_training import exited, failed, report, result
from trainers.processes.host import TrainerHost


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    return settings.CHECKPOINT_DIR


def save_something(trial):
    folder = checkpoint_folder(trial.study_id, trial.number)
    folder.mkdir(parents=True)
    (folder / "attempt-1.npz").write_bytes(b"an epoch")
    return folder


def test_attempt_knows_behind_which_epoch_it_went_on(supervise, trial, client):
    client.force_login(trial.study.owner)
    lose_trial(fence_of(trial), reason="Its worker was gone.")
    trial.refresh_from_db()
    trial.attempt = claim(trial.study).attempt

    supervise(
        report(1, 0.5),
        report(2, 0.4),
        {"type": "resumed", "step": 2},
        report(3, 0.3),
        result(0.3, best_step=3),
    )

    attempt = trial.attempts.get(number=2)
    assert attempt.resumed_after == 2
    assert list(attempt.reports.values_list("step", flat=True)) == [1, 2, 3]
    page = client.get(f"/studies/{trial.study_id}/trials/{trial.number}/").content.decode()
    assert "resumed after epoch 2" in page


def test_further_attempt_that_found_nothing_saved_says_so(trial, client):
    client.force_login(trial.study.owner)
    lose_trial(fence_of(trial), reason="Its worker was gone.")
    claim(trial.study)

    page = client.get(f"/studies/{trial.study_id}/trials/{trial.number}/").content.decode()

    assert page.count("started over") == 1


@pytest.mark.parametrize("nonsense", [{}, {"step": -1}, {"step": "2"}, {"step": 1e300}])
def test_nonsense_about_it_fails_the_attempt(supervise, trial, nonsense):
    supervise({"type": "resumed", **nonsense})

    assert (trial.state, trial.failure_kind) == ("failed", "error")


def test_saved_epochs_go_with_the_end_of_their_trial(supervise, trial):
    saved = save_something(trial)

    supervise(report(1, 0.5), result(0.5, best_step=1))

    assert trial.state == "complete"
    assert not saved.exists()


@pytest.mark.parametrize("end", [exited(-9), failed("error")], ids=["lost", "failed"])
def test_saved_epochs_stay_where_another_attempt_may_come(supervise, trial, end):
    saved = save_something(trial)

    supervise(report(1, 0.5), end)

    assert saved.exists()


def test_result_that_comes_too_late_leaves_the_saved_epochs_to_the_next_attempt(supervise, trial):
    saved = save_something(trial)

    def lose():
        lose_trial(fence_of(trial), reason="Its lease was over.")

    supervise(report(1, 0.5), lose, result(0.5, best_step=1), before=deaf)

    assert trial.state == "waiting"
    assert saved.exists()


def deaf(supervisor):
    """A zombie: it hears of nothing until it writes."""
    supervisor._check_ownership = supervisor._renew = supervisor._flush = lambda *args: False


def test_only_open_and_lately_failed_trials_keep_saved_epochs(db, folder):
    study = running_study(max_trials=9, n_parallel=9)
    running, failed_one, done = claim(study), claim(study), complete(study)
    fail_trial(fence_of(failed_one), kind="error", message="broke")
    cancelled = claim(running_study(name="other"))
    stop_study(study_id=cancelled.study_id, by="Ada")
    kept = [save_something(running), save_something(failed_one)]
    thrown = [save_something(done), save_something(cancelled)]
    (folder / "notes").mkdir()
    (folder / "99-1").mkdir()

    delete_old_checkpoints()

    assert [path.exists() for path in kept] == [True, True]
    assert [path.exists() for path in thrown] == [False, False]
    assert (folder / "notes").exists()
    assert not (folder / "99-1").exists()


def test_nothing_is_thrown_away_where_nothing_was_saved(db, folder):
    delete_old_checkpoints()

    assert not folder.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_real_training_that_is_killed_goes_on_at_its_last_saved_epoch(settings, tmp_path):
    settings.CHECKPOINT_SECONDS = 0
    settings.CACHE_DIR = tmp_path / "cache"
    study = running_study(max_epochs=400, max_trials=1)
    with TrainerHost() as host:
        first = train(claim_trial(worker=WORKER, queues=["cpu"]), host, kill_after=5)
        second = train(claim_trial(worker=WORKER, queues=["cpu"]), host, kill_after=None, until=20)

    lost, resumed = Attempt.objects.filter(trial__study=study).order_by("number")
    assert (lost.state, lost.resumed_after) == ("lost", 0)
    assert first.last_step >= 5
    # The last save is some epochs back where saving takes long: it may not take more than its share.
    assert 1 <= resumed.resumed_after <= first.last_step
    assert second.last_step >= 20
    metrics = [list(a.reports.values_list("metrics", flat=True)) for a in (lost, resumed)]
    assert metrics[1][: resumed.resumed_after] == metrics[0][: resumed.resumed_after]
    assert "continues after epoch" in resumed.log


def train(trial, host, *, kill_after, until=None):
    """Supervise a real training; kill its process after an epoch, or hand it back after another one."""
    over = threading.Event()
    supervisor = Supervisor(trial, host=host, shutting_down=over)
    start, found = host.start, []
    supervisor.host = type("Host", (), {"start": lambda _, job: found.append(start(job)) or found[0]})()

    def watch():
        while supervisor.last_step < (kill_after or until):
            time.sleep(0.02)
        if kill_after:
            found[0].kill()
        else:
            over.set()

    threading.Thread(target=watch, daemon=True).start()
    supervisor.run()
    return supervisor
