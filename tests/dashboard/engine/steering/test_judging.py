"""Trials that people mark as failed or leave out: everything follows, and undoing restores exact numbers."""

import pytest

from dashboard.engine.endings import end_study_if_done
from dashboard.engine.retries import retry_failed_trials, retry_trial
from dashboard.engine.search.observations import values_at
from dashboard.engine.search.study_history import Past
from dashboard.engine.steering.judging import judge_trial, undo_judgement
from dashboard.engine.trials import best_value, counts_by_state, n_complete
from dashboard.models import FailureKind, Study, StudyState, Trial, TrialState
from dashboard.refusal import Refused
from dashboard.studies.importance import importance_card
from dashboard.studies.totals import totals_of
from dashboard.trials.results import results_of
from tests.builders import add_trials, complete, make_study, running_study

ODD = 0.1 + 0.2


def judge(study, number, kind=FailureKind.LEFT_OUT, reason="wrong data"):
    judge_trial(study_id=study.pk, number=number, kind=kind, reason=reason, by="Ada")


def undo(study, number):
    return undo_judgement(study_id=study.pk, number=number, by="Ada")


def again(study):
    return Study.objects.get(pk=study.pk)


def seen_everywhere(study):
    """What each part of a process says of the study, with all that it has kept."""
    study = again(study)
    results, totals = results_of(study), totals_of([study])[study.pk]
    past = Past(study)
    return {
        "best": (best_value(study), results.best_number, totals.best),
        "counts": (counts_by_state(study), results.counts, dict(totals.counts)),
        "n": n_complete(study),
        "history": list(past.history.ranked()),
        "known": past.history.numbers.tolist(),
        "importance": importance_card(study).n_trials,
        "rows": list(
            study.trials.order_by("number").values_list(
                "state", "failure_kind", "failure_message", "value", "metrics", "judged", "finished_at"
            )
        ),
    }


@pytest.fixture
def study(user):
    study = running_study(max_trials=40)
    add_trials(study, 11, value=lambda n: 1 + n * 0.1)
    add_trials(study, 1, value=lambda _n: ODD)
    add_trials(study, 1, state="pruned")
    return study


@pytest.mark.parametrize("kind", [FailureKind.LEFT_OUT, FailureKind.MARKED])
def test_undoing_restores_exact_numbers_in_every_cache(study, kind):
    before = seen_everywhere(study)
    assert before["best"][0] == ODD

    judge(study, 11, kind)
    between = seen_everywhere(study)
    assert between["best"] == (1.0, 0, 1.0)
    assert between["n"] == 11
    assert 11 not in [number for number, _ in between["history"]]
    assert between["importance"] == 11

    assert undo(study, 11)
    assert seen_everywhere(study) == before


def test_one_left_out_is_unknown_to_the_sampler_and_one_marked_has_failed(study):
    judge(study, 11)
    judge(study, 10, FailureKind.MARKED)
    past = Past(again(study))
    assert 11 not in past.history
    assert past.history.state_of_row(past.history.row_of(10)) == "failed"
    counts = counts_by_state(study)
    assert (counts["left_out"], counts["failed"], counts["complete"]) == (1, 1, 10)
    assert results_of(again(study)).counts == counts


def test_one_left_out_and_one_more_complete_is_another_model(study):
    """As many complete trials as before, but not the same ones."""
    first = importance_card(again(study))
    judge(study, 11)
    add_trials(study, 1, value=lambda _n: 7.0)
    second = importance_card(again(study))
    assert second.n_trials == first.n_trials
    assert second.seen != first.seen


def test_pruners_do_not_compare_with_it(study):
    add_trials(study, 2, n_reports=3, value=lambda _n: 2.0)
    assert {number for number, _ in values_at(study, 1, "val_loss")} == {13, 14}
    judge(study, 14)
    assert {number for number, _ in values_at(study, 1, "val_loss")} == {13}


def test_the_history_has_the_reason_and_who(study):
    judge(study, 11, reason="trained  on\nthe wrong file")
    event = study.events.first()
    assert event.by == "Ada"
    assert event.what == "left trial #11 out of the model: trained on the wrong file"
    undo(study, 11)
    assert study.events.first().what == "took back: left trial #11 out of the model"


def test_the_winner_is_no_longer_one_until_it_is_undone(study):
    Study.objects.filter(pk=study.pk).update(winner=study.trials.get(number=11))
    judge(study, 11, FailureKind.MARKED)
    assert again(study).winner is None
    assert "which was the winner" in study.events.first().what
    undo(study, 11)
    assert again(study).winner.number == 11


def test_another_winner_stays_when_it_is_undone(study):
    Study.objects.filter(pk=study.pk).update(winner=study.trials.get(number=11))
    judge(study, 11)
    Study.objects.filter(pk=study.pk).update(winner=study.trials.get(number=3))
    undo(study, 11)
    assert again(study).winner.number == 3


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("waiting", FailureKind.LEFT_OUT),
        ("running", FailureKind.MARKED),
        ("cancelled", FailureKind.LEFT_OUT),
        ("failed", FailureKind.MARKED),
    ],
)
def test_what_has_no_result_to_take_away_is_refused(study, state, kind):
    (trial,) = add_trials(study, state=state)
    before = seen_everywhere(study)
    with pytest.raises(Refused):
        judge(study, trial.number, kind)
    assert seen_everywhere(study) == before


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 301])
def test_a_reason_is_needed(study, reason):
    with pytest.raises(Refused):
        judge(study, 11, reason=reason)
    assert study.trials.get(number=11).state == TrialState.COMPLETE


def test_it_is_judged_once(study):
    judge(study, 11)
    with pytest.raises(Refused, match="already"):
        judge(study, 11, FailureKind.MARKED)
    assert undo(study, 11)
    assert not undo(study, 11)


def test_an_archived_study_stays_as_it_is(user):
    study = make_study(StudyState.FINISHED)
    add_trials(study, 2)
    judge(study, 1)
    Study.objects.filter(pk=study.pk).update(is_archived=True)
    for change in (lambda: judge(study, 0), lambda: undo(study, 1)):
        with pytest.raises(Refused, match="archived"):
            change()


def test_a_real_failure_can_be_left_out_and_comes_back(study):
    add_trials(study, state="failed", failure_kind="out_of_memory", failure_message="too wide")
    judge(study, 13)
    assert counts_by_state(study).get("failed") is None
    undo(study, 13)
    trial = study.trials.get(number=13)
    assert (trial.state, trial.failure_kind, trial.failure_message) == ("failed", "out_of_memory", "too wide")


def test_marking_trials_does_not_fail_a_running_study(user):
    study = running_study(max_failures=2)
    for value in (0.3, 0.2, 0.1):
        complete(study, value)
    for number in (0, 1, 2):
        judge(study, number, FailureKind.MARKED)
    assert not end_study_if_done(study_id=study.pk)
    assert again(study).state == StudyState.RUNNING


def test_one_that_is_retried_by_name_cannot_be_undone_and_others_are_not_retried_along(study):
    judge(study, 11, FailureKind.MARKED)
    assert retry_failed_trials(study_id=study.pk, by="Ada") == 0
    assert retry_trial(study_id=study.pk, number=11, by="Ada")
    assert not undo(study, 11)
    assert Trial.objects.get(study=study, number=11).judged == {}
