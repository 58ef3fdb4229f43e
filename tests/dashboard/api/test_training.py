"""A training elsewhere has the promises of Parzen's own: lost ones come again, late ones change nothing."""

import datetime as dt
import math

import pytest
from django.utils import timezone

from dashboard.engine.claims import claim_trial
from dashboard.engine.fences import reap_lost_trials
from dashboard.engine.search import pruning
from dashboard.models import Access, Attempt, Report, Study, StudyState, Trial
from tests.dashboard.api.conftest import script_of


def trial_of(study, number=0):
    return Study.objects.get(pk=study).trials.get(number=number)


def test_a_trial_is_asked_for_reported_and_told(script):
    study = script.study()
    trial = script.ask(study)
    assert trial["attempt"] == 1
    assert set(trial["params"]) == {"lr", "optimizer"}
    for step, value in ((1, 0.5), (2, 0.4), (3, 0.45)):
        steps = [{"step": step, "metrics": {"val_loss": value, "val_accuracy": 0.9}}]
        status, answer = script.of(study, trial, "report", steps=steps, log="epoch")
        assert (status, answer) == (200, {"should_prune": False, "reason": ""})
    status, told = script.of(study, trial, "tell")

    assert status == 200
    assert (told["state"], told["value"], told["best_step"]) == ("complete", 0.4, 2)
    assert told["metrics"] == {"val_loss": 0.4, "val_accuracy": 0.9}
    attempt = trial_of(study).attempts.get()
    assert (attempt.worker, attempt.state, attempt.log) == ("API: laptop", "complete", "epoch")
    assert list(attempt.reports.values_list("step", flat=True)) == [1, 2, 3]


def test_a_value_may_be_told_without_a_report(script):
    study = script.study(direction="maximize", objective="auc")
    trial = script.ask(study)
    status, told = script.of(study, trial, "tell", value=0.913, metrics={"f1": 0.8}, n_parameters=12)
    assert status == 200
    assert (told["value"], told["metrics"]) == (0.913, {"auc": 0.913, "f1": 0.8})


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_a_failed_trial_and_told_twice_the_same(script, value):
    study = script.study()
    trial = script.ask(study)
    for _ in range(2):
        status, told = script.of(study, trial, "tell", value=value)
        assert (status, told["state"], told["failure_kind"], told["value"]) == (
            200,
            "failed",
            "diverged",
            None,
        )


def test_the_same_result_told_twice_is_one_and_another_one_is_refused(script):
    study = script.study()
    trial = script.ask(study)
    first = script.of(study, trial, "tell", value=0.3)
    assert script.of(study, trial, "tell", value=0.3) == first
    status, problem = script.of(study, trial, "tell", value=0.2)
    assert (status, problem["type"]) == (409, "urn:parzen:late")
    assert trial_of(study).value == 0.3


def test_a_silent_trial_goes_to_somebody_else_and_its_first_training_is_late(script):
    study = script.study(lost_retries=3)
    trial = script.ask(study, lease=5)
    Trial.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert reap_lost_trials() == 1
    again = script.ask(study)
    assert (again["number"], again["attempt"], again["params"]) == (0, 2, trial["params"])

    for what, body in (
        ("heartbeat", {}),
        ("report", {"steps": [{"step": 1, "metrics": {"val_loss": 0.1}}]}),
        ("tell", {"value": 0.1}),
    ):
        status, problem = script.of(study, trial, what, **body)
        assert (status, problem["type"]) == (409, "urn:parzen:late"), what
    assert not Report.objects.exists()
    assert script.of(study, again, "tell", value=0.5)[0] == 200
    assert trial_of(study).value == 0.5
    assert "did not respond for 5 s" in Attempt.objects.get(number=1).reason


def test_a_lease_is_as_long_as_asked_for_and_renewed_by_all_that_is_sent(script):
    study = script.study()
    trial = script.ask(study, lease=3_600)
    for what, body in (("heartbeat", {}), ("report", {"steps": [{"step": 1, "metrics": {"val_loss": 1.0}}]})):
        Trial.objects.update(lease_until=timezone.now() + dt.timedelta(seconds=5))
        assert script.of(study, trial, what, **body)[0] == 200
        assert trial_of(study).lease_until > timezone.now() + dt.timedelta(seconds=3_000)


def test_hopeless_trials_are_pruned(script, monkeypatch):
    study = script.study(pruner="median", max_epochs=8)
    for value in (0.1, 0.2, 0.3, 0.4, 0.5):
        trial = script.ask(study)
        steps = [{"step": n, "metrics": {"val_loss": value}} for n in range(1, 9)]
        script.of(study, trial, "report", steps=steps)
        script.of(study, trial, "tell")
    trial = script.ask(study)
    looked = []
    real = pruning.Judge._look
    monkeypatch.setattr(
        pruning.Judge, "_look", lambda self, p, step: looked.append(step) or real(self, p, step)
    )
    for step in range(1, 9):
        _, answer = script.of(study, trial, "report", steps=[{"step": step, "metrics": {"val_loss": 9.0}}])
        if answer["should_prune"]:
            break
    assert answer["should_prune"]
    assert "9" in answer["reason"]
    assert looked == list(range(1, step + 1)), "each step is judged once"
    _, told = script.of(study, trial, "tell", state="pruned", message=answer["reason"])
    assert (told["state"], told["step"], told["step_value"], told["value"]) == ("pruned", step, 9.0, None)


def test_a_step_that_comes_again_is_one(script):
    study = script.study()
    trial = script.ask(study)
    for _ in range(2):
        steps = [{"step": 1, "metrics": {"val_loss": 0.5}}, {"step": 2, "metrics": {"val_loss": None}}]
        assert script.of(study, trial, "report", steps=steps)[0] == 200
    assert Report.objects.count() == 2


def test_failures_are_retried_as_the_study_says(script):
    study = script.study(error_retries=1)
    trial = script.ask(study)
    _, told = script.of(study, trial, "tell", state="failed", message="out of luck", traceback="at line 3")
    assert told["state"] == "waiting"
    again = script.ask(study)
    _, told = script.of(study, again, "tell", state="failed", message="out of luck")
    assert (told["state"], told["failure_message"]) == ("failed", "Failed 2 times. out of luck")
    assert trial_of(study).attempts.get(number=1).traceback == "at line 3"


def test_a_trial_is_handed_back_and_comes_next(script):
    study = script.study()
    trial = script.ask(study)
    _, told = script.of(study, trial, "tell", state="returned", message="I have to leave.")
    assert told["state"] == "waiting"
    assert script.ask(study)["number"] == trial["number"]


def test_an_infeasible_trial_has_not_failed(script):
    study = script.study()
    trial = script.ask(study)
    _, told = script.of(study, trial, "tell", state="infeasible", message="Too large for the phone.")
    assert (told["state"], told["failure_kind"]) == ("failed", "infeasible")
    assert Study.objects.get(pk=study).state == StudyState.RUNNING


def test_asking_says_why_there_is_no_trial(script):
    study = script.study(max_trials=2, n_parallel=1)
    script.ask(study)
    _, answer = script("post", f"/studies/{study}/ask", {"n": 3})
    assert answer["trials"] == []
    assert answer["reason"] == "1 trial running, as many as the study allows at once."


def test_a_study_ends_with_its_budget(script):
    study = script.study(max_trials=2)
    for _ in range(2):
        script.of(study, script.ask(study), "tell", value=0.5)
    _, answer = script("post", f"/studies/{study}/ask", {})
    assert (answer["trials"], answer["state"]) == ([], "finished")
    assert "Budget reached" in answer["reason"]


def test_a_cancelled_trial_is_late(script):
    study = script.study()
    trial = script.ask(study)
    script("post", f"/studies/{study}/stop")
    status, problem = script.of(study, trial, "tell", value=0.1)
    assert status == 409
    assert "it was cancelled" in problem["detail"]


def test_no_worker_of_parzen_takes_these_trials(script):
    script.study()
    assert claim_trial(worker="gpu / 1", queues=["cpu"]) is None


def test_studies_that_workers_train_are_not_asked_for(script, ada):
    from tests.builders import running_study

    study = running_study(owner=ada)
    status, problem = script("post", f"/studies/{study.pk}/ask", {})
    assert (status, problem["type"]) == (409, "urn:parzen:not-external")


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("report", {"steps": []}, "steps"),
        ("report", {"steps": [{"step": 0, "metrics": {"a": 1}}]}, "steps.0.step"),
        ("report", {"steps": [{"step": 1, "metrics": {}}]}, "steps.0.metrics"),
        ("tell", {"state": "great"}, "state"),
        ("tell", {"vlaue": 3}, "vlaue"),
        ("tell", {"value": "low"}, "value"),
    ],
)
def test_bodies_that_are_wrong_name_the_field(script, what, body, field):
    study = script.study()
    status, problem = script.of(study, script.ask(study), what, **body)
    assert (status, problem["type"], problem["errors"][0]["field"]) == (422, "urn:parzen:invalid", field)
    assert field in problem["detail"]


def test_a_complete_trial_without_any_value_is_refused_and_stays_open(script):
    study = script.study()
    trial = script.ask(study)
    status, problem = script.of(study, trial, "tell")
    assert (status, problem["type"]) == (422, "urn:parzen:no-value")
    assert script.of(study, trial, "tell", value=1.0)[0] == 200


def test_who_may_only_look_asks_for_nothing(script, ada):
    study = script.study()
    reader = script_of(ada, Access.READ)
    status, problem = reader("post", f"/studies/{study}/ask", {})
    assert (status, problem["type"]) == (403, "urn:parzen:scope")
    assert not Trial.objects.exists()
