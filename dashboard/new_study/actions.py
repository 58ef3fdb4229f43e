"""Studies whose model is a Python file of somebody who may bring one."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from dashboard.access.rules import may_run_own_code
from dashboard.engine.events import record_event
from dashboard.engine.lifecycle import create_study
from dashboard.models import Study, code_digest
from dashboard.wording import person_name
from trainers.custom.declaration import read_declaration
from trainers.custom.info import CUSTOM_TRAINER


class OwnModelRefused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def create_own_study(*, owner: User, code: str, dataset: str, **fields: Any) -> Study:
    """A draft whose search space and objective are what the file declares.

    The file runs for that, in a process of its own. Raises CodeInvalid, OwnModelRefused or ValidationError,
    and then nothing is written.
    """
    if not may_run_own_code(owner):
        raise OwnModelRefused("You may not train with Python files of your own. Ask an administrator.")
    declared = read_declaration(code, (str(settings.VAR_DIR),))
    if declared.needs_data and not dataset:
        raise OwnModelRefused("build(params) returns a model to be fitted: choose the dataset for that.")
    with transaction.atomic():
        study = create_study(
            owner=owner,
            space=declared.space,
            code=code,
            dataset=dataset,
            trainer=CUSTOM_TRAINER,
            objective=declared.metric,
            direction=declared.direction,
            **fields,
        )
        record_event(
            study.pk, f"made it with a model file, SHA-256 {code_digest(code)}", by=person_name(owner)
        )
    return study
