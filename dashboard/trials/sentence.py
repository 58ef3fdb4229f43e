"""What a trial is, where it comes from and how it ended, in a sentence."""

from collections.abc import Sequence

from django.utils import timezone

from dashboard.catalog import sampler_label
from dashboard.models import Attempt, FailureKind, Origin, Study, Trial, TrialState
from dashboard.wording import duration, ordinal, thousands


def trial_sentence(study: Study, trial: Trial, attempts: Sequence[Attempt]) -> str:
    origin, current = _origin(study, trial), attempts[0] if attempts else None
    attempt = f" on the {ordinal(len(attempts))} attempt" if len(attempts) > 1 else ""
    if trial.state == TrialState.RUNNING:
        after = current.resumed_after if current else 0
        where = f", resumed after epoch {thousands(after)}" if after else ""
        return f"{origin}. Running{attempt}{where}.{_time_left(study, trial, current)}"
    if trial.state == TrialState.WAITING:
        return f"{origin}. Waiting for a free slot."
    if trial.shown_state == FailureKind.INFEASIBLE:
        return f"{origin}. Its parameters break a constraint of the model, so it has no value."
    if trial.is_judged:
        words = "Left out of the model" if trial.failure_kind == FailureKind.LEFT_OUT else "Marked as failed"
        return f"{origin}. {words} by {trial.judged['by']}: {trial.failure_message}"
    if trial.state == TrialState.FAILED:
        which = "" if trial.origin == Origin.IMPORTED else f" on the {ordinal(len(attempts))} attempt"
        return f"{origin}. Failed{which}."
    if trial.state == TrialState.PRUNED:
        reason = current.reason if current else f"Stopped at step {thousands(trial.step)}."
        return f"{origin}. {reason}"
    if trial.state == TrialState.CANCELLED:
        return f"{origin}. {trial.failure_message or f'Cancelled with its study. {study.state_reason}.'}"
    # Of a complete attempt: why there is no model to take away.
    reason = f" {current.reason}" if current and current.reason else ""
    how = "Complete" if trial.origin == Origin.IMPORTED else f"Trained to completion{attempt}"
    return f"{origin}. {how}.{reason}"


def _time_left(study: Study, trial: Trial, current: Attempt | None) -> str:
    """At the pace so far, where an epoch has told it."""
    n_steps = study.n_folds or study.max_epochs
    done = trial.step - (current.resumed_after if current else 0)
    if current is None or done < 1 or trial.step >= n_steps:
        return ""
    seconds = (timezone.now() - current.started_at).total_seconds() / done * (n_steps - trial.step)
    return f" About {duration(max(1, round(seconds)))} left unless it is pruned."


def _origin(study: Study, trial: Trial) -> str:
    """Where the params come from."""
    if trial.origin in {Origin.COPY, Origin.ENQUEUED}:
        return str(trial.explanation.get("text", ""))
    if trial.origin == Origin.IMPORTED:
        return "Imported"
    if trial.origin == Origin.STARTUP:
        return f"Starting point from {sampler_label(study.sampler)}"
    chosen_by = trial.explanation.get("chosen_by")
    chosen = f", chosen by {sampler_label(str(chosen_by))}" if chosen_by else ""
    return f"Proposed by {sampler_label(trial.sampler or study.sampler)}{chosen}"
