"""The page of one trial, in every state."""

import pytest
from django.urls import reverse

from dashboard.engine.fences import fail_trial, finish_trial, lose_trial, report_steps, return_trial
from dashboard.engine.lifecycle import stop_study
from dashboard.goals import short_label
from dashboard.models import FailureKind
from dashboard.trials.page import LOG_LINES
from tests.builders import add_trials, claim, complete, fence_of, outcome, running_study, steps


@pytest.fixture
def show(page):
    def get(trial):
        response = page.get(trial.get_absolute_url())
        assert response.status_code == 200
        return response.content.decode()

    return get


@pytest.fixture
def study(user):
    return running_study(max_trials=20)


def test_complete_trial_shows_value_params_epochs_and_log(show, study):
    trial = claim(study)
    report_steps(fence_of(trial), steps=steps(0.5, 0.25), objective="val_loss", log="one\ntwo")
    finish_trial(fence_of(trial), outcome(0.25, best_step=2))

    html = show(trial)

    for words in ("0.2500", "epoch 2", "1.5 s", "1,234", "90.0", "best of 1", "one\ntwo", "learning_rate"):
        assert words in html
    assert 'id="traceback-title"' not in html


def test_speed_is_that_of_the_epochs_behind_the_first(show, user):
    trial = claim(running_study(owner=user, dataset="digits"))
    report_steps(fence_of(trial), steps=steps(0.5, 0.4, 0.3), objective="val_loss", log="")
    assert "10,790 images/s" in show(trial)  # 1,079 to train on in 0.1 s


def test_failed_trial_shows_why_and_its_traceback_escaped(show, study):
    trial = claim(study)
    fail_trial(
        fence_of(trial),
        kind=FailureKind.ERROR,
        message="Bad <shape>.",
        traceback="File <module>\n  x = 1 < 2",
    )

    html = show(trial)

    assert 'id="traceback-title"' in html
    assert "Bad &lt;shape&gt;." in html
    assert "File &lt;module&gt;\n  x = 1 &lt; 2" in html
    assert "<shape>" not in html


def test_running_trial_shows_where_it_is(show, study):
    trial = claim(study)
    assert ". Running." in show(trial)
    report_steps(fence_of(trial), steps=steps(0.5, 0.375), objective="val_loss", log="")

    html = show(trial)

    assert "at epoch 2" in html
    assert "0.3750" in html


def test_waiting_trial_says_that_it_waits_and_lists_its_attempts(show, study):
    trial = claim(study)
    return_trial(fence_of(trial), reason="The worker was shut down.")

    html = show(trial)

    assert "Waiting for a free slot" in html
    assert "The worker was shut down." in html
    assert "Returned to queue" in html


def test_cancelled_trial_names_the_end_of_its_study(show, study):
    trial = claim(study)
    stop_study(study_id=study.pk, by="Ada Lovelace")

    assert "Cancelled with its study. Stopped by Ada Lovelace" in show(trial)


def test_trial_on_its_third_attempt_says_so(show, study):
    for _ in range(2):
        lose_trial(fence_of(claim(study)), reason="The training process was killed by signal 9.")
    trial = claim(study)

    html = show(trial)

    assert "on the third attempt" in html
    assert html.count("killed by signal 9") == 2


def test_curves_are_those_of_the_last_attempt(page, study):
    first = claim(study)
    report_steps(fence_of(first), steps=steps(9.0, 8.0, 7.0), objective="val_loss", log="")
    lose_trial(fence_of(first), reason="gone")
    again = claim(study)
    report_steps(fence_of(again), steps=steps(0.5), objective="val_loss", log="")

    chart = page.get(again.get_absolute_url()).context["page"].chart["trial_epochs"]

    loss = next(m for m in chart["metrics"] if m["name"] == "loss")
    assert loss["val"] == [(1, 0.5)]


def test_median_of_the_other_trials_stands_beside_the_curve(page, study):
    trials = add_trials(study, 3, n_reports=2)

    chart = page.get(trials[0].get_absolute_url()).context["page"].chart["trial_epochs"]

    assert chart["metrics"][0]["median"] == [(1, 1.0), (2, 0.5)]


def test_neighbours_are_one_click_away(show, study):
    trials = add_trials(study, 3)  # the last one is the best

    links = {
        t.number: [n for n in range(3) if f'href="{trials[n].get_absolute_url()}"' in show(t)] for t in trials
    }

    assert links == {0: [1, 2], 1: [0, 2], 2: [1]}


def test_params_can_be_pasted_into_python(page, study):
    trial = complete(study)
    namespace = {}

    exec(page.get(trial.get_absolute_url()).context["page"].python, namespace)

    assert namespace["params"] == trial.params


def test_long_log_shows_its_end_and_links_to_all_of_it(page, show, study):
    trial = add_trials(study)[0]
    trial.attempts.update(log="\n".join(f"line {i}" for i in range(100)), traceback="<Traceback>")

    html = show(trial)
    whole = page.get(reverse("trial-log", args=[study.pk, 0, 1]))

    assert f"last {LOG_LINES} of 100 lines" in html
    assert f"line {99 - LOG_LINES}\n" not in html
    assert f"line {100 - LOG_LINES}\n" in html
    assert "line 99" in html
    assert whole.content.decode().startswith("line 0\n")
    assert whole.content.decode().endswith("<Traceback>")
    assert whole.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_branch_that_was_not_taken_is_named(show, study):
    trial = add_trials(study)[0]

    html = show(trial)

    assert "only with n_layers 2" in html


def test_modelled_trial_shows_where_good_trials_are_dense(page, user):
    study = running_study(max_trials=40, sampler="tpe")
    trial = next(t for t in (complete(study, 1 / (n + 1)) for n in range(30)) if t.origin == "model")

    shown = page.get(trial.get_absolute_url()).context["page"]

    assert 0 < len(shown.densities) <= 4
    assert {density.name for density in shown.densities} <= set(trial.params)
    assert shown.why == trial.explanation["text"]


def test_start_up_trial_shows_no_densities(page, study):
    trial = claim(study)

    assert page.get(trial.get_absolute_url()).context["page"].densities == []


@pytest.mark.parametrize(
    ("name", "label"), [("loss", "Loss"), ("mae", "MAE"), ("naive_mae", "Naive MAE"), ("f1", "F1"), ("", "")]
)
def test_a_metric_is_a_heading(name, label):
    assert short_label(name) == label


@pytest.mark.parametrize(
    ("worker", "words"),
    [
        ("node-a:4711 / 2", "node-a, process 4711, slot 2"),
        ("fe80::1:17 / 1", "fe80::1, process 17, slot 1"),
        ("somewhere", "somewhere"),
    ],
)
def test_who_trained_an_attempt_is_told_in_words(show, study, worker, words):
    trial = claim(study, worker=worker)

    assert f">{words}" in show(trial)
