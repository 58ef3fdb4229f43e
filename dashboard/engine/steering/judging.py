"""What people say of ended trials: that one failed after all, or is to teach nobody anything.

Its state follows, so that whoever asks for complete trials, counts or failures asks for nothing else. The
columns that this changes are kept, and undoing puts them back as they were.
"""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.engine.endings import end_study_if_done
from dashboard.engine.lifecycle import OPEN_TRIALS, check_steerable, record_event
from dashboard.models import JUDGED_KINDS, FailureKind, Study, Trial, TrialState
from dashboard.refusal import Refused, check_text

MAX_REASON = 300
WORDS = {
    FailureKind.MARKED: "marked trial {} as failed",
    FailureKind.LEFT_OUT: "left trial {} out of the model",
}
# A trial that is left out is one of those that have told nothing.
STATES = {FailureKind.MARKED: TrialState.FAILED, FailureKind.LEFT_OUT: TrialState.CANCELLED}
KEPT = ("state", "failure_kind", "failure_message", "value")


def judge_trial(*, study_id: int, number: int, kind: FailureKind, reason: str, by: str) -> None:
    """Mark a trial as failed, or leave it out of the model. Raises Refused, and then nothing is written."""
    reason = " ".join(reason.split())
    check_text(reason)
    if not reason:
        raise Refused("Enter a reason. It is shown with the trial and in the history.")
    if len(reason) > MAX_REASON:
        raise Refused(f"A reason can have at most {MAX_REASON} characters, but this one has {len(reason)}.")
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        trial = study.trials.get(number=number)
        _check_judged(study, trial, kind)
        before: dict[str, Any] = {name: getattr(trial, name) for name in KEPT}
        is_winner = study.winner_id == trial.pk
        judged = {
            "kind": str(kind),
            "reason": reason,
            "by": by,
            "before": before,
            "is_winner": is_winner,
        }
        study.trials.filter(pk=trial.pk).update(
            state=STATES[kind],
            failure_kind=kind,
            failure_message=reason,
            value=None,
            judged=judged,
            judged_at=Now(),
        )
        what = WORDS[kind].format(trial) + (", which was the winner" if is_winner else "")
        _record(study, f"{what}: {reason}", by, **({"winner": None} if is_winner else {}))
    end_study_if_done(study_id=study_id)


def undo_judgement(*, study_id: int, number: int, by: str) -> bool:
    """As it was before. False when nobody has judged the trial."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        check_steerable(study)
        trial = study.trials.get(number=number)
        if not trial.is_judged:
            return False
        judged = trial.judged
        study.trials.filter(pk=trial.pk).update(judged={}, judged_at=None, **judged["before"])
        is_winner = judged["is_winner"] and study.winner_id is None
        what = WORDS[FailureKind(judged["kind"])].format(trial)
        words = f"took back: {what}" + (", which is the winner again" if is_winner else "")
        _record(study, words, by, **({"winner": trial} if is_winner else {}))
    end_study_if_done(study_id=study_id)
    return True


def _check_judged(study: Study, trial: Trial, kind: FailureKind) -> None:
    check_steerable(study)
    if trial.failure_kind in JUDGED_KINDS:
        raise Refused(f"Trial {trial} is already {trial.get_failure_kind_display()}. Undo that first.")
    if trial.state in OPEN_TRIALS:
        raise Refused(f"Trial {trial} has not ended. Wait for it, or remove it while it waits.")
    if trial.state == TrialState.CANCELLED:
        raise Refused(f"Trial {trial} was cancelled, so the model does not know it.")
    if kind == FailureKind.MARKED and trial.state == TrialState.FAILED:
        raise Refused(f"Trial {trial} has already failed.")


def _record(study: Study, what: str, by: str, **fields: Any) -> None:
    record_event(study.pk, what, by=by)
    Study.objects.filter(pk=study.pk).update(
        version=F("version") + 1, n_rewrites=F("n_rewrites") + 1, **fields
    )
