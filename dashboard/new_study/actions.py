"""Studies whose model is a Python file of somebody who may bring one."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from dashboard.access.rules import may_run_own_code
from dashboard.engine.events import record_event
from dashboard.engine.lifecycle import create_study
from dashboard.models import Study, code_digest
from dashboard.refusal import Refused
from dashboard.wording import person_name
from trainers.custom.declaring import declare
from trainers.custom.info import OWN


def create_custom_study(*, owner: User, code: str, dataset: str, **fields: Any) -> Study:
    """A draft whose search space and objective are what the file declares.

    The file runs for that, in a process of its own. Raises CodeInvalid, Refused or ValidationError,
    and then nothing is written.
    """
    if not may_run_own_code(owner):
        raise Refused("You may not train with Python files of your own. Ask an administrator.")
    declared = declare(code, (str(settings.VAR_DIR),))
    if declared.needs_data and not dataset:
        raise Refused("build(params) returns a model to be fitted: choose the dataset for that.")
    with transaction.atomic():
        study = create_study(
            owner=owner,
            space=declared.space,
            code=code,
            dataset=dataset,
            trainer=OWN,
            objective=declared.metric,
            direction=declared.direction,
            **fields,
        )
        record_event(
            study.pk, f"made it with a model file, SHA-256 {code_digest(code)}", by=person_name(owner)
        )
    return study
