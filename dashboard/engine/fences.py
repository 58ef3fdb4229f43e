"""What becomes of a claimed trial. Each write names its attempt, and a late one changes nothing."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from dashboard.engine.clock import lease_end
from dashboard.engine.counters import count
from dashboard.engine.endings import end_if_done, with_now
from dashboard.engine.hints import announce_work
from dashboard.engine.lifecycle import leave_slot, touch_study
from dashboard.engine.retries import LOSSES, counted_with, n_retries
from dashboard.logs import log_context
from dashboard.models import (
    Attempt,
    AttemptState,
    CountedEvent,
    FailureKind,
    Report,
    Study,
    Trial,
    TrialState,
)
from dashboard.wording import count_noun

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fence:
    """One execution of one trial; only the current one may write."""

    study_id: int
    trial_id: int
    number: int  # of the trial, in its study
    attempt: int
    # Seconds of a lease, where they are others than those of workers.
    lease: int | None = None

    @classmethod
    def of(cls, trial: Trial) -> Self:
        return cls(trial.study_id, trial.pk, trial.number, trial.attempt)

    def trials(self) -> QuerySet[Trial]:
        return Trial.objects.filter(pk=self.trial_id, attempt=self.attempt, state=TrialState.RUNNING)

    def attempts(self) -> QuerySet[Attempt]:
        return Attempt.objects.filter(trial_id=self.trial_id, number=self.attempt)


@dataclass(frozen=True)
class Step:
    number: int
    metrics: dict[str, float | None]
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """A completed training."""

    value: float
    best_step: int
    metrics: dict[str, float]
    seconds: float
    n_parameters: int | None
    environment: dict[str, Any]
    # Why its network could not be saved, in a sentence.
    unkept: str = ""

    @property
    def note(self) -> str:
        return f"{UNKEPT} {self.unkept}"[:500] if self.unkept else ""


# How the reason of a complete attempt begins, as a page shows it.
UNKEPT = "The model could not be saved:"


def renew_lease(fence: Fence) -> bool:
    """False when the trial is no longer ours: then its training has to end."""
    return bool(fence.trials().update(lease_until=lease_end(fence.lease)))


def is_current(fence: Fence) -> bool:
    return fence.trials().exists()


def report_steps(
    fence: Fence,
    *,
    steps: Sequence[Step],
    objective: str,
    log: str,
    peak_memory: int | None = None,
    resumed_after: int = 0,
) -> bool:
    """Record steps, the log's tail, and behind which saved epoch the attempt went on.

    False, and nothing recorded, when the attempt is not current.
    """
    with _locked(fence) as study:
        # Whoever reports is alive, so a report renews the lease as a heartbeat does.
        fields: dict[str, Any] = {"lease_until": lease_end(fence.lease)}
        if steps:
            fields |= {"step": steps[-1].number, "step_value": steps[-1].metrics.get(objective)}
        if not fence.trials().update(**fields):
            return _refuse(fence, "report")
        attempt = fence.attempts().get()
        Report.objects.bulk_create(
            [Report(attempt=attempt, step=s.number, metrics=s.metrics, seconds=s.seconds) for s in steps],
            ignore_conflicts=True,  # steps come again where the answer to their commit was lost
        )
        fence.attempts().update(log=log, peak_memory=peak_memory, resumed_after=resumed_after)
        touch_study(study.pk)
    return True


def finish_trial(fence: Fence, outcome: Outcome) -> bool:
    """Record the value, once. A value that is not finite is a failed trial, never a number."""
    if not math.isfinite(outcome.value):
        message = f"The objective is {outcome.value} at step {outcome.best_step}."
        return fail_trial(fence, kind=FailureKind.DIVERGED, message=message)
    with _locked(fence) as study:
        recorded = fence.trials().update(
            state=TrialState.COMPLETE,
            value=outcome.value,
            best_step=outcome.best_step,
            metrics=outcome.metrics,
            seconds=outcome.seconds,
            n_parameters=outcome.n_parameters,
            finished_at=Now(),
            lease_until=None,
        )
        if recorded:
            fence.attempts().update(
                state=AttemptState.COMPLETE,
                finished_at=Now(),
                environment=outcome.environment,
                reason=outcome.note,
            )
            _has_ended(study)
    return _after(fence, recorded, "result")


def prune_trial(fence: Fence, *, step: Step, value: float | None, reason: str) -> bool:
    """Stop a trial that is not worth going on with. It keeps what it reported, and has no value."""
    with _locked(fence) as study:
        recorded = fence.trials().update(
            state=TrialState.PRUNED,
            step=step.number,
            step_value=value,
            seconds=step.seconds,
            finished_at=Now(),
            lease_until=None,
        )
        if recorded:
            fence.attempts().update(state=AttemptState.PRUNED, reason=reason[:500], finished_at=Now())
            _has_ended(study)
    return _after(fence, recorded, "pruning")


def fail_trial(
    fence: Fence,
    *,
    kind: FailureKind,
    message: str,
    traceback: str = "",
    metrics: Mapping[str, float] | None = None,
) -> bool:
    """The training failed: another attempt where the study allows one for this kind, or a failed trial."""
    with _locked(fence) as study:
        recorded = _record_failure(
            study, fence, AttemptState.FAILED, kind, message, traceback=traceback, metrics=metrics
        )
    return _after(fence, recorded, f"failure ({kind})")


def lose_trial(fence: Fence, *, reason: str, if_expired: bool = False, is_own_death: bool = False) -> bool:
    """The worker, or the training's own process, died: another attempt, or a failed trial after too many."""
    kind = FailureKind.DIED if is_own_death else FailureKind.LOST
    with _locked(fence) as study:
        # Under the lock: the worker may have renewed its lease since the reaper listed it.
        if if_expired and not fence.trials().filter(lease_until__lt=Now()).exists():
            return False
        recorded = _record_failure(study, fence, AttemptState.LOST, kind, reason)
    return _after(fence, recorded, "loss")


def _record_failure(
    study: Study,
    fence: Fence,
    state: AttemptState,
    kind: FailureKind,
    reason: str,
    *,
    traceback: str = "",
    metrics: Mapping[str, float] | None = None,
) -> bool:
    """Another attempt where the study's policy has one left, else a failed trial. Needs the study locked."""
    trial = fence.trials().first()
    if trial is None:
        return False
    alike = trial.attempts.filter(failure_kind__in=counted_with(kind), number__gt=trial.retried_after)
    # Only what failed since a person retried the trial, if anybody did.
    before = list(alike.values_list("failure_kind", flat=True))
    if len(before) < n_retries(study, kind):
        fields: dict[str, Any] = {"state": TrialState.WAITING}
        announce_work(1, study.queue)
    else:
        fields = {
            "state": TrialState.FAILED,
            # One death of its own is enough to say something about the params.
            "failure_kind": FailureKind.DIED if FailureKind.DIED in before else kind,
            "failure_message": (_how_often(kind, len(before) + 1) + reason)[:500],
            "metrics": dict(metrics or {}),
            "finished_at": Now(),
        }
    fence.trials().update(lease_until=None, **fields)
    fence.attempts().update(
        state=state, failure_kind=kind, reason=reason[:500], traceback=traceback, finished_at=Now()
    )
    _has_ended(study)
    return True


def _has_ended(study: Study) -> None:
    """An attempt has: pages have to show it, and it may have been the study's last. Needs the lock."""
    leave_slot(study, study.now)  # type: ignore[attr-defined]
    end_if_done(study)


def _how_often(kind: FailureKind, n: int) -> str:
    verb = "Lost" if kind in LOSSES else "Failed"
    return f"{verb} {count_noun(n, 'time')}. " if n > 1 else ""


def return_trial(fence: Fence, *, reason: str) -> bool:
    """Hand a trial back unharmed, for example because its worker shuts down."""
    with _locked(fence) as study:
        recorded = fence.trials().update(state=TrialState.WAITING, lease_until=None)
        if recorded:
            fence.attempts().update(state=AttemptState.RETURNED, reason=reason[:500], finished_at=Now())
            leave_slot(study, study.now)  # type: ignore[attr-defined]
            announce_work(1, study.queue)
    return bool(recorded)


def reap_lost_trials() -> int:
    """Give every trial whose lease is over another attempt. Returns how many there were."""
    expired = Trial.objects.filter(state=TrialState.RUNNING, lease_until__lt=Now())
    n = 0
    for fence in [Fence(*row) for row in expired.values_list("study_id", "pk", "number", "attempt")]:
        lease, worker = fence.attempts().values_list("lease_seconds", "worker").first() or (None, "")
        seconds = settings.LEASE_SECONDS if lease is None else lease
        reason = f"The worker did not respond for {seconds} s."
        if lose_trial(fence, reason=reason, if_expired=True):
            n += 1
            count(CountedEvent.LEASE_EXPIRY)
            with _about(fence):
                logger.warning("lease expired: %s did not respond for %s s", worker, seconds)
    return n


@contextmanager
def _locked(fence: Fence) -> Iterator[Study]:
    """A transaction that locks study, trial, attempt in this order, as `end_study` does: no deadlock."""
    with transaction.atomic():
        study = with_now(Study.objects.select_for_update()).filter(pk=fence.study_id).first()
        yield study or Study()  # of one that is gone no trial is there either, so nothing will be recorded


def _after(fence: Fence, recorded: int, what: str) -> bool:
    """Say what was recorded."""
    if not recorded:
        return _refuse(fence, what)
    with _about(fence):
        logger.info("%s recorded", what)
    return True


def _refuse(fence: Fence, what: str) -> bool:
    """A late write changes nothing. After a cancellation it is expected; else a worker has lost its trial."""
    trial = Trial.objects.filter(pk=fence.trial_id)
    state, attempt = trial.values_list("state", "attempt").first() or ("gone", None)
    with _about(fence):
        if state == TrialState.CANCELLED:
            logger.info("late %s refused: the trial was cancelled", what)
        else:
            logger.warning("late %s refused: the trial is %s at attempt %s", what, state, attempt)
            count(CountedEvent.STALE_WRITE)
    return False


def _about(fence: Fence) -> AbstractContextManager[None]:
    """Names the execution in log lines; who writes is in the context already, where it is a worker."""
    return log_context(study=fence.study_id, trial=fence.number, attempt=fence.attempt)
