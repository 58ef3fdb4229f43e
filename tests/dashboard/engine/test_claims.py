"""Giving trials to slots: within every budget, fairly, and repeatably."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from dashboard.engine import claims
from dashboard.engine.claims import claim_trial, claim_trial_of
from dashboard.engine.fences import finish_trial, lose_trial, return_trial
from dashboard.engine.lifecycle import drain_study, pause_study
from dashboard.models import Attempt, Study, Trial
from optimizer import SpaceExhausted
from optimizer.samplers import SAMPLERS
from tests.builders import (
    WORKER,
    add_trials,
    claim,
    complete,
    fence_of,
    make_study,
    outcome,
    run_since,
    running_study,
)

pytestmark = pytest.mark.django_db


def test_claimed_trial_runs_on_its_worker_under_a_lease(settings):
    study = running_study()
    before = timezone.now()

    trial = claim_trial(worker="node-b / 2", queues=["cpu"])

    assert (trial.study_id, trial.number, trial.state, trial.attempt) == (study.pk, 0, "running", 1)
    lease = (trial.lease_until - before).total_seconds()
    assert lease == pytest.approx(settings.LEASE_SECONDS, abs=5)
    assert abs((trial.started_at - before).total_seconds()) < 5
    attempt = Attempt.objects.get(trial=trial)
    assert (attempt.number, attempt.worker, attempt.state) == (1, "node-b / 2", "running")
    study.search_space.validate_params(trial.params)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_gives_trials_from_first_to_last(sampler):
    study = running_study(sampler=sampler, max_trials=15)

    for number in range(15):
        trial = claim(study)
        assert trial.number == number
        assert sampler in {trial.explanation["sampler"], trial.explanation.get("chosen_by")}
        assert trial.sampler == trial.explanation["sampler"]
        study.search_space.validate_params(trial.params)
        finish_trial(fence_of(trial), outcome(1 / (number + 1)))

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 15 trials")


def test_page_of_origins_tells_start_up_from_model():
    study = running_study(sampler="tpe", max_trials=40)
    origins = [complete(study, 1 / (n + 1)).origin for n in range(40)]

    first_model = origins.index("model")
    assert first_model > 0
    assert set(origins[:first_model]) == {"startup"}


def test_budget_is_never_passed():
    study = running_study(max_trials=3, n_parallel=10)
    for _ in range(3):
        claim(study)

    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    assert list(study.trials.values_list("number", flat=True)) == [0, 1, 2]


def test_no_more_trials_run_at_once_than_allowed():
    study = running_study(n_parallel=2)
    first = claim(study)
    claim(study)

    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    finish_trial(fence_of(first), outcome())
    assert claim_trial(worker=WORKER, queues=["cpu"]).number == 2


def test_last_place_goes_to_one_slot_only_when_two_race_for_it(monkeypatch):
    study = running_study(n_parallel=1)
    suggest, rivals = claims.suggest, []

    def overtaken(study, number):
        suggestion = suggest(study, number)
        if not rivals:
            rivals.append(None)
            rivals[0] = claim(study, worker="node-b / 1")
        return suggestion

    monkeypatch.setattr(claims, "suggest", overtaken)

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    assert study.trials.get() == rivals[0]


@pytest.mark.parametrize("state", ["draft", "paused", "finished", "stopped", "failed"])
def test_study_that_does_not_run_gives_nothing(state):
    study = make_study(state)

    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    assert not Trial.objects.exists()


def test_paused_study_gives_no_waiting_trial_either():
    study = running_study()
    return_trial(fence_of(claim(study)), reason="over")
    pause_study(study_id=study.pk, by="Ada")

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    assert study.trials.get().state == "waiting"


@pytest.mark.parametrize("give_back", [return_trial, lose_trial])
def test_trial_that_came_back_is_claimed_again_with_the_same_params(give_back):
    study = running_study()
    first = claim(study)
    give_back(fence_of(first), reason="over")

    again = claim(study, worker="node-b / 1")

    assert (again.pk, again.number, again.attempt) == (first.pk, 0, 2)
    assert again.params == first.params
    assert (again.step, again.step_value) == (0, None)
    assert again.lease_until > timezone.now()
    workers = list(again.attempts.order_by("number").values_list("number", "worker", "state"))
    assert workers[1] == (2, "node-b / 1", "running")
    assert workers[0][2] != "running"


def test_waiting_trial_goes_before_a_new_one_also_when_the_budget_is_spent():
    study = running_study(max_trials=2, n_parallel=2)
    first = claim(study)
    claim(study)
    return_trial(fence_of(first), reason="over")

    assert claim(study).number == 0
    assert study.trials.count() == 2


def test_same_seed_and_history_give_the_same_params():
    left, right = (running_study(sampler="tpe", max_trials=30) for _ in range(2))

    for n in range(25):
        a, b = complete(left, (n - 12) ** 2 + 1), complete(right, (n - 12) ** 2 + 1)
        assert a.params == b.params


def test_another_seed_gives_other_params():
    """Beyond the first, which is the middle of the space for every seed."""
    left, right = running_study(seed=7), running_study(seed=8)
    claim(left)
    claim(right)

    assert claim(left).params != claim(right).params


def test_neighbours_that_start_at_once_get_different_params():
    study = running_study(n_parallel=4)

    params = [claim(study).params for _ in range(4)]

    assert len({p["learning_rate"] for p in params}) == 4


def test_slower_of_two_slots_gets_the_next_number_when_both_suggested_the_same(monkeypatch):
    study = running_study()
    suggest, rivals = claims.suggest, []

    def overtaken(study, number):
        """While this slot thinks, another one takes the number."""
        suggestion = suggest(study, number)
        if not rivals:
            rivals.append(None)
            rivals[0] = claim(study, worker="node-b / 1")
        return suggestion

    monkeypatch.setattr(claims, "suggest", overtaken)
    mine = claim(study)

    assert (rivals[0].number, mine.number) == (0, 1)
    assert mine.params != rivals[0].params
    assert Attempt.objects.count() == 2


def test_last_number_goes_to_one_slot_only_when_two_race_for_it(monkeypatch):
    study = running_study(max_trials=1)
    suggest, rivals = claims.suggest, []

    def overtaken(study, number):
        suggestion = suggest(study, number)
        if not rivals:
            rivals.append(None)
            rivals[0] = claim(study, worker="node-b / 1")
        return suggestion

    monkeypatch.setattr(claims, "suggest", overtaken)

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    assert rivals[0].number == 0
    assert study.trials.count() == 1


def test_lowered_budget_holds_for_a_slot_that_was_still_thinking(monkeypatch):
    study = running_study(max_trials=5)
    claim(study)
    suggest = claims.suggest

    def thoughtful(study, number):
        Study.objects.filter(pk=study.pk).update(max_trials=1)
        return suggest(study, number)

    monkeypatch.setattr(claims, "suggest", thoughtful)

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    assert study.trials.count() == 1


def test_stopping_study_gives_nothing_to_a_slot_that_was_still_thinking(monkeypatch):
    study = running_study(max_trials=5)
    claim(study)  # it stops only when this one has ended
    suggest = claims.suggest

    def thoughtful(study, number):
        drain_study(study_id=study.pk, by="ada")
        return suggest(study, number)

    monkeypatch.setattr(claims, "suggest", thoughtful)

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    assert study.trials.count() == 1
    study.refresh_from_db()
    assert study.is_draining


def test_waiting_trial_is_claimed_once_when_another_slot_is_faster():
    study = running_study()
    trial = claim(study)
    return_trial(fence_of(trial), reason="over")
    rivals = []

    def overtake(execute, sql, params, many, context):
        """Takes it between look and write."""
        if sql.startswith('UPDATE "dashboard_trial"') and not rivals:
            rivals.append(None)
            Trial.objects.filter(pk=trial.pk).update(state="running", attempt=2)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        mine = claim(study)

    assert rivals
    trial.refresh_from_db()
    assert (mine.number, trial.attempt) == (1, 2)


def test_number_is_given_out_once_whatever_the_code_does():
    trial = claim(running_study())

    with pytest.raises(IntegrityError), transaction.atomic():
        Trial.objects.create(study=trial.study, number=trial.number, params={})


def test_two_studies_share_the_slots_evenly():
    first, second = running_study(n_parallel=8), running_study(n_parallel=8)

    for _ in range(6):
        claim_trial(worker=WORKER, queues=["cpu"])

    assert (first.trials.count(), second.trials.count()) == (3, 3)


def test_worker_claims_only_from_the_queues_that_it_serves():
    on_gpu, on_cpu = running_study(queue="gpu"), running_study(queue="cpu", max_trials=1)

    assert claim_trial(worker=WORKER, queues=["cpu"]).study == on_cpu
    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    assert claim_trial(worker=WORKER, queues=["cpu", "gpu"]).study == on_gpu


def test_other_study_gets_the_slot_when_one_has_no_room():
    first, second = running_study(n_parallel=1), running_study(n_parallel=1)
    claim(first)

    assert claim_trial(worker=WORKER, queues=["cpu"]).study == second
    assert claim_trial(worker=WORKER, queues=["cpu"]) is None


def test_study_fails_with_the_reason_when_its_sampler_raises():
    study = running_study(sampler="guesswork")

    assert claim_trial(worker=WORKER, queues=["cpu"]) is None

    study.refresh_from_db()
    assert study.state == "failed"
    assert study.state_reason.startswith("The sampler failed.")
    assert "guesswork" in study.state_reason


def test_study_goes_on_when_only_the_database_was_in_trouble(monkeypatch):
    study = running_study()
    training = claim(study)

    def locked(study, number):
        raise OperationalError("database is locked")

    monkeypatch.setattr(claims, "suggest", locked)
    with pytest.raises(OperationalError):
        claim_trial(worker=WORKER, queues=["cpu"])

    study.refresh_from_db()
    training.refresh_from_db()
    assert (study.state, training.state) == ("running", "running")


def test_last_points_may_train_to_their_end_when_the_space_is_exhausted(monkeypatch):
    study = running_study()
    last = claim(study)

    def exhausted(study, number):
        raise SpaceExhausted("all points were tried")

    monkeypatch.setattr(claims, "suggest", exhausted)
    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    study.refresh_from_db()
    assert study.state == "running"

    assert finish_trial(fence_of(last), outcome())
    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    study.refresh_from_db()
    assert study.state == "finished"


def test_broken_study_does_not_keep_the_slot_from_the_next_one():
    running_study(sampler="guesswork")
    healthy = running_study()

    assert claim_trial(worker=WORKER, queues=["cpu"]).study == healthy


def test_study_finishes_when_its_space_is_exhausted(monkeypatch):
    study = running_study()
    done = complete(study)

    def exhausted(study, number):
        raise SpaceExhausted("all 12 points were tried")

    monkeypatch.setattr(claims, "suggest", exhausted)

    assert claim_trial(worker=WORKER, queues=["cpu"]) is None
    study.refresh_from_db()
    assert study.state == "finished"
    assert study.state_reason.endswith("exhausted: all 12 points were tried")
    done.refresh_from_db()
    assert done.state == "complete"


def test_study_ends_instead_of_giving_a_trial_when_its_time_is_up():
    study = running_study(max_seconds=60)
    add_trials(study, 2)
    run_since(study, 61)

    assert claim_trial(worker=WORKER, queues=["cpu"]) is None

    study.refresh_from_db()
    assert (study.state, study.trials.count()) == ("finished", 2)


def test_claim_moves_the_version_that_pages_poll():
    study = running_study()
    before = study.version

    claim(study)

    assert Study.objects.get().version > before
