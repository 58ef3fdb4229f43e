"""Another space for a study with trials: obeyed at once, taught by old trials that fit, never mixed."""

import copy
import threading

import numpy as np
import pytest
from django.db import connection

from dashboard.engine import claims
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.retries import enqueue_trial
from dashboard.engine.search.fitting import fit_of, is_point
from dashboard.engine.search.study_history import Past
from dashboard.engine.search.suggestions import suggest
from dashboard.engine.steering.search import change_search
from dashboard.engine.steering.spaces import change_space, count_fitting
from dashboard.models import Study, StudyState, Trial, TrialState
from dashboard.refusal import Refused
from dashboard.studies.importance import importance_card
from optimizer import SpaceError
from optimizer.samplers import SAMPLERS
from tests.builders import PARAMS, SPACE, WORKER, add_trials, claim, complete, make_study, running_study

SAMPLED = [name for name in SAMPLERS if name != "grid"]


def space_with(**changes):
    """SPACE with other distributions; None takes a param away."""
    params = []
    for entry in copy.deepcopy(SPACE["params"]):
        change = changes.pop(entry["name"], {})
        if change is None:
            continue
        kept = {k: v for k, v in entry.items() if "type" not in change or k in {"name", "when"}}
        params.append(kept | change)
    params += [{"name": name, **entry} for name, entry in changes.items()]
    return {"version": 1, "params": params}


NARROW = space_with(learning_rate={"low": 1e-3, "high": 1e-2}, activation_1={"choices": ["relu", "gelu"]})


def change(study, space=NARROW, **fields):
    return change_space(study_id=study.pk, space=space, by="Ada", **fields)


def again(study):
    return Study.objects.get(pk=study.pk)


def add_drawn(study, n, value=lambda params: params["learning_rate"]):
    """Complete trials with params drawn from the first space."""
    rng, space = np.random.default_rng(5), study.search_space
    found = []
    for _ in range(n):
        params = space.sample(rng)
        found += add_trials(study, params=params, value=lambda _n, p=params: value(p))
    return found


@pytest.mark.parametrize("sampler", SAMPLED)
def test_the_next_suggestion_obeys_it_and_old_trials_that_fit_teach(user, sampler):
    study = running_study(max_trials=200, sampler=sampler, n_parallel=60)
    trials = add_drawn(study, 40)
    suggest(again(study), 40)  # this process has read the study in its first space

    result = change(study)

    space = again(study).search_space
    fitting = [t.number for t in trials if is_point(space, t.params)]
    assert 0 < len(fitting) < 40
    assert (result.n_ended, result.n_fitting) == (40, len(fitting))
    assert Past(again(study)).history.numbers.tolist() == fitting
    for _ in range(6):
        params = claim(study).params
        assert is_point(space, params)
        assert 1e-3 <= params["learning_rate"] <= 1e-2
        assert params["activation_1"] in {"relu", "gelu"}


def test_tpe_learns_from_what_fits(user):
    """The best old trials lie at a low rate: the model of the new space knows, without a trial of its own."""
    study = running_study(max_trials=400, sampler="tpe", n_parallel=60)
    add_drawn(study, 150, value=lambda params: abs(np.log10(params["learning_rate"]) + 2.8))
    change(study)
    claimed = [claim(study) for _ in range(12)]
    assert {trial.origin for trial in claimed} == {"model"}
    rates = np.log10([trial.params["learning_rate"] for trial in claimed])
    assert np.median(np.abs(rates + 2.8)) < 0.25


def test_versions_are_kept_with_who_and_from_where(user):
    study = running_study(max_trials=20)
    add_trials(study, 3)
    change(study)
    rows = list(study.space_versions.values_list("number", "from_trial", "by", "space"))
    assert rows == [(1, 0, "ada", study.space), (2, 3, "Ada", again(study).space)]
    event = study.events.first()
    assert event.by == "Ada"
    assert "version 2" in event.what
    assert "0.001 to 0.01" in event.what
    add_trials(study, 2)
    change(study, SPACE)
    assert study.space_versions.last().from_trial == 5
    assert count_fitting(again(study)) == (5, 5)


def test_importance_follows_in_this_process(user):
    study = running_study(max_trials=200)
    trials = add_drawn(study, 60)
    assert importance_card(again(study)).n_trials == 60
    change(study)
    card, space = importance_card(again(study)), again(study).search_space
    n = sum(is_point(space, t.params) for t in trials)
    assert (card.n_trials, card.n_unfit) == (n, 60 - n)


def test_running_trials_go_on_and_waiting_ones_that_do_not_fit_are_removed(user):
    study = running_study(max_trials=50, n_parallel=2)
    running = claim(study)
    out = enqueue_trial(study_id=study.pk, params=PARAMS | {"learning_rate": 0.09}, by="Ada")
    fits = enqueue_trial(study_id=study.pk, params=PARAMS, by="Ada")
    result = change(study)
    assert result.removed == [out.number]
    states = dict(study.trials.values_list("number", "state"))
    assert states == {running.number: "running", out.number: "cancelled", fits.number: "waiting"}
    assert "does not fit" in Trial.objects.get(pk=out.pk).failure_message
    assert claim(study).number == fits.number


def test_what_becomes_searched_counts_as_it_was(user):
    study = running_study(max_trials=50)
    add_trials(study, 4)
    change(study, space_with(batch_size={"type": "categorical", "choices": [32, 64]}))
    assert count_fitting(again(study)) == (4, 4)
    change(study, space_with(batch_size={"type": "constant", "value": 64}))
    assert count_fitting(again(study)) == (4, 0)


def test_a_param_is_added_with_what_old_trials_count_as_having(user):
    study = running_study(max_trials=50)
    add_trials(study, 4)
    wider = space_with(dropout={"type": "float", "low": 0.0, "high": 0.5})
    with pytest.raises(Refused, match="dropout"):
        change(study, wider)
    with pytest.raises(Refused, match="dropout"):
        change(study, wider, defaults={"dropout": 0.9})
    with pytest.raises(Refused, match="learning_rate"):
        change(study, wider, defaults={"dropout": 0.0, "learning_rate": 0.1})
    assert not study.space_versions.exists()
    change(study, wider, defaults={"dropout": 0.1})
    assert fit_of(again(study)).params(0, PARAMS)["dropout"] == 0.1
    assert len(Past(again(study)).history) == 4
    assert "dropout" in claim(study).params


def test_a_branch_needs_no_default_of_trials_that_do_not_use_it(user):
    study = running_study(max_trials=50)
    add_trials(study, 2)
    wider = space_with(
        activation_1={"choices": ["relu", "tanh", "leaky"]},
        slope={"type": "float", "low": 0.0, "high": 0.5, "when": {"parent": "activation_1", "in": ["leaky"]}},
    )
    change(study, wider)
    assert fit_of(again(study)).params(0, PARAMS) == PARAMS


@pytest.mark.parametrize(
    ("space", "error"),
    [
        (SPACE, Refused),
        ({"version": 1, "params": [{"name": "a", "type": "constant", "value": 1}]}, Refused),
        (space_with(learning_rate={"low": 1, "high": 0.1}), SpaceError),
        ({"version": 1}, SpaceError),
    ],
)
def test_wrong_spaces_change_nothing(user, space, error):
    study = running_study()
    with pytest.raises(error):
        change(study, space)
    assert again(study).n_rewrites == 0
    assert not study.space_versions.exists()


def test_drafts_archived_ones_and_confirmations_are_refused(user):
    draft, ended = make_study(), make_study(StudyState.FINISHED)
    Study.objects.filter(pk=ended.pk).update(is_archived=True)
    for study in (draft, ended, make_study(StudyState.RUNNING, confirms=ended)):
        with pytest.raises(Refused):
            change(study)


def test_who_has_looked_at_an_older_version_is_told(user):
    study = running_study()
    change(study, seen=1)
    with pytest.raises(Refused, match="meanwhile"):
        change(study, SPACE, seen=1)


def grid_study(**fields):
    """Ten points."""
    space = {
        "version": 1,
        "params": [
            {"name": "units", "type": "int", "low": 1, "high": 5},
            {"name": "on", "type": "boolean"},
        ],
    }
    return running_study(sampler="grid", space=space, max_trials=40, n_parallel=40, **fields), space


def test_a_grid_walks_the_rest_of_the_new_space(user):
    study, space = grid_study()
    for n in range(10):
        complete(study, n / 10)
    wider = copy.deepcopy(space)
    wider["params"][0]["high"] = 6
    change(study, wider)
    points = [claim(study).params for _ in range(2)]
    assert sorted(points, key=repr) == [{"units": 6, "on": False}, {"units": 6, "on": True}]


def test_a_grid_with_nothing_left_is_refused(user):
    study, space = grid_study()
    for n in range(10):
        complete(study, n / 10)
    narrow = copy.deepcopy(space)
    narrow["params"][0]["high"] = 3
    with pytest.raises(Refused, match="6 points"):
        change(study, narrow)


def test_a_grid_that_looks_exhausted_in_the_old_space_does_not_end_the_study(user, monkeypatch):
    """Somebody widens the space between the claim's look and its verdict."""
    study, space = grid_study()
    for n in range(10):
        complete(study, n / 10)
    wider = copy.deepcopy(space)
    wider["params"][0]["high"] = 6
    real = claims.suggest

    def widened(seen, number):
        monkeypatch.setattr(claims, "suggest", real)
        change(study, wider)
        return real(seen, number)

    monkeypatch.setattr(claims, "suggest", widened)
    claim_trial_of(study_id=study.pk, worker=WORKER)
    assert again(study).state == StudyState.RUNNING
    assert claim(study).params["units"] == 6


@pytest.mark.parametrize("turn", ["space", "sampler", "judged"])
def test_a_claim_in_flight_is_suggested_again(user, monkeypatch, turn):
    """What it has suggested before it got the lock came from a search that is no longer the study's."""
    study = running_study(max_trials=60, sampler="tpe")
    add_drawn(study, 20)
    real, calls = claims.suggest, []

    def slow(seen, number):
        suggestion = real(seen, number)
        calls.append(seen.n_rewrites)
        if len(calls) == 1:
            if turn == "space":
                change(study)
            elif turn == "sampler":
                change_search(study_id=study.pk, sampler="random", pruner="", by="Ada")
            else:
                Study.objects.filter(pk=study.pk).update(n_rewrites=1)
        return suggestion

    monkeypatch.setattr(claims, "suggest", slow)
    trial = claim(study)
    assert calls == [0, 1]
    assert is_point(again(study).search_space, trial.params)
    if turn == "sampler":
        assert trial.sampler == "random"


@pytest.mark.django_db(transaction=True)
def test_no_claim_mixes_two_spaces(user):
    """Threads claim while another one changes the space: each trial is of the space of its number."""
    study = running_study(max_trials=60, n_parallel=60, sampler="random")
    spaces = [NARROW, space_with(learning_rate={"low": 0.02, "high": 0.05})] * 3
    problems, stop = [], threading.Event()

    def claimer():
        try:
            while not stop.is_set():
                if claim_trial_of(study_id=study.pk, worker=WORKER) is None:
                    return
        except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=claimer) for _ in range(3)]
    for thread in threads:
        thread.start()
    for space in spaces:
        change(study, space)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    versions = list(study.space_versions.order_by("number"))
    for trial in study.trials.all():
        version = [v for v in versions if v.from_trial <= trial.number][-1]
        assert is_point(Study(space=version.space).search_space, trial.params), (trial.number, version.number)


def test_sampler_and_pruner_change_with_old_and_new_in_the_history(user):
    study = running_study(max_trials=60, sampler="tpe")
    add_drawn(study, 20)
    assert claim(study).sampler == "tpe"
    assert change_search(study_id=study.pk, sampler="random", pruner="median", by="Ada")
    whats = list(study.events.values_list("what", flat=True)[:2])
    assert any("TPE" in what and "Random" in what for what in whats)
    assert any("none" in what and "edian" in what for what in whats)
    assert claim(study).sampler == "random"
    assert (again(study).sampler, again(study).pruner) == ("random", "median")
    assert not change_search(study_id=study.pk, sampler="random", pruner="median", by="Ada")
    with pytest.raises(Refused):
        change_search(study_id=study.pk, sampler="magic", pruner="", by="Ada")


def test_removed_trials_are_cancelled_and_others_are_not(user):
    from dashboard.engine.steering.waiting import remove_waiting_trial

    study = running_study(max_trials=20)
    trial = enqueue_trial(study_id=study.pk, params=PARAMS, by="Ada")
    assert remove_waiting_trial(study_id=study.pk, number=trial.number, by="Ada")
    trial.refresh_from_db()
    assert (trial.state, trial.finished_at is None) == (TrialState.CANCELLED, False)
    assert study.events.first().what == "removed trial #0, which was waiting"
    assert not remove_waiting_trial(study_id=study.pk, number=trial.number, by="Ada")
    running = claim(study)
    assert not remove_waiting_trial(study_id=study.pk, number=running.number, by="Ada")
    running.refresh_from_db()
    assert running.state == TrialState.RUNNING
