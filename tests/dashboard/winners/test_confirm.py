"""The best trials again: other seeds, the test part, and what the numbers are worth."""

import pytest
from django.urls import reverse

from dashboard.access.rules import Place
from dashboard.engine.budgets import change_budget
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import Fence, Outcome, finish_trial
from dashboard.engine.quotas import QuotaRefused
from dashboard.engine.steering.judging import judge_trial
from dashboard.engine.worker.jobs import job_of
from dashboard.goals import goal_of
from dashboard.models import (
    FailureKind,
    Origin,
    Quota,
    Review,
    Study,
    StudyEvent,
    StudyState,
    Trial,
    TrialState,
)
from dashboard.models.trial import trial_seed
from dashboard.people.actions import create_team
from dashboard.refusal import Refused
from dashboard.review.queries import review_queue
from dashboard.studies.actions import delete_study, restore_study, share_study
from dashboard.winners.actions import FRESH_SEEDS, choose_winner, confirm_best, repeat_trial
from dashboard.winners.confirm_page import Measured, last_confirmed
from dashboard.winners.queries import confirmations_of
from dashboard.winners.repeats import repeats
from tests.builders import OPERATOR, WORKER, actor, make_study, make_user, running_study


def ended_study(user, n=5, **fields) -> Study:
    """Complete trials whose value is 0.5, 0.4, 0.3 ...: the later, the better."""
    study = running_study(owner=user, max_trials=n, n_parallel=9, **fields)
    for number in range(n):
        trial = claim_trial_of(study_id=study.pk, worker=WORKER)
        finish_trial(Fence.of(trial), outcome(0.5 - number / 10))
    study.refresh_from_db()
    assert study.is_ended
    return study


def outcome(value, **metrics) -> Outcome:
    return Outcome(value, 2, {"val_loss": value, **metrics}, 1.5, 10, {})


def run_all(runs, value_of) -> None:
    """Every training of a round ends with these values of the test part, by source number and seed."""
    while trial := claim_trial_of(study_id=runs.pk, worker=WORKER):
        seed = trial.number // (runs.max_trials // len({t.seed for t in runs.trials.all()}))
        value = value_of(trial.copy_of.number, seed)
        assert finish_trial(Fence.of(trial), outcome(value, test_loss=value))


def test_best_trials_and_the_first_are_trained_again_with_the_same_fresh_seeds(user):
    study = ended_study(user)

    runs = confirm_best(study, n_best=2, n_seeds=3, by=actor(user))

    trials = list(runs.trials.order_by("number").select_related("copy_of"))
    assert [t.copy_of.number for t in trials] == [4, 3, 0] * 3
    assert [t.number for t in trials] == list(range(9))
    assert len({t.seed for t in trials}) == 3
    assert {t.seed for t in trials}.isdisjoint({trial_seed(study.seed, n) for n in range(100)})
    assert all(t.seed >= FRESH_SEEDS and t.params == t.copy_of.params for t in trials)
    assert {t.origin for t in trials} == {Origin.COPY}
    runs.refresh_from_db()
    assert (runs.state, runs.max_trials, runs.confirms_id) == (StudyState.RUNNING, 9, study.pk)
    told = "started confirming 2 best trials with 3 seeds"
    assert StudyEvent.objects.filter(study=study, what=told, by="ada").exists()


def test_only_such_a_training_touches_the_test_part(user):
    study = ended_study(user)
    search = study.trials.first()
    assert job_of(search, study).is_confirming is False
    runs = confirm_best(study, n_best=1, n_seeds=2, by=actor(user))

    trial = claim_trial_of(study_id=runs.pk, worker=WORKER)

    job = job_of(trial, runs)
    assert job.is_confirming is True
    assert job.seed == trial.seed
    assert job.split.seed == study.split_seed


def test_a_round_ends_by_itself_and_proposes_nothing(user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=1, n_seeds=2, by=actor(user))
    run_all(runs, lambda number, seed: 0.1)

    runs.refresh_from_db()
    assert (runs.state, runs.trials.count()) == (StudyState.FINISHED, 4)
    with pytest.raises(Refused, match="This study confirms another study"):
        change_budget(study_id=runs.pk, by="ada", max_trials=9)


def test_clear_gain_is_told_with_its_uncertainty(page, user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=2, n_seeds=3, by=actor(user))
    run_all(runs, lambda number, seed: {4: 0.10, 3: 0.20, 0: 0.50}[number] + seed / 1000)

    told = last_confirmed(study)

    assert [row.trial.number for row in told.rows] == [4, 3, 0]
    assert [row.is_first for row in told.rows] == [False, False, True]
    (finding,) = told.findings
    assert finding.tone == "good"
    assert "trial #4 is better than the first trial, #0, by 0.4 ± 0.0016" in finding.text
    assert "0.1010 ± 0.001 on the test set, trial #4" in page.get(study.get_absolute_url()).content.decode()
    shown = page.get(reverse("study-confirm", args=[study.pk])).content.decode()
    assert "0.1010 ± 0.001" in shown
    assert "9 of 9 training runs done" in shown


def test_a_trial_that_is_not_counted_any_more_is_no_winner_and_in_no_finding(page, user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=2, n_seeds=3, by=actor(user))
    run_all(runs, lambda number, seed: {4: 0.10, 3: 0.20, 0: 0.50}[number] + seed / 1000)
    choose_winner(study, number=4, by=actor(user))

    judge_trial(study_id=study.pk, number=4, kind=FailureKind.MARKED, reason="wrong file", by="Ada")

    study.refresh_from_db()
    assert study.winner is None
    told = last_confirmed(study)
    assert told.rows[0].trial.number == 4
    assert "trial #3 is better" in told.findings[0].text
    shown = page.get(reverse("study-confirm", args=[study.pk])).content.decode()
    assert "marked as failed" in shown
    assert 'aria-label="Choose trial 4"' not in shown
    assert "test set, trial #3" in page.get(study.get_absolute_url()).content.decode()


def test_a_review_is_asked_for_again_once_a_trial_is_not_counted(user):
    study = ended_study(user)
    Review.objects.create(study=study, by=user)
    assert review_queue(Study.objects.all()) == []
    judge_trial(study_id=study.pk, number=4, kind=FailureKind.LEFT_OUT, reason="wrong file", by="Ada")
    (row,) = review_queue(Study.objects.all())
    assert row.reasons == ["trials no longer counted since the last review"]


def test_gain_inside_the_noise_is_warned_of(user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=2, n_seeds=3, by=actor(user))
    run_all(runs, lambda number, seed: 0.3 + seed / 10 + number / 1000)

    first, second = last_confirmed(study).findings
    assert first.tone == "caution"
    assert "is within the noise" in first.text
    assert second.text.startswith("Trials #3 and #4 are equally good within the noise of these seeds.")


def test_no_verdict_before_the_last_training(user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=2, n_seeds=3, by=actor(user))
    run_all(runs, lambda number, seed: {4: 0.10, 3: 0.20, 0: 0.50}[number] + seed / 1000)
    Study.objects.filter(pk=runs.pk).update(state=StudyState.RUNNING)
    runs.trials.filter(number=8).update(state=TrialState.RUNNING)

    assert last_confirmed(study).findings == []


def test_one_seed_has_no_spread_and_no_finding(user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    run_all(runs, lambda number, seed: 0.25)

    told = last_confirmed(study)
    assert [row.test for row in told.rows] == ["0.2500", "0.2500"]
    assert told.findings == []
    assert Measured((1.0,)).sd != Measured((1.0,)).sd  # NaN


def test_a_failed_training_is_counted_and_left_out(page, user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=1, n_seeds=2, by=actor(user))
    Trial.objects.filter(study=runs, number=0).update(state=TrialState.FAILED, failure_kind="error")
    run_all(runs, lambda number, seed: 0.25)

    best = next(row for row in last_confirmed(study).rows if not row.is_first)
    assert (best.n_done, best.n_failed, best.n) == (1, 1, 2)
    assert "1 of 2, 1 failed" in page.get(reverse("study-confirm", args=[study.pk])).content.decode()


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda user: running_study(owner=user), "The search is still running."),
        (
            lambda user: confirm_best(ended_study(user), n_best=1, n_seeds=1, by=actor(user)),
            "cannot be confirmed itself",
        ),
    ],
)
def test_what_cannot_be_confirmed_is_refused_in_words(page, user, prepare, words):
    study = prepare(user)
    n = Study.objects.count()
    with pytest.raises(Refused, match=words):
        confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    answer = page.post(reverse("study-confirm", args=[study.pk]), {"n_best": 1, "n_seeds": 1})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Study.objects.count() == n


def test_nothing_complete_leaves_nothing_to_confirm(user):
    study = make_study("stopped", owner=user)
    with pytest.raises(Refused, match="No trial completed"):
        confirm_best(study, n_best=1, n_seeds=1, by=actor(user))


def test_one_round_at_a_time(user):
    study = ended_study(user)
    confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    with pytest.raises(Refused, match="already being confirmed"):
        confirm_best(study, n_best=1, n_seeds=1, by=actor(user))


def test_a_quota_of_trials_counts_confirmations_once(user):
    study = ended_study(user)
    Quota.objects.create(user=user, n_trials=5 + 6)
    confirm_best(study, n_best=2, n_seeds=2, by=actor(user))
    Quota.objects.update(n_trials=5 + 6 + 5)
    Study.objects.filter(confirms=study).update(state=StudyState.FINISHED, finished_at="2026-01-01T00:00Z")
    with pytest.raises(QuotaRefused, match="This study needs 6 more"):
        confirm_best(study, n_best=2, n_seeds=2, by=actor(user))
    assert confirmations_of(study).count() == 1


def test_confirmations_follow_their_study_and_stand_in_no_list(page, user):
    study = ended_study(user, name="digits-mlp")
    runs = confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    team = create_team(name="Vision", by=actor(user))

    share_study(study, Place("team", "Vision", "", team.pk), by=OPERATOR)
    runs.refresh_from_db()
    assert runs.team == team
    for url in ("/studies/", "/teams/", team.get_absolute_url()):
        assert "digits-mlp, confirmation" not in page.get(url).content.decode()
    delete_study(study, by=OPERATOR)
    runs.refresh_from_db()
    assert runs.deleted_at is not None
    assert runs.state == StudyState.STOPPED
    assert "digits-mlp, confirmation" not in page.get("/studies/deleted/").content.decode()
    restore_study(study, by=OPERATOR)
    assert page.get(runs.get_absolute_url()).status_code == 200


def test_a_choice_is_written_down(page, user):
    study = ended_study(user)
    page.post(reverse("study-winner", args=[study.pk]), {"trial": "3"})
    study.refresh_from_db()
    assert study.winner.number == 3
    assert StudyEvent.objects.filter(study=study, what="chose trial #3 as the winner").exists()
    for wrong in ("", "99", "9" * 30, "x"):
        answer = page.post(reverse("study-winner", args=[study.pk]), {"trial": wrong}, follow=True)
        assert "The study has no complete trial with this number." in answer.content.decode()
    with pytest.raises(Refused):
        choose_winner(study, number=None, by=actor(user))


def test_review_queue_tells_what_nobody_confirmed(user):
    study = ended_study(user)
    assert review_queue(Study.objects.all())[0].reasons == ["ended, not reviewed", "not confirmed"]
    confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    assert [row.reasons for row in review_queue(Study.objects.all())] == [["ended, not reviewed"]]


def test_the_page_of_a_round_shows_trainings_and_nothing_of_a_search(page, user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=1, n_seeds=2, by=actor(user))
    run_all(runs, lambda number, seed: 0.1)
    table = page.get(reverse("study-trials", args=[runs.pk])).content.decode()
    assert "Trial #4 again, with seed 1 of 2" in table
    body = page.get(runs.get_absolute_url()).content.decode()
    assert "Parameter importance" not in body
    assert "Add trials" not in body
    trial = page.get(runs.trials.first().get_absolute_url()).content.decode()
    assert "Trial #4 again, with seed 1 of 2" in trial
    assert "test_loss" in trial


def test_no_trial_can_be_chosen_before_it_has_a_result(page, user):
    study = ended_study(user)
    runs = confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    url = reverse("study-confirm", args=[study.pk])
    assert "Choose</button>" not in page.get(url).content.decode()

    run_all(runs, lambda number, seed: 0.1)

    assert page.get(url).content.decode().count("Choose</button>") == 2


def test_somebody_who_only_looks_sees_the_table_and_no_button(client, user):
    study = ended_study(user, is_open=True)
    confirm_best(study, n_best=1, n_seeds=1, by=actor(user))
    client.force_login(make_user("grace"))
    body = client.get(reverse("study-confirm", args=[study.pk])).content.decode()
    assert "Confirming" in body
    assert ">Choose<" not in body


# Run again ----------------------------------------------------------------------------------------------


def again(user, study, **changed):
    """Trial 0 again, which comes out as it was but for what is changed; the words about it."""
    runs = repeat_trial(study.trials.get(number=0), by=actor(user))
    trial = claim_trial_of(study_id=runs.pk, worker=WORKER)
    first = study.trials.get(number=0)
    fields = {"value": first.value, "metrics": first.metrics, "environment": {}} | changed
    finish_trial(
        Fence.of(trial),
        Outcome(fields["value"], 2, fields["metrics"], 1.5, 10, fields["environment"]),
    )
    return repeats(first, goal_of(study))[0].words


def test_a_trial_is_run_again_with_its_own_seed_and_without_the_test_part(user):
    study = ended_study(user)
    runs = repeat_trial(study.trials.get(number=3), by=actor(user))
    job = job_of(claim_trial_of(study_id=runs.pk, worker=WORKER), runs)
    assert job.seed == trial_seed(study.seed, 3)
    assert job.params == study.trials.get(number=3).params
    assert job.is_confirming is False
    assert not confirmations_of(study).exists()


def test_it_is_told_whether_it_came_out_the_same(user):
    study = ended_study(user)
    assert again(user, study) == "0.5000, identical"
    chance = again(user, study, value=0.5625, metrics={"val_loss": 0.5625})
    assert chance == (
        "0.5625, differs by 0.062 with the same seed, versions, and threads: "
        "training is not deterministic (set PARZEN_DETERMINISTIC=true to make it so)"
    )
    other = again(user, study, value=0.5625, metrics={}, environment={"keras": "9"})
    assert other == "0.5625, differs by 0.062: keras changed"
    forbidden = study.trials.get(number=0).attempts.get()
    forbidden.environment = {"deterministic": True}
    forbidden.save()
    by_chance = again(user, study, value=0.5625, metrics={}, environment={"deterministic": True})
    assert by_chance.endswith("training is not deterministic")


def test_running_again_is_asked_for_on_the_page(page, user):
    study = ended_study(user)
    trial = study.trials.get(number=1)
    assert "Run again" in page.get(trial.get_absolute_url()).content.decode()

    url = reverse("trial-repeat", args=[study.pk, 1])
    page.post(url)
    shown = page.get(trial.get_absolute_url()).content.decode()
    assert "running" in shown
    assert "already" in page.post(url, follow=True).content.decode()
    runs = Study.objects.get(is_repeat=True)
    assert runs.name not in page.get("/studies/").content.decode()
    assert "Run again</button>" not in page.get(runs.trials.get().get_absolute_url()).content.decode()


def test_a_trial_without_a_value_is_not_run_again(user):
    study = running_study(owner=user)
    claim_trial_of(study_id=study.pk, worker=WORKER)
    with pytest.raises(Refused, match="Trial #0 has no value"):
        repeat_trial(study.trials.get(number=0), by=actor(user))
