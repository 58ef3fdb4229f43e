"""When a study is over, and why, in words."""

from django.db.models import Count, Q
from django.db.models.functions import Now

from dashboard.models import FailureKind, Study, StudyState, Trial, TrialState
from dashboard.services.studies import OPEN_TRIALS, end_study
from dashboard.templatetags.format import count_noun, duration


def end_study_if_done(*, study_id: int) -> bool:
    """Check every limit of the study; the first one reached ends it."""
    study = Study.objects.annotate(now=Now()).get(pk=study_id)
    if study.state != StudyState.RUNNING:
        return False
    if study.max_seconds and study.seconds_at(study.now) >= study.max_seconds:
        reason = f"Time up: {duration(study.max_seconds)}"
        return end_study(study_id=study_id, state=StudyState.FINISHED, reason=reason)
    counts = study.trials.aggregate(n=Count("id"), n_open=Count("id", filter=Q(state__in=OPEN_TRIALS)))
    if counts["n"] >= study.max_trials and not counts["n_open"]:
        return _end_with_budget(study)
    kinds = _latest_failures(study)
    if len(kinds) >= study.max_failures:
        common = FailureKind(max(set(kinds), key=kinds.count)).label
        reason = f"{count_noun(len(kinds), 'failure')} in a row: {common}"
        return end_study(study_id=study_id, state=StudyState.FAILED, reason=reason)
    return False


def _end_with_budget(study: Study) -> bool:
    if not study.trials.filter(state=TrialState.COMPLETE).exists():
        reason = f"No trial of {study.max_trials} completed"
        return end_study(study_id=study.pk, state=StudyState.FAILED, reason=reason)
    reason = f"Budget reached: {count_noun(study.max_trials, 'trial')}"
    return end_study(study_id=study.pk, state=StudyState.FINISHED, reason=reason)


def _latest_failures(study: Study) -> list[str]:
    """Failure kinds of the trials that ended last, newest first, up to the first one that did not fail."""
    latest = (
        Trial.objects.filter(study=study)
        .exclude(state__in=(*OPEN_TRIALS, TrialState.CANCELLED))
        .order_by("-finished_at", "-number")
        .values_list("state", "failure_kind")[: study.max_failures]
    )
    kinds = []
    for state, kind in latest:
        if state != TrialState.FAILED:
            break
        kinds.append(kind)
    return kinds
