"""How a study searches from now on: its sampler, and which trials it stops early."""

from django.db import transaction
from django.db.models import F

from dashboard.engine.lifecycle import check_steerable, check_trainable, record_event
from dashboard.models import Study, StudyState
from dashboard.refusal import Refused
from optimizer.errors import SpaceError
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from optimizer.samplers.grid import GridSampler


def change_search(*, study_id: int, sampler: str, pruner: str, by: str) -> bool:
    """From the next suggestion, and the next report, on. False when nothing changes; raises Refused."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        check_steerable(study)
        check_trainable(study)
        if study.state == StudyState.DRAFT:
            raise Refused(f"{study.name} has not started. Edit the draft instead.")
        _check(study, sampler, pruner)
        changes = []
        if sampler != study.sampler:
            changes.append(f"changed the sampler: {label(study.sampler)} → {label(sampler)}")
        if pruner != study.pruner:
            changes.append(f"changed early stopping: {label(study.pruner)} → {label(pruner)}")
        if not changes:
            return False
        Study.objects.filter(pk=study_id).update(
            sampler=sampler, pruner=pruner, version=F("version") + 1, n_rewrites=F("n_rewrites") + 1
        )
        for change in changes:
            record_event(study_id, change, by=by)
    return True


def label(name: str) -> str:
    """Of a sampler or a pruner."""
    if not name:
        return "none"
    known = SAMPLERS.get(name) or PRUNERS.get(name)
    return known.label if known else name


def check_names(sampler: str, pruner: str) -> None:
    """Raises Refused for a sampler or an early stopping that there is not; an empty pruner is none."""
    if sampler not in SAMPLERS:
        raise Refused(f"There is no sampler {sampler!r}. Choose one of {', '.join(SAMPLERS)}.")
    if pruner and pruner not in PRUNERS:
        raise Refused(f"There is no early stopping {pruner!r}. Choose one of {', '.join(PRUNERS)}.")


def _check(study: Study, sampler: str, pruner: str) -> None:
    check_names(sampler, pruner)
    if sampler == "grid":
        try:
            GridSampler().size(study.search_space)
        except SpaceError as error:
            raise Refused(f"A grid cannot be made of this search space. {error}") from error
