"""What becomes of old studies, step by step: archived, deleted, thrown away; logs go earlier.

Each rule says which rows it is about; doing it and only saying it look at the same ones.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now

from dashboard.access.actor import Actor
from dashboard.models import Attempt, Study, StudyState
from dashboard.studies.actions import archive_study, delete_study, purge_study

ENDED = (StudyState.FINISHED, StudyState.STOPPED, StudyState.FAILED)


@dataclass(frozen=True)
class Rules:
    """Days; None leaves that step out."""

    logs: int | None = None
    archive: int | None = None
    delete: int | None = None
    purge: int | None = None


@dataclass(frozen=True)
class Step:
    """What a rule does, to which studies. For logs: of which studies."""

    verb: str
    studies: list[Study]


def plan(rules: Rules) -> list[Step]:
    """What would be done now."""
    steps = []
    if rules.logs is not None:
        old = _old_logs(rules.logs).values("trial__study")
        steps.append(Step("clear the logs of", _listed(Study.objects.filter(pk__in=old))))
    if rules.archive is not None:
        steps.append(Step("archive", _listed(_quiet(rules.archive).filter(is_archived=False))))
    if rules.delete is not None:
        steps.append(Step("delete", _listed(_quiet(rules.delete).filter(is_archived=True))))
    if rules.purge is not None:
        gone = Study.objects.filter(deleted_at__lt=Now() - timedelta(days=rules.purge))
        steps.append(Step("purge", _listed(gone)))
    return steps


def carry_out(rules: Rules, *, by: Actor) -> list[Step]:
    """The same, done. A study that somebody uses again meanwhile is left alone."""
    steps = plan(rules)
    if rules.logs is not None:
        _old_logs(rules.logs).update(log="", traceback="")
    done = {
        "archive": lambda study: archive_study(study, is_archived=True, by=by),
        "delete": lambda study: delete_study(study, by=by),
        "purge": lambda study: purge_study(study, by=by),
    }
    return [
        Step(step.verb, [s for s in step.studies if step.verb not in done or done[step.verb](s)])
        for step in steps
    ]


def _quiet(days: int) -> QuerySet[Study]:
    """Studies that ended so long ago, and about which nothing was done or said since."""
    touched = Greatest(
        Coalesce("finished_at", "created_at"),
        Coalesce(Max("events__at"), "created_at"),
        Coalesce(Max("comments__at"), "created_at"),
    )
    studies = Study.objects.filter(deleted_at=None, confirms=None, state__in=ENDED).annotate(touched=touched)
    return studies.filter(touched__lt=Now() - timedelta(days=days))


def _old_logs(days: int) -> QuerySet[Attempt]:
    """Of attempts that ended so long ago, failed or not."""
    old = Attempt.objects.filter(finished_at__lt=Now() - timedelta(days=days))
    return old.exclude(Q(log="") & Q(traceback=""))


def _listed(studies: QuerySet[Study]) -> list[Study]:
    return list(studies.select_related("owner").order_by(F("finished_at").asc(nulls_last=True), "pk"))
