"""Making a study: with a trainer of Parzen's, or with a Python file of somebody who may bring one."""

from typing import Any

from django.conf import settings
from django.db import transaction

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import may_run_own_code
from dashboard.engine.lifecycle import create_study, record_event, start_study
from dashboard.models import Study, code_digest
from dashboard.refusal import Refused
from trainers.custom.declaration import Declaration, read_declaration
from trainers.custom.info import CUSTOM_TRAINER


@action("study-new")
def make_study(*, is_draft: bool, by: Actor, **fields: Any) -> Study:
    """A study, started unless it stays a draft: both or neither. Raises ValidationError or QuotaRefused."""
    with transaction.atomic():
        study = create_study(owner=by.account, **fields)
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
    return study


@action("custom-model-check")
def check_model_file(*, code: str, by: Actor) -> Declaration:
    """What the file declares, before there is a study. The file runs for that. CodeInvalid or Refused."""
    return _declared(code, by)


@action("custom-study-new")
def make_custom_study(*, code: str, dataset: str, is_draft: bool, by: Actor, **fields: Any) -> Study:
    """The same with search space and objective as the file declares them.

    The file runs for that, in a process of its own. Raises CodeInvalid, Refused, ValidationError or
    QuotaRefused, and then nothing is written.
    """
    declared = _declared(code, by)
    if declared.needs_data and not dataset:
        raise Refused("build(params) returns a model to fit. Choose a dataset.")
    with transaction.atomic():
        study = create_study(
            owner=by.account,
            space=declared.space,
            code=code,
            dataset=dataset,
            trainer=CUSTOM_TRAINER,
            objective=declared.metric,
            direction=declared.direction,
            **fields,
        )
        record_event(
            study.pk, f"created the study with a model file, SHA-256 {code_digest(code)}", by=by.name
        )
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
    return study


def _declared(code: str, by: Actor) -> Declaration:
    if not may_run_own_code(by.account):
        raise Refused("You are not allowed to train custom models. Ask an administrator.")
    return read_declaration(code, (str(settings.VAR_DIR),))
