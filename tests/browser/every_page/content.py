"""A site that is used: studies with trials of every state, and one of everything else that has an address."""

import datetime as dt
import math
import random
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from dashboard.charts.explanations import kept_explanation
from dashboard.discussion.actions import add_comment, watch, write_note
from dashboard.models import (
    Artifact,
    Attempt,
    AttemptState,
    FailureKind,
    Membership,
    Notification,
    Origin,
    Report,
    Role,
    Study,
    Trial,
    TrialState,
    Worker,
)
from dashboard.people.actions import create_team, invite
from dashboard.sharing.actions import make_link
from dashboard.studies.actions import delete_study
from dashboard.winners.actions import confirm_best, repeat_trial
from optimizer import Optimizer, SearchSpace
from tests.builders import OPERATOR, actor, make_dataset, make_study, make_user, running_study

SPACE: dict[str, Any] = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-5, "high": 0.1, "log": True},
        {"name": "optimizer", "type": "categorical", "choices": ["adam", "adamw", "rmsprop", "sgd"]},
        {
            "name": "weight_decay",
            "type": "float",
            "low": 1e-6,
            "high": 0.1,
            "log": True,
            "when": {"parent": "optimizer", "in": ["adamw"]},
        },
        {"name": "units_1", "type": "int", "low": 16, "high": 512, "step": 16},
        {"name": "dropout_1", "type": "float", "low": 0.0, "high": 0.6},
        {"name": "activation_1", "type": "categorical", "choices": ["relu", "gelu", "tanh"]},
        {"name": "batch_size", "type": "constant", "value": 32},
        {"name": "epsilon", "type": "constant", "value": 1e-7},
    ],
}
MAX_EPOCHS, N_COMPLETE = 20, 40
TRACEBACK = 'Traceback (most recent call last):\n  File "train.py", line 4, in build\nValueError: no layer'


def make_content(admin: User) -> dict[str, Any]:
    """What an address needs to name one of each."""
    now = timezone.now()
    editor = make_user("grace", first_name="Grace", last_name="Hopper", email="grace@example.org")
    team = create_team(name="Vision", by=actor(admin))
    Membership.objects.create(team=team, user=editor, role=Role.EDITOR)
    Worker.objects.create(
        name="gpu-1:4711", n_slots=4, started_at=now, alive_until=now + dt.timedelta(hours=1)
    )
    secret = invite(team, role=Role.VIEWER, by=actor(admin))
    study = running_study(
        owner=admin, team=team, name="fashion: depth and optimizer", space=SPACE, max_trials=200,
        max_epochs=MAX_EPOCHS, max_seconds=7_200, max_stale_trials=80, n_parallel=8,
    )  # fmt: skip
    add_trials_of_every_state(study)
    write_note(
        study,
        text="# Plan\n\nTry *AdamW* first.",
        tags=["vision"],
        version=study.note_version,
        by=actor(admin),
    )
    watch(study, by=actor(admin))
    trial = study.trials.get(number=0)
    comment = add_comment(study, text="Looks good so far.", by=actor(editor))
    add_comment(study, trial=trial, text="Why so slow?", by=actor(editor))
    Notification.objects.create(
        user=admin, study=study, kind="new_best", text="New best value 0.0812", is_on_page=True
    )
    open_link = make_link(study, days=7, password="", by=actor(admin))
    trial_link = make_link(study, trial=trial, days=None, password="", by=actor(admin))
    name = storages["artifacts"].save("network.keras", ContentFile(b"network"))
    Artifact.objects.create(trial=trial, name=name, size=7, reading={"kind": "images", "shape": [8, 8]})
    others = _add_other_studies(admin, team)
    delete_study(gone := running_study(owner=admin, name="gone"), by=OPERATOR)
    ready = make_dataset(owner=admin, team=team)
    make_dataset(owner=admin, name="herbs-1", label="Herbs", digest="1" * 64, state="looked", info={})
    TOTP.activate(admin, generate_totp_secret())
    RecoveryCodes.activate(admin)
    return {
        "study": study.pk, "trial": 0, "gone": gone.pk, "comment": comment.pk, "dataset": ready.name,
        "team": team.pk, "member": editor.pk, "secret": secret, "open": open_link,
        "waiting": "herbs-1", "trial link": trial_link, **others,
    }  # fmt: skip


def add_trials_of_every_state(study: Study) -> None:
    """Complete ones that TPE proposed, then one or two of each other state."""
    for params, explanation in _proposed(SearchSpace.from_json(study.space), N_COMPLETE):
        _add(study, TrialState.COMPLETE, params, explanation)
    _add(study, TrialState.COMPLETE, n_steps=1)
    _add(study, TrialState.COMPLETE, n_steps=0)
    _add(study, TrialState.PRUNED, n_steps=6)
    _add(study, TrialState.FAILED, n_steps=3, kind=FailureKind.ERROR)
    _add(study, TrialState.FAILED, n_steps=0, kind=FailureKind.OUT_OF_MEMORY)
    _add(study, TrialState.FAILED, n_steps=2, kind=FailureKind.DIVERGED, is_nan=True)
    _add(study, TrialState.FAILED, n_steps=0, kind=FailureKind.INFEASIBLE)
    _add(study, TrialState.CANCELLED, n_steps=4)
    _add(study, TrialState.RUNNING, n_steps=9)
    _add(study, TrialState.RUNNING, n_steps=0)
    _add(study, TrialState.RUNNING, n_steps=3, n_attempts=2)
    _add(study, TrialState.WAITING, n_steps=0, n_attempts=0)
    _add(study, TrialState.WAITING, n_steps=0)


def _add_other_studies(admin: User, team: Any) -> dict[str, Any]:
    finished = running_study(owner=admin, team=team, name="confirmed", space=SPACE, max_epochs=MAX_EPOCHS)
    for params, explanation in _proposed(SearchSpace.from_json(SPACE), 12):
        _add(finished, TrialState.COMPLETE, params, explanation)
    repeat_trial(finished.trials.get(number=1), by=actor(admin))
    Study.objects.filter(pk=finished.pk).update(state="finished", state_reason="Budget reached: 12 trials")
    finished.refresh_from_db()
    runs = confirm_best(finished, n_best=2, n_seeds=2, by=actor(admin))
    Trial.objects.filter(study=runs).update(
        state="complete", value=0.1, attempt=1, metrics={"val_loss": 0.1, "test_loss": 0.12}
    )
    draft = make_study(owner=admin, name="a draft")
    failed = make_study("failed", owner=admin, name="a failed study", space=SPACE)
    for _ in range(3):
        _add(failed, TrialState.FAILED, n_steps=0, kind=FailureKind.ERROR)
    return {"finished": finished.pk, "draft": draft.pk, "failed": failed.pk, "runs": runs.pk}


def _proposed(space: SearchSpace, n: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    optimizer, found = Optimizer(space, sampler="tpe", seed=0), []
    for _ in range(n):
        trial = optimizer.ask()
        found.append((trial.params, kept_explanation(trial.explanation, trial.params, space)))
        optimizer.tell(trial.number, _loss(trial.params))
    return found


def _loss(params: dict[str, Any]) -> float:
    return 0.08 + 0.2 * abs(math.log10(params["learning_rate"]) + 3) + params["dropout_1"] / 20


def _add(
    study: Study,
    state: str,
    params: dict[str, Any] | None = None,
    explanation: dict[str, Any] | None = None,
    *,
    n_steps: int = MAX_EPOCHS,
    n_attempts: int = 1,
    kind: str = "",
    is_nan: bool = False,
) -> Trial:
    number = study.trials.count()
    params = params or {
        "learning_rate": 0.003, "optimizer": "adam", "units_1": 64, "dropout_1": 0.1, "activation_1": "relu",
        "batch_size": 32, "epsilon": 1e-7,
    }  # fmt: skip
    explanation = explanation or {"sampler": "tpe", "kind": "startup", "text": "Starting point."}
    loss, is_complete = _loss(params), state == TrialState.COMPLETE
    began = timezone.now() - dt.timedelta(seconds=3_600 - 40 * number)
    has_ended = state not in {TrialState.RUNNING, TrialState.WAITING}
    trial = Trial.objects.create(
        study=study,
        number=number,
        state=state,
        params=params,
        origin=Origin(explanation["kind"]),
        sampler="tpe",
        explanation=explanation,
        value=loss if is_complete else None,
        best_step=max(1, n_steps - 3) if is_complete and n_steps else None,
        metrics={**_metrics(loss, random.Random(number)), "val_loss": loss} if is_complete else {},
        step=n_steps,
        step_value=loss if n_steps and not is_nan else None,
        attempt=n_attempts,
        started_at=began if n_attempts else None,
        finished_at=began + dt.timedelta(seconds=38) if has_ended else None,
        seconds=35.4 if is_complete or state == TrialState.PRUNED else None,
        n_parameters=177_594,
        failure_kind=kind,
        failure_message="The model has no layer." if kind else "",
    )
    for attempt in range(1, n_attempts + 1):
        _add_attempt(trial, attempt, began, n_steps, loss, is_nan=is_nan)
    return trial


def _add_attempt(
    trial: Trial, number: int, began: dt.datetime, n_steps: int, loss: float, *, is_nan: bool
) -> None:
    is_last = number == trial.attempt
    ended = AttemptState.RETURNED if trial.state == TrialState.WAITING else AttemptState(trial.state)
    draw, has_ended = random.Random(trial.number), not is_last or trial.state != TrialState.RUNNING
    losses = [loss * (1 + 3 * math.exp(-step / 2)) for step in range(1, n_steps + 1)]
    attempt = Attempt.objects.create(
        trial=trial,
        number=number,
        state=ended if is_last else AttemptState.LOST,
        worker="gpu-1:4711 / 2",
        failure_kind=trial.failure_kind if is_last else FailureKind.LOST,
        reason="" if is_last else "The worker was shut down.",
        traceback=TRACEBACK if trial.failure_kind == FailureKind.ERROR else "",
        log="\n".join(f"09:14:{step:02} epoch {step}  loss {loss:.4f}" for step in range(n_steps)),
        started_at=began,
        finished_at=began + dt.timedelta(seconds=38) if has_ended else None,
        peak_memory=374_000_000 if n_steps else None,
        environment={"keras": "3.15.1", "threads": 1},
    )
    Report.objects.bulk_create(
        Report(
            attempt=attempt,
            step=step,
            metrics=_metrics(None if is_nan and step == n_steps else value, draw),
            seconds=1.7 * step,
        )
        for step, value in enumerate(losses, 1)
    )


def _metrics(loss: float | None, draw: random.Random) -> dict[str, float | None]:
    if loss is None:
        return {"val_loss": None, "val_accuracy": 0.1, "loss": None, "accuracy": 0.1}
    noise = 1 + 0.04 * draw.random()
    return {
        "val_loss": loss * noise,
        "val_accuracy": max(0.0, 1 - loss / 3),
        "val_f1": max(0.0, 1 - loss / 2.9),
        "loss": loss * 0.9,
        "accuracy": max(0.0, 1 - loss / 3.4),
    }
