"""Making a study: with a trainer of Parzen's, or with a Python file of somebody who may bring one."""

from typing import Any

from django.conf import settings
from django.db import transaction

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import may_run_own_code
from dashboard.engine.lifecycle import create_study, record_event, start_study
from dashboard.models import Study, code_digest
from dashboard.new_study.model_files import read_declaration
from dashboard.refusal import Refused
from trainers.custom.info import CUSTOM_TRAINER


@action("study-new")
def make_study(*, is_draft: bool, by: Actor, **fields: Any) -> Study:
    """A study, started unless it stays a draft: both or neither. Raises ValidationError or QuotaRefused."""
    with transaction.atomic():
        study = create_study(owner=by.account, **fields)
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
    return study


@action("custom-study-new")
def make_custom_study(*, code: str, dataset: str, is_draft: bool, by: Actor, **fields: Any) -> Study:
    """The same with search space and objective as the file declares them.

    The file runs for that, in a process of its own. Raises CodeInvalid, Refused, ValidationError or
    QuotaRefused, and then nothing is written.
    """
    if not may_run_own_code(by.account):
        raise Refused("You are not allowed to train custom models. Ask an administrator.")
    declared = read_declaration(code, (str(settings.VAR_DIR),))
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
