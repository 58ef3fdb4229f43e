"""Making and editing drafts: with a trainer of Parzen's, or with a Python file that a person brings."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import may_run_own_code
from dashboard.catalog import info_of_dataset
from dashboard.engine.lifecycle import (
    FirstTrial,
    change_draft,
    create_study,
    record_event,
    set_first_trials,
    start_study,
)
from dashboard.models import Role, Study, code_digest
from dashboard.new_study.model_files import read_declaration
from dashboard.refusal import Refused
from trainers.custom.declaration import Declaration
from trainers.custom.info import CUSTOM_TRAINER
from trainers.custom.user_code import SERIES_REFUSED

NO_DATASET = (
    "The model file needs data: it builds a model for a dataset, loads one of keras.datasets, or has an "
    "argument data. Choose a dataset."
)


@action("study-new")
def make_study(*, is_draft: bool, by: Actor, first_trials: Sequence[FirstTrial] = (), **fields: Any) -> Study:
    """A study, started unless it stays a draft: both or neither. Raises ValidationError or QuotaRefused."""
    with transaction.atomic():
        study = create_study(owner=by.account, **fields)
        set_first_trials(study_id=study.pk, points=first_trials, by=by.name)
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
    return study


@action("study-edit", needs=Role.EDITOR)
def edit_study(
    study: Study, *, is_draft: bool, by: Actor, first_trials: Sequence[FirstTrial] = (), **fields: Any
) -> Study:
    """Change a draft, and start it unless it stays one: both or neither.

    Raises ValidationError, QuotaRefused, or Refused where it has started meanwhile.
    """
    with transaction.atomic():
        change_draft(study_id=study.pk, by=by.name, **fields)
        set_first_trials(study_id=study.pk, points=first_trials, by=by.name)
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
        return study


@action("custom-model-check")
def check_model_file(*, code: str, by: Actor) -> Declaration:
    """What the file declares, before there is a study. The file runs for that. CodeInvalid or Refused."""
    return _read(code, by)


@action("custom-study-new")
def make_custom_study(*, code: str, dataset: str, is_draft: bool, by: Actor, **fields: Any) -> Study:
    """The same with search space and objective as the file declares them.

    The file runs for that, in a process of its own. Raises CodeInvalid, Refused, ValidationError or
    QuotaRefused, and then nothing is written.
    """
    declared = _declared(code, dataset, by)
    with transaction.atomic():
        study = create_study(
            owner=by.account, trainer=CUSTOM_TRAINER, **_of_file(declared, code, dataset), **fields
        )
        record_event(study.pk, f"created the study with a model file, {_digest(code)}", by=by.name)
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
    return study


@action("custom-study-edit", needs=Role.EDITOR)
def edit_custom_study(
    study: Study, *, code: str, dataset: str, is_draft: bool, by: Actor, **fields: Any
) -> Study:
    """Change a draft with a custom model. Raises what `make_custom_study` and `edit_study` raise."""
    declared = _declared(code, dataset, by)
    with transaction.atomic():
        _change(study, is_draft=is_draft, by=by, **_of_file(declared, code, dataset), **fields)
        if code_digest(code) != code_digest(study.code):
            record_event(study.pk, f"changed the model file, {_digest(code)}", by=by.name)
    return study


def _change(study: Study, *, is_draft: bool, by: Actor, **fields: Any) -> Study:
    change_draft(study_id=study.pk, by=by.name, **fields)
    if not is_draft:
        start_study(study_id=study.pk, by=by.name)
    return study


def _declared(code: str, dataset: str, by: Actor) -> Declaration:
    declared = _read(code, by)
    if declared.needs_data and not dataset:
        raise Refused(NO_DATASET)
    info = info_of_dataset(dataset)
    if declared.fits_rows and info and info.kind == "series":
        raise Refused(SERIES_REFUSED)
    return declared


def _read(code: str, by: Actor) -> Declaration:
    if not may_run_own_code(by.account):
        raise Refused("You are not allowed to train custom models. Ask an administrator.")
    return read_declaration(code, (str(settings.VAR_DIR),))


def _of_file(declared: Declaration, code: str, dataset: str) -> dict[str, Any]:
    return {
        "space": declared.space,
        "code": code,
        "dataset": dataset,
        "objective": declared.metric,
        "direction": declared.direction,
    }


def _digest(code: str) -> str:
    return f"SHA-256 {code_digest(code)}"
