"""Users, studies, trials and workers for tests. States are reached through the services, as in life."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.access.actor import Actor
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import Fence, Outcome, Step, finish_trial
from dashboard.engine.lifecycle import create_study, end_study, pause_study, start_study
from dashboard.models import (
    Attempt,
    AttemptState,
    Dataset,
    DatasetState,
    FailureKind,
    Report,
    Study,
    StudyState,
    Trial,
    TrialState,
)
from trainers.datasets.base import DatasetInfo
from trainers.datasets.uploads.findings import ColumnFinding, Findings
from trainers.datasets.uploads.recipe import Recipe

WORKER = "node-a / 1"
SPACE: dict[str, Any] = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-4, "high": 0.1, "log": True},
        {"name": "n_layers", "type": "int", "low": 1, "high": 2},
        {"name": "units_1", "type": "int", "low": 8, "high": 128, "step": 8},
        {
            "name": "units_2",
            "type": "int",
            "low": 8,
            "high": 128,
            "step": 8,
            "when": {"parent": "n_layers", "in": [2]},
        },
        {"name": "activation_1", "type": "categorical", "choices": ["relu", "tanh"]},
        {"name": "batch_size", "type": "constant", "value": 32},
    ],
}
PARAMS: dict[str, Any] = {
    "learning_rate": 0.003,
    "n_layers": 1,
    "units_1": 64,
    "activation_1": "relu",
    "batch_size": 32,
}
PASSWORD = "a long enough password"
# Somebody on the machine itself: no account, no role to be asked for.
OPERATOR = Actor("Ada")


def actor(user: User) -> Actor:
    """A person who asks by a page."""
    return Actor.of(user)


def make_user(name: str = "ada", **fields: Any) -> User:
    """The person of this name; a second call gives the same one."""
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_user(username=name, password=PASSWORD, **fields)


def make_dataset(*, owner: User | None = None, **changes: Any) -> Dataset:
    """A small table that was uploaded, described and read; its file is not there."""
    findings = Findings(
        form="table",
        n_rows=40,
        columns=(
            ColumnFinding("size", True, 0, 38, 5.0, 1.5, 17.0),
            ColumnFinding("colour", False, 2, 2, 4.5),
            ColumnFinding("kind", False, 0, 2, 4.0),
        ),
        preview=(("1.5", "red", "fern"), ("17", "", "moss")),
    )
    recipe = Recipe(
        task="classification",
        target="kind",
        roles={"size": "number", "colour": "category", "kind": "category"},
    )
    info = DatasetInfo(
        name="plants-0a1b2c3d",
        label="Plants",
        kind="table",
        row_noun="rows",
        shape=(2,),
        class_names=("fern", "moss"),
        target="kind",
        n_train=24,
        n_validation=8,
        n_test=8,
        source="plants.csv, uploaded by ada.",
    )
    fields = {
        "name": info.name,
        "label": info.label,
        "owner": owner or make_user(),
        "file_name": "plants.csv",
        "form": "table",
        "size": 812,
        "digest": "0a1b2c3d" * 8,
        "state": DatasetState.READY,
        "findings": findings.to_json_dict(),
        "recipe": recipe.to_json_dict(),
        "info": dataclasses.asdict(info),
    }
    return Dataset.objects.create(**fields | changes)


def study_fields(**changes: Any) -> dict[str, Any]:
    fields = {
        "name": "digits-mlp",
        "dataset": "digits",
        "trainer": "mlp",
        "seed": 7,
        "space": SPACE,
        "objective": "val_loss",
        "direction": "minimize",
        "sampler": "tpe",
        "max_trials": 10,
        "max_epochs": 5,
        "n_parallel": 4,
    }
    return fields | changes


def make_study(state: str = StudyState.DRAFT, *, owner: User | None = None, **changes: Any) -> Study:
    """A study in any state, moved there by the services."""
    study = create_study(owner=owner or make_user(), **study_fields(**changes))
    if state == StudyState.DRAFT:
        return study
    start_study(study_id=study.pk, by="Ada")
    if state == StudyState.PAUSED:
        pause_study(study_id=study.pk, by="ada")
    elif state != StudyState.RUNNING:
        end_study(study_id=study.pk, state=StudyState(state), reason="Ended by a test")
    study.refresh_from_db()
    return study


def running_study(**changes: Any) -> Study:
    return make_study(StudyState.RUNNING, **changes)


def claim(study: Study, worker: str = WORKER) -> Trial:
    """The study's next trial, which has to be there."""
    trial = claim_trial_of(study_id=study.pk, worker=worker)
    assert trial is not None
    return trial


def fence_of(trial: Trial) -> Fence:
    return Fence.of(trial)


def outcome(value: float = 0.25, **changes: Any) -> Outcome:
    fields = {
        "best_step": 3,
        "metrics": {"val_loss": value, "val_accuracy": 0.9},
        "seconds": 1.5,
        "n_parameters": 1234,
        "environment": {"keras": "3", "threads": 1},
    }
    return Outcome(value=value, **{**fields, **changes})


def steps(*values: float | None, metric: str = "val_loss") -> list[Step]:
    """One step per value, from 1."""
    return [Step(i, {metric: value, "loss": 1 / i}, 0.1 * i) for i, value in enumerate(values, 1)]


def complete(study: Study, value: float = 0.25, **changes: Any) -> Trial:
    """Claim the next trial and finish it."""
    trial = claim(study)
    assert finish_trial(fence_of(trial), outcome(value, **changes))
    trial.refresh_from_db()
    return trial


def expire_lease(trial: Trial, seconds: float = 1) -> None:
    """As if its worker had said nothing for a long while."""
    Trial.objects.filter(pk=trial.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=seconds))


def run_since(study: Study, seconds: float) -> None:
    """As if the study had been running, and its trials training, for so long."""
    since = timezone.now() - dt.timedelta(seconds=seconds)
    Study.objects.filter(pk=study.pk).update(running_since=since, clock_since=since)


def add_trials(
    study: Study,
    n: int = 1,
    *,
    state: str = TrialState.COMPLETE,
    value: Callable[[int], float] = lambda number: 1 / (number + 1),
    n_reports: int = 0,
    **fields: Any,
) -> list[Trial]:
    """Trials as they would lie in the database, written at once: for pages with many of them."""
    first, start = study.trials.count(), study.started_at or timezone.now()
    is_complete, has_begun = state == TrialState.COMPLETE, state != TrialState.WAITING
    has_ended = state not in {TrialState.WAITING, TrialState.RUNNING}
    rows = []
    for number in range(first, first + n):
        own = {
            "params": PARAMS,
            "value": value(number) if is_complete else None,
            "metrics": {"val_loss": value(number), "val_accuracy": 0.9} if is_complete else {},
            "best_step": 2 if is_complete else None,
            "seconds": 1.5 if is_complete else None,
            "failure_kind": FailureKind.ERROR if state == TrialState.FAILED else "",
            "failure_message": "It broke." if state == TrialState.FAILED else "",
            "attempt": 1 if has_begun else 0,
            "started_at": start if has_begun else None,
            "finished_at": start + dt.timedelta(seconds=number + 1) if has_ended else None,
        }
        rows.append(Trial(study=study, number=number, state=state, **{**own, **fields}))
    trials = Trial.objects.bulk_create(rows)
    if has_begun:
        _add_attempts(trials, state, n_reports)
    return trials


def _add_attempts(trials: list[Trial], state: str, n_reports: int) -> None:
    attempts = Attempt.objects.bulk_create(
        Attempt(
            trial=trial,
            number=trial.attempt,
            state=AttemptState(state),
            worker=WORKER,
            log="epoch 1\nepoch 2",
            started_at=trial.started_at,
            finished_at=trial.finished_at,
        )
        for trial in trials
    )
    Report.objects.bulk_create(
        Report(
            attempt=attempt, step=step, metrics={"val_loss": 1 / step, "loss": 0.9 / step}, seconds=0.1 * step
        )
        for attempt in attempts
        for step in range(1, n_reports + 1)
    )


def everything(*models: type) -> dict[str, list[dict[str, Any]]]:
    """Every row of these models (or of all of Parzen's), to compare before and after."""
    chosen = models or (Study, Trial, Attempt, Report)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in chosen}
