"""A trial that is not worth going on with is stopped: judged by what others reported at the same step."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.engine.fences import Step, finish_trial, lose_trial, prune_trial, report_steps
from dashboard.engine.search.pruning import Judge, pruner_of
from dashboard.models import Trial
from optimizer.pruners import PRUNERS
from optimizer.reports import Reports
from tests.builders import add_trials, claim, complete, everything, fence_of, outcome, running_study, steps

pytestmark = pytest.mark.django_db
MEDIAN = {"pruner": "median", "max_epochs": 8, "max_trials": 999, "n_parallel": 50}


def report(trial, *values):
    assert report_steps(fence_of(trial), steps=steps(*values), objective="val_loss", log="")


def study_with_others(n=6, **changes):
    """A study in which n trials have reported 1, 1/2, 1/3 ... and completed."""
    study = running_study(**(MEDIAN | changes))
    add_trials(study, n, n_reports=8)
    return study


def judge(study, trial, *values):
    curve = dict(enumerate(values, 1))
    report(trial, *values)
    return Judge(study, trial.number).find_hopeless_step(curve)


def test_trial_that_is_worse_than_half_of_the_others_is_stopped_with_the_reason():
    study = study_with_others()
    trial = claim(study)

    step, decision = judge(study, trial, 2.0, 1.5)

    assert step == 2
    assert "1.500 is worse than the median 0.5000 of 6 trials at that step" in decision.text


def test_better_trial_goes_on():
    study = study_with_others()

    assert judge(study, claim(study), 0.9, 0.4) is None


def test_highest_may_be_the_best():
    study = study_with_others(direction="maximize")

    assert judge(study, claim(study), 0.9, 0.6) is None
    assert judge(study, claim(study), 0.3, 0.4)[0] == 2


def test_loss_that_is_no_number_is_the_worst():
    study = study_with_others()

    assert judge(study, claim(study), None, None)[0] == 2


def test_nothing_is_stopped_before_there_are_enough_others():
    study = study_with_others(n=4)

    assert judge(study, claim(study), 9.0, 9.0, 9.0) is None


def test_reports_of_a_lost_attempt_do_not_count():
    study = study_with_others(n=4)
    for _ in range(4):
        lost = claim(study)
        report(lost, 0.01, 0.01)
        lose_trial(fence_of(lost), reason="Killed.")
        claim(study)  # its next attempt has reported nothing

    assert judge(study, claim(study), 9.0, 9.0) is None


def test_last_epoch_is_not_judged():
    study = study_with_others(max_epochs=2)

    assert judge(study, claim(study), 0.01, 9.0) is None


def test_study_without_a_pruner_stops_nothing():
    study = study_with_others(pruner="")
    trial = claim(study)
    report(trial, 9.0, 9.0)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert Judge(study, trial.number).find_hopeless_step({1: 9.0, 2: 9.0}) is None
    assert len(queries) == 0


@pytest.mark.parametrize("n", [6, 200])
def test_a_look_costs_one_query_however_many_trials_there_are(n):
    study = study_with_others(n=n)
    trial = claim(study)
    report(trial, 0.1, 0.1)

    judge = Judge(study, trial.number)
    judge.find_hopeless_step({1: 0.1})
    with CaptureQueriesContext(connection) as queries:
        judge.find_hopeless_step({2: 0.1})
    assert len(queries) == 1


@pytest.mark.parametrize("name", PRUNERS)
def test_reports_that_come_one_by_one_are_judged_as_those_that_come_together(name):
    study = study_with_others(n=12, pruner=name, max_epochs=8)
    curves = ([0.9, 0.6, 0.55, 0.54, 0.54, 0.53, 0.53, 0.53], [1.0, 0.5, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1])
    for curve in curves:
        trial = claim(study)
        report(trial, *curve)
        together = Judge(study, trial.number).find_hopeless_step(dict(enumerate(curve, 1)))
        judge = Judge(study, trial.number)
        alone = (judge.find_hopeless_step({step: value}) for step, value in enumerate(curve, 1))
        assert next(filter(None, alone), None) == together


@pytest.mark.parametrize("name", ["median", "asha", "hyperband", "patient"])
def test_a_look_adds_no_more_of_its_own_curve_than_what_is_new(name, monkeypatch):
    study = study_with_others(pruner=name, max_epochs=500)
    trial = claim(study)
    added = []
    add = Reports.add

    def counted(self, number, step, value):
        added.append(number)
        add(self, number, step, value)

    monkeypatch.setattr(Reports, "add", counted)
    judge = Judge(study, trial.number)
    for step in range(1, 301):
        judge.find_hopeless_step({step: 1 / step})
    # Hyperband keeps the reports of a bracket apart as well, which the first look fills.
    assert added.count(trial.number) <= 601


@pytest.mark.parametrize("name", PRUNERS)
@pytest.mark.parametrize("max_epochs", [1, 2, 3, 10, 100])
def test_every_pruner_works_with_any_number_of_epochs(name, max_epochs):
    study = study_with_others(pruner=name, max_epochs=max_epochs)
    assert pruner_of(study).name == name

    found = judge(study, claim(study), *[9.0] * 8)

    assert found is None or found[0] < max_epochs


def test_pruned_trial_keeps_its_step_and_has_no_value():
    study = running_study(**MEDIAN)
    trial = claim(study)
    report(trial, 0.9, 0.8, 0.7)

    assert prune_trial(fence_of(trial), step=Step(2, {}, 0.2), value=0.8, reason="Stopped at step 2: bad.")

    trial.refresh_from_db()
    assert (trial.state, trial.value, trial.step, trial.step_value) == ("pruned", None, 2, 0.8)
    assert (trial.failure_kind, trial.lease_until, trial.seconds) == ("", None, 0.2)
    attempt = trial.attempts.get()
    assert (attempt.state, attempt.reason) == ("pruned", "Stopped at step 2: bad.")


@pytest.mark.parametrize("ending", ["complete", "lost"])
def test_late_pruning_changes_nothing(ending):
    study = running_study(**MEDIAN)
    trial = claim(study)
    old = fence_of(trial)
    if ending == "complete":
        finish_trial(old, outcome(0.5))
    else:
        lose_trial(old, reason="Killed.")
        claim(study)
    before = everything()

    assert not prune_trial(old, step=Step(2, {}, 0.2), value=0.8, reason="bad")

    assert everything() == before


def test_pruned_trials_count_to_the_budget_and_are_no_failures():
    study = running_study(max_trials=3, max_failures=1)
    complete(study)
    for _ in range(2):
        prune_trial(fence_of(claim(study)), step=Step(2, {}, 0.2), value=0.8, reason="bad")

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 3 trials")
    assert Trial.objects.filter(state="pruned").count() == 2
