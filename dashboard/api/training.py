"""A training elsewhere asks for a trial, reports, and tells how it ended, under a lease as workers have."""

import math
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from ninja import Router

from dashboard.api.auth import Caller, caller_of, worker_name
from dashboard.api.problems import Problem
from dashboard.api.render import rendered
from dashboard.api.replies import once
from dashboard.api.trial_schemas import (
    AskedTrial,
    AskIn,
    AskOut,
    HeartbeatIn,
    HeartbeatOut,
    ReportIn,
    ReportOut,
    StepIn,
    TellIn,
    TrialOut,
)
from dashboard.engine import fences
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import Fence, Outcome, Step
from dashboard.engine.search.pruning import Judge
from dashboard.models import Access, Attempt, AttemptState, FailureKind, Study, Trial, TrialState
from dashboard.wording import clean_text, count_noun
from optimizer.objective import to_loss

router = Router(tags=["Training"])
ENDED_AS = {
    "complete": AttemptState.COMPLETE,
    "pruned": AttemptState.PRUNED,
    "failed": AttemptState.FAILED,
    "infeasible": AttemptState.FAILED,
    "returned": AttemptState.RETURNED,
}


@router.post("/studies/{int:study_id}/ask", response=AskOut, summary="Ask for trials")
@once
def ask(request: HttpRequest, study_id: int, payload: AskIn) -> HttpResponse:
    """Trials to train, each with its params and a lease. Fewer than asked for where there are no more now."""
    caller = caller_of(request)
    study = _external(caller, study_id)
    trials = []
    for _ in range(payload.n):
        trial = claim_trial_of(study_id=study.pk, worker=worker_name(caller), lease=payload.lease)
        if trial is None:
            break
        trial.study = study
        trials.append(
            AskedTrial(
                number=trial.number,
                attempt=trial.attempt,
                params=trial.params,
                seed=trial.training_seed,
                lease=payload.lease or settings.LEASE_SECONDS,
            )
        )
    if len(trials) < payload.n:
        study.refresh_from_db(fields=["state", "state_reason", "ends_as", "max_trials", "n_parallel"])
    reason = "" if len(trials) == payload.n else _why_none(study)
    return rendered(AskOut(trials=trials, state=study.state, reason=reason))


@router.post(
    "/studies/{int:study_id}/trials/{int:number}/heartbeat",
    response=HeartbeatOut,
    summary="Renew the lease of a trial",
)
def heartbeat(request: HttpRequest, study_id: int, number: int, payload: HeartbeatIn) -> HttpResponse:
    """Say that the training goes on. 409 `late` where the trial is not yours any more: end the training."""
    _, fence, _ = _training(request, study_id, number, payload.attempt)
    if not fences.renew_lease(fence):
        raise _late(fence)
    return rendered(HeartbeatOut(lease=fence.lease or settings.LEASE_SECONDS))


@router.post(
    "/studies/{int:study_id}/trials/{int:number}/report",
    response=ReportOut,
    summary="Report epochs of a trial",
)
def report(request: HttpRequest, study_id: int, number: int, payload: ReportIn) -> HttpResponse:
    """Record metrics by epoch, renew the lease, and hear whether to go on. The same step twice is one."""
    study, fence, attempt = _training(request, study_id, number, payload.attempt)
    # A pruner sees the whole curve of the trial; without one, only steps that come again matter.
    reports = (
        attempt.reports if study.pruner else attempt.reports.filter(step__in=[s.step for s in payload.steps])
    )
    known = dict(reports.values_list("step", "metrics"))
    steps = [step for step in _steps(payload.steps, attempt) if step.number not in known]
    log = clean_text(payload.log, 100_000) if payload.log else attempt.log
    if not fences.report_steps(fence, steps=steps, objective=study.objective, log=log):
        raise _late(fence)
    judge = Judge(study, number)
    judge.know({step: metrics.get(study.objective) for step, metrics in known.items()})
    found = judge.find_hopeless_step({step.number: step.metrics.get(study.objective) for step in steps})
    reason = found[1].text if found else ""
    return rendered(ReportOut(should_prune=found is not None, reason=reason))


@router.post(
    "/studies/{int:study_id}/trials/{int:number}/tell", response=TrialOut, summary="Tell how a trial ended"
)
def tell(request: HttpRequest, study_id: int, number: int, payload: TellIn) -> HttpResponse:
    """Record the result, once. The same result told twice is answered alike; another one is refused."""
    study, fence, attempt = _training(request, study_id, number, payload.attempt)
    is_recorded = _record(study, fence, attempt, payload)
    trial = study.trials.get(number=number)
    if not is_recorded and not _is_same(trial, fence, payload):
        raise _late(fence)
    return rendered(TrialOut.of(trial))


def _record(study: Study, fence: Fence, attempt: Attempt, told: TellIn) -> bool:
    message = clean_text(told.message, 500)
    match told.state:
        case "complete":
            return fences.finish_trial(fence, _outcome(study, attempt, told))
        case "pruned":
            last = attempt.reports.order_by("step").last()
            if last is None:
                raise Problem(422, "no-report", "A pruned trial needs a report. Report an epoch, then tell.")
            step = Step(last.step, last.metrics, last.seconds)
            reason = message or f"Stopped early after epoch {last.step}."
            value = last.metrics.get(study.objective)
            return fences.prune_trial(fence, step=step, value=value, reason=reason)
        case "returned":
            return fences.return_trial(fence, reason=message or "Handed back by whoever trained it.")
        case _:
            kind = FailureKind.INFEASIBLE if told.state == "infeasible" else FailureKind.ERROR
            return fences.fail_trial(
                fence,
                kind=kind,
                message=message or "The training failed without a message.",
                traceback=clean_text(told.traceback, 100_000),
                metrics=_finite(told.metrics),
            )


def _outcome(study: Study, attempt: Attempt, told: TellIn) -> Outcome:
    reported = attempt.reports.order_by("step").values_list("step", "metrics")
    value = told.value
    with_value = [(step, metrics) for step, metrics in reported if _is_number(metrics.get(study.objective))]
    best = min(with_value, key=lambda row: to_loss(row[1][study.objective], study.direction), default=None)
    if value is None and study.objective in told.metrics:
        value = told.metrics[study.objective]
    if value is None:
        if best is None:
            words = f"A complete trial needs a value. Send value, or report {study.objective} before."
            raise Problem(422, "no-value", words)
        value = best[1][study.objective]
    same = next((row for row in with_value if row[1][study.objective] == value), None)
    at = same or best
    metrics = {**(_finite(at[1]) if at else {}), **_finite(told.metrics)}
    if math.isfinite(value):
        metrics[study.objective] = value
    return Outcome(
        value=value,
        best_step=at[0] if at else 0,
        metrics=metrics,
        seconds=_seconds(attempt) if told.seconds is None else told.seconds,
        n_parameters=told.n_parameters,
        environment={},
    )


def _steps(sent: Sequence[StepIn], attempt: Attempt) -> list[Step]:
    """In their order, each once; the last of several with one number counts."""
    now = _seconds(attempt)
    by_number = {
        each.step: Step(
            each.step,
            {name: value if _is_number(value) else None for name, value in each.metrics.items()},
            now if each.seconds is None else each.seconds,
        )
        for each in sent
    }
    return [by_number[number] for number in sorted(by_number)]


def _seconds(attempt: Attempt) -> float:
    """Since the attempt began, by the clock of the database."""
    passed = attempt.now - attempt.started_at  # type: ignore[attr-defined]
    return float(max(0.0, passed.total_seconds()))


def _external(caller: Caller, study_id: int) -> Study:
    study = caller.study(study_id, Access.TRAIN)
    if not study.is_external:
        raise Problem(
            409,
            "not-external",
            f"Parzen's own workers train the trials of {study.name}. Make a study that you train yourself.",
        )
    return study


def _training(
    request: HttpRequest, study_id: int, number: int, attempt_number: int
) -> tuple[Study, Fence, Attempt]:
    """The study, the fence and the attempt, with the database's clock as `now`; 404 where there is none."""
    study = _external(caller_of(request), study_id)
    found = Attempt.objects.filter(trial__study=study, trial__number=number, number=attempt_number)
    attempt = found.annotate(now=Now()).first()
    if attempt is None:
        words = f"Trial #{number} of {study.name} has no attempt {attempt_number}."
        raise Problem(404, "no-attempt", words)
    fence = Fence(study.pk, attempt.trial_id, number, attempt_number, attempt.lease_seconds)
    return study, fence, attempt


def _late(fence: Fence) -> Problem:
    trial = Trial.objects.get(pk=fence.trial_id)
    if trial.attempt != fence.attempt:
        what = (
            f"it is at attempt {trial.attempt} now, because attempt {fence.attempt} was silent for too long"
        )
    elif trial.state == TrialState.CANCELLED:
        what = "it was cancelled"
    else:
        what = f"it is {trial.state}"
    return Problem(409, "late", f"Nothing was recorded for trial {trial}: {what}. End this training.")


def _is_same(trial: Trial, fence: Fence, told: TellIn) -> bool:
    """Whether this was told before, by a client that did not hear the answer."""
    attempt = fence.attempts().get()
    if attempt.state != ENDED_AS[told.state]:
        # a value that is not finite was recorded as a failure
        return (
            told.state == "complete"
            and told.value is not None
            and not math.isfinite(told.value)
            and attempt.failure_kind == FailureKind.DIVERGED
        )
    if told.state != "complete":
        return True
    return trial.attempt == fence.attempt and told.value in (None, trial.value)


def _why_none(study: Study) -> str:
    if study.state != "running":
        return study.state_reason or f"The study is {study.get_state_display().lower()}."
    if study.ends_as:
        return "The study ends with the trials that run now."
    n_running = study.trials.filter(state=TrialState.RUNNING).count()
    if n_running >= study.n_parallel:
        return f"{count_noun(n_running, 'trial')} running, as many as the study allows at once."
    if n_running:
        return "All trials of the budget were asked for; some still run."
    return "There is no trial to train now."


def _finite(metrics: dict[str, Any]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    return value is not None and math.isfinite(value)
