"""The life of a study: which moves are allowed, and what they write."""

import pytest
from django.core.exceptions import ValidationError

from dashboard.engine.lifecycle import (
    create_study,
    end_study,
    pause_study,
    resume_study,
    start_study,
    stop_study,
)
from dashboard.models import Attempt, Study, StudyState
from optimizer import SpaceError
from tests.builders import (
    SPACE,
    add_trials,
    claim,
    complete,
    everything,
    make_study,
    make_user,
    running_study,
    study_fields,
)

pytestmark = pytest.mark.django_db
MOVES = {
    "start": lambda pk: start_study(study_id=pk, by="Ada"),
    "pause": lambda pk: pause_study(study_id=pk, by="Ada"),
    "resume": lambda pk: resume_study(study_id=pk, by="Ada"),
    "stop": lambda pk: stop_study(study_id=pk, by="Ada"),
}
ALLOWED = {
    ("start", "draft"): "running",
    ("pause", "running"): "paused",
    ("resume", "paused"): "running",
    ("stop", "running"): "stopped",
    ("stop", "paused"): "stopped",
}


@pytest.mark.parametrize("state", StudyState.values)
@pytest.mark.parametrize("move", MOVES)
def test_study_moves_only_along_its_life(move, state):
    study = make_study(state)
    before = everything()
    target = ALLOWED.get((move, state))

    assert MOVES[move](study.pk) is (target is not None)

    study.refresh_from_db()
    if target is None:
        assert everything() == before
    else:
        assert study.state == target
        assert study.version == before["Study"][0]["version"] + 1


def test_new_study_is_a_draft_that_holds_its_space_in_canonical_form():
    study = create_study(owner=make_user(), **study_fields())

    study.refresh_from_db()
    assert study.state == StudyState.DRAFT
    assert study.search_space.to_json() == study.space
    assert study.search_space.searched == (
        "learning_rate",
        "n_layers",
        "units_1",
        "units_2",
        "activation_1",
    )
    assert study.started_at is None


def test_new_study_gets_a_seed_of_its_own_when_none_is_given():
    seeds = {create_study(owner=make_user(), **study_fields(seed=None)).seed for _ in range(3)}

    assert len(seeds) == 3


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"max_trials": 0}, ValidationError),
        ({"n_parallel": 0}, ValidationError),
        ({"max_epochs": 0}, ValidationError),
        ({"max_failures": 0}, ValidationError),
        ({"lost_retries": 101}, ValidationError),
        ({"direction": "sideways"}, ValidationError),
        ({"name": ""}, ValidationError),
        ({"name": "x" * 101}, ValidationError),
        ({"space": {"version": 1}}, SpaceError),
        ({"space": {**SPACE, "version": 2}}, SpaceError),
    ],
)
def test_nothing_is_written_when_a_study_breaks_a_rule(changes, error):
    owner = make_user()

    with pytest.raises(error):
        create_study(owner=owner, **study_fields(**changes))

    assert not Study.objects.exists()


def test_stop_says_who_and_cancels_open_trials_only():
    study = running_study()
    done, open_trial = complete(study), claim(study)
    waiting = add_trials(study, state="waiting")[0]

    stop_study(study_id=study.pk, by="Grace")

    study.refresh_from_db()
    assert study.state_reason == "Stopped by Grace"
    assert study.finished_at is not None
    for trial, state in ((done, "complete"), (open_trial, "cancelled"), (waiting, "cancelled")):
        trial.refresh_from_db()
        assert trial.state == state
    attempt = Attempt.objects.get(trial=open_trial)
    assert (attempt.state, attempt.reason) == ("cancelled", "Stopped by Grace")
    assert attempt.finished_at is not None
    assert open_trial.lease_until is None


def test_pause_says_who_and_leaves_running_trials_alone():
    study = running_study()
    trial = claim(study)

    pause_study(study_id=study.pk, by="Grace")

    study.refresh_from_db()
    trial.refresh_from_db()
    assert study.state_reason == "Paused by Grace"
    assert trial.state == "running"
    assert trial.lease_until is not None


def test_start_forgets_nothing_and_resume_clears_the_reason():
    study = make_study("paused")
    started = study.started_at

    resume_study(study_id=study.pk, by="Ada")

    study.refresh_from_db()
    assert study.state_reason == ""
    assert study.started_at == started


def test_first_ending_stands_when_two_come_after_each_other():
    study = running_study()

    assert end_study(study_id=study.pk, state=StudyState.FINISHED, reason="Budget reached")
    assert not end_study(study_id=study.pk, state=StudyState.FAILED, reason="Too late")

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached")


def test_overlong_reason_is_cut_to_what_the_database_takes():
    study = running_study()

    assert stop_study(study_id=study.pk, by="x" * 400)

    study.refresh_from_db()
    assert len(study.state_reason) == 300
