"""What the API does that no page does, and what people do with tokens: every attempt is recorded."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.secret_links import digest_of
from dashboard.api.auth import SHOWN, new_token
from dashboard.engine.lifecycle import create_study, record_event, start_study
from dashboard.engine.steering.search import check_names
from dashboard.models import Access, ApiToken, Role, Study, Tag, Team
from dashboard.models.study import EXTERNAL_TRAINER
from dashboard.models.study_fields import copy_fields, study_field
from dashboard.refusal import Refused

MAX_TOKENS = 50
# What a study that somebody trains elsewhere has, unless they say otherwise.
EXTERNAL_SETTINGS = {
    "max_trials": 100,
    "max_epochs": 100,
    "n_parallel": 16,
    "sampler": "auto",
    "pruner": "",
}


@action("study-new-external")
def make_external_study(
    *, space: Mapping[str, Any], is_draft: bool, by: Actor, tags: tuple[str, ...] = (), **fields: Any
) -> Study:
    """A study whose trials are asked for over the API. Raises ValidationError, SpaceError or Refused."""
    settings = {**EXTERNAL_SETTINGS, **fields}
    check_names(settings["sampler"], settings["pruner"])
    with transaction.atomic():
        study = create_study(
            owner=by.account, space=dict(space), trainer=EXTERNAL_TRAINER, dataset="", **settings
        )
        Tag.objects.bulk_create(Tag(study=study, name=name) for name in sorted(set(tags)))
        if not is_draft:
            start_study(study_id=study.pk, by=by.name)
            study.refresh_from_db()
    return study


@action("study-clone", needs=Role.VIEWER)
def clone_study(study: Study, *, is_draft: bool, by: Actor, **changes: Any) -> Study:
    """Another study with the same data, trainer, space and settings, but for the changes."""
    check_names(changes.get("sampler", "auto"), changes.get("pruner", ""))
    if study.confirms_id is not None or study.imported:
        raise Refused(f"{study.name} cannot be copied. Copy a study that searches here.")
    fields = {field.name: getattr(study, field.name) for field in copy_fields()}
    fields |= {"split_seed": study.split_seed, "name": _copied_name(study), **changes}
    with transaction.atomic():
        made = create_study(owner=by.account, **fields)
        record_event(made.pk, f"copied from {study.name}", by=by.name)
        if not is_draft:
            start_study(study_id=made.pk, by=by.name)
            made.refresh_from_db()
    return made


def _copied_name(study: Study) -> str:
    limit = int(study_field("name").high or 100)
    return f"{study.name[: limit - 7]} (copy)"


@action("api-token-new")
def make_token(
    *,
    name: str,
    access: Access,
    days: int | None,
    by: Actor,
    team: Team | None = None,
    study: Study | None = None,
) -> tuple[ApiToken, str]:
    """The token, and its text, which is told this once. Raises Refused."""
    if ApiToken.objects.filter(user=by.account, revoked_at=None).count() >= MAX_TOKENS:
        raise Refused(f"You have {MAX_TOKENS} tokens. Revoke one that you do not need.")
    text = new_token()
    token = ApiToken.objects.create(
        user=by.account,
        name=name,
        prefix=text[:SHOWN],
        digest=digest_of(text),
        access=access,
        team=team,
        study=study,
        expires_at=None if days is None else timezone.now() + timedelta(days=days),
    )
    return token, text


@action("api-token-revoke")
def revoke_token(*, token: ApiToken, by: Actor) -> bool:
    """At once and for good. One that was no good any more is deleted."""
    if token.revoked_at or token.is_expired(timezone.now()):
        token.delete()
        return True
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    return True


@action("api-token-extend")
def extend_token(*, token: ApiToken, days: int, by: Actor) -> bool:
    """Let it be good for so many days from now."""
    if token.revoked_at:
        raise Refused(f"The token {token} was revoked. Make another one.")
    token.expires_at = timezone.now() + timedelta(days=days)
    token.save(update_fields=["expires_at"])
    return True
