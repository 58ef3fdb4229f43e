"""What people do with a study as a whole, from its start to its restoration."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from dashboard.access.actions import Rank, action
from dashboard.access.actor import Actor
from dashboard.access.rules import Place, place_fields, seen_by
from dashboard.engine import artifacts, budgets, lifecycle, retries
from dashboard.engine.lifecycle import record_event
from dashboard.engine.steering import search, spaces
from dashboard.engine.steering.spaces import SpaceChange
from dashboard.models import MAX_TAGS, Role, Study, Tag
from dashboard.refusal import Refused


@action("study-start", needs=Role.EDITOR)
def start(study: Study, *, by: Actor) -> bool:
    """Let workers claim trials of a draft. Raises QuotaRefused."""
    return lifecycle.start_study(study_id=study.pk, by=by.name)


@action("study-pause", needs=Role.EDITOR)
def pause(study: Study, *, by: Actor) -> bool:
    return lifecycle.pause_study(study_id=study.pk, by=by.name)


@action("study-resume", needs=Role.EDITOR)
def resume(study: Study, *, by: Actor) -> bool:
    return lifecycle.resume_study(study_id=study.pk, by=by.name)


@action("study-drain", needs=Role.EDITOR)
def drain(study: Study, *, by: Actor) -> bool:
    """Stop after the running trials."""
    return lifecycle.drain_study(study_id=study.pk, by=by.name)


@action("study-stop", needs=Role.EDITOR)
def stop(study: Study, *, by: Actor) -> bool:
    return lifecycle.stop_study(study_id=study.pk, by=by.name)


@action("study-retry-lost", needs=Role.EDITOR)
def retry_lost(study: Study, *, by: Actor) -> int:
    return retries.retry_lost_trials(study_id=study.pk, by=by.name)


@action("study-retry-failed", needs=Role.EDITOR)
def retry_failed(study: Study, *, by: Actor, numbers: Collection[int] | None = None) -> int:
    """Train failed trials again, all of them or those with these numbers; says how many."""
    return retries.retry_failed_trials(study_id=study.pk, by=by.name, numbers=numbers)


@action("study-budget", needs=Role.EDITOR)
def change_budget(study: Study, *, by: Actor, **fields: Any) -> None:
    """Raises Refused."""
    budgets.change_budget(study_id=study.pk, by=by.name, **fields)


@action("study-space", needs=Role.EDITOR)
def change_space(
    study: Study,
    *,
    space: Mapping[str, Any],
    defaults: Mapping[str, Any] | None = None,
    seen: int | None = None,
    by: Actor,
) -> SpaceChange:
    """Let the study suggest from this space from now on. Raises SpaceError or Refused."""
    return spaces.change_space(study_id=study.pk, space=space, defaults=defaults, seen=seen, by=by.name)


@action("study-search", needs=Role.EDITOR)
def change_search(study: Study, *, sampler: str, pruner: str, by: Actor) -> bool:
    """Another sampler, or another way to stop trials early. Raises Refused."""
    return search.change_search(study_id=study.pk, sampler=sampler, pruner=pruner, by=by.name)


@action("study-access", needs=Role.OWNER)
def share_study(study: Study, place: Place, *, by: Actor) -> None:
    """Move a study, and what confirms it, to a team, into the open, or back to its owner."""
    with transaction.atomic():
        _with_confirmations(study.pk).update(**place_fields(place), version=F("version") + 1)
        study.refresh_from_db()
        record_event(study.pk, f"made the study {seen_by(study)}", by=by.name)


@action("study-archive", needs=Role.EDITOR)
def archive_study(study: Study, *, is_archived: bool, by: Actor) -> bool:
    """Put an ended study or a draft out of the way, or back. False when there is nothing to do."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        if study.is_archived == is_archived or study.is_active:
            return False
        Study.objects.filter(pk=study.pk).update(is_archived=is_archived, version=F("version") + 1)
        record_event(study.pk, "archived the study" if is_archived else "unarchived the study", by=by.name)
    return True


@action("study-template", needs=Role.EDITOR)
def offer_as_template(study: Study, *, is_template: bool, by: Actor) -> bool:
    """Let new studies begin with this one, for whoever sees it. False when there is nothing to do."""
    with transaction.atomic():
        n = Study.objects.filter(pk=study.pk, confirms=None, is_template=not is_template).update(
            is_template=is_template, version=F("version") + 1
        )
        if n:
            what = "made the study a template" if is_template else "stopped using the study as a template"
            record_event(study.pk, what, by=by.name)
    return bool(n)


@action("study-tags", needs=Role.EDITOR)
def tag_study(study: Study, *, add: Collection[str], remove: Collection[str], by: Actor) -> bool:
    """Add and remove tags. False when there is nothing to do. Raises Refused for too many tags."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        tags = set(study.tags.values_list("name", flat=True))
        new, old = set(add) - tags, tags & set(remove) - set(add)
        if not new and not old:
            return False
        n = len(tags | new) - len(old)
        if n > MAX_TAGS:
            raise Refused(f"A study can have at most {MAX_TAGS} tags, but {study.name} would have {n}.")
        study.tags.filter(name__in=old).delete()
        Tag.objects.bulk_create(Tag(study=study, name=name) for name in sorted(new))
        # Whoever edits its note and tags meanwhile is told.
        changes = {"note_version": F("note_version") + 1, "version": F("version") + 1}
        Study.objects.filter(pk=study.pk).update(**changes)
        record_event(study.pk, "changed the tags", by=by.name)
    return True


def switch_archived(study: Study, *, by: Actor) -> bool:
    return archive_study(study, is_archived=not study.is_archived, by=by)


def switch_template(study: Study, *, by: Actor) -> bool:
    return offer_as_template(study, is_template=not study.is_template, by=by)


@action("study-delete", needs=Role.OWNER)
def delete_study(study: Study, *, by: Actor) -> bool:
    """Hide a study from everybody; one that is active is stopped. Nothing is thrown away yet."""
    with transaction.atomic():
        for pk in _with_confirmations(study.pk).values_list("pk", flat=True):
            lifecycle.stop_study(study_id=pk, by=by.name)
        there = _with_confirmations(study.pk).filter(deleted_at=None)
        n = there.update(deleted_at=Now(), version=F("version") + 1)
        if n:
            record_event(study.pk, "deleted the study", by=by.name)
    return bool(n)


@action("study-restore", needs=Role.OWNER)
def restore_study(study: Study, *, by: Actor) -> bool:
    """Bring a deleted study back, to whoever saw it before."""
    with transaction.atomic():
        gone = _with_confirmations(study.pk).filter(deleted_at__isnull=False)
        n = gone.update(deleted_at=None, version=F("version") + 1)
        if n:
            record_event(study.pk, "restored the study", by=by.name)
    return bool(n)


@action("study-purge", needs=Rank.ADMINISTRATOR)
def purge_study(study: Study, *, by: Actor) -> bool:
    """Throw a deleted study away for good, with its trials and kept models."""
    return artifacts.purge_study(study_id=study.pk)


def _with_confirmations(study_id: int) -> QuerySet[Study]:
    """What is seen on the page of a study goes where it goes."""
    return Study.objects.filter(Q(pk=study_id) | Q(confirms=study_id))
