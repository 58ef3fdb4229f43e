"""The budgets of a study: when it is over, and why, in words.

The total number of trials is kept where trials are made, under the lock of the study (`claims`).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.db.models import Case, QuerySet, When
from django.db.models.functions import Now

import optimizer
from dashboard.engine.lifecycle import OPEN_TRIALS, end_study
from dashboard.engine.search.observations import n_made
from dashboard.engine.trials import INFEASIBLE, best_value, is_failure
from dashboard.models import FailureKind, Study, StudyState, Trial, TrialState
from dashboard.models.study import Direction
from dashboard.models.study_fields import study_field
from dashboard.wording import count_noun, duration
from dashboard.wording import value as show_value
from optimizer.objective import improvement, is_at_least
from trainers.registry import is_percent

Ending = tuple[StudyState, str]
# Trials that tell whether a study still improves.
FINISHED_TRIALS = (TrialState.COMPLETE, TrialState.PRUNED)


def end_study_if_done(*, study_id: int) -> bool:
    """Check every limit of the study; the first one reached ends it."""
    return end_if_done(with_now(Study.objects.all()).get(pk=study_id))


def with_now(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Studies as budgets are checked: with the database's clock as `now`."""
    return studies.defer("space").annotate(now=Now())


def end_if_done(study: Study) -> bool:
    """The same for one that was just read, `with_now`."""
    if study.state != StudyState.RUNNING:
        return False
    ending = _drained(study) if study.ends_as else next(_reached(study), None)
    if ending is None:
        return False
    state, reason = ending
    return end_study(study_id=study.pk, state=state, reason=reason)


def end_study_if_time_is_up(study: Study) -> bool:
    """Check the one limit that is reached while nothing happens. The study comes with `now`."""
    ending = _time_is_up(study) if study.state == StudyState.RUNNING and not study.ends_as else None
    return ending is not None and end_study(study_id=study.pk, state=ending[0], reason=ending[1])


def _drained(study: Study) -> Ending | None:
    """A study that makes no new trials ends with its last open one; no other limit cuts that one short.

    It ends as it was to end, unless it had failed for want of a complete trial and has one now.
    """
    if study.trials.filter(state__in=OPEN_TRIALS).exists():
        return None
    afresh = _trials_are_used_up(study) if study.ends_as == StudyState.FAILED else None
    return afresh or (StudyState(study.ends_as), study.ends_because)


def _reached(study: Study) -> Iterator[Ending]:
    # A trial can reach several limits at once. The first is the reason that people read: the target comes
    # before the budget, and both before the signs of a study that goes nowhere.
    checks: tuple[Callable[[Study], Ending | None], ...] = (
        _time_is_up,
        _target_is_reached,
        _trials_are_used_up,
        _is_stale,
        _keeps_failing,
    )
    return filter(None, (check(study) for check in checks))


def _time_is_up(study: Study) -> Ending | None:
    if not study.max_seconds or study.seconds_at(study.now) < study.max_seconds:  # type: ignore[attr-defined]
        return None
    return StudyState.FINISHED, f"Time limit reached: {duration(study.max_seconds)}"


def _target_is_reached(study: Study) -> Ending | None:
    if study.target_value is None:
        return None
    best = best_value(study)
    if best is None or not is_at_least(best, study.target_value, study.direction):
        return None
    sign = Direction(study.direction).bound_sign
    show = partial(show_value, is_percent=is_percent(study.trainer, study.objective))
    reached = f"{study.objective} {show(best)} {sign} {show(study.target_value)}"
    return StudyState.FINISHED, f"Target reached: {reached}"


def _trials_are_used_up(study: Study) -> Ending | None:
    if n_made(study.pk) < study.max_trials or study.trials.filter(state__in=OPEN_TRIALS).exists():
        return None
    if not _complete(study).exists():
        return StudyState.FAILED, _none_completed(study)
    return StudyState.FINISHED, f"Budget reached: {count_noun(study.max_trials, 'trial')}"


def _none_completed(study: Study) -> str:
    ended = study.trials.exclude(state=TrialState.CANCELLED)
    is_infeasible = not ended.exclude(INFEASIBLE).exists()
    if study.max_trials == 1:
        return "The only trial is infeasible" if is_infeasible else "The only trial did not complete"
    n = count_noun(study.max_trials, "trial")
    return f"All {n} are infeasible" if is_infeasible else f"None of the {n} completed"


def _is_stale(study: Study) -> Ending | None:
    n = study.max_stale_trials
    if n is None:
        return None
    finished = study.trials.filter(state__in=FINISHED_TRIALS).order_by("finished_at", "number")
    values = finished.values_list(Case(When(state=TrialState.COMPLETE, then="value")), flat=True)
    if n_stale_trials(values, study.direction, study.min_improvement) < n:
        return None
    improvement = study_field("min_improvement")
    by = f" of at least {improvement.show(study.min_improvement)}" if study.min_improvement else ""
    return StudyState.FINISHED, f"No improvement{by} in {count_noun(n, 'trial')}"


def n_stale_trials(
    values: Iterable[float | None], direction: optimizer.Direction, min_improvement: float
) -> int:
    """How many trials have finished since the last that improved the best value by so many percent of it.

    Values in the order of finishing, None for a pruned trial. A gain that is too small leaves the mark where
    it was, so that many small ones add up.
    """
    mark, n = None, 0
    for value in values:
        gain = 0.0 if value is None or mark is None else improvement(value, mark, direction)
        if value is not None and (mark is None or (gain > 0 and gain >= abs(mark) * min_improvement / 100)):
            mark, n = value, 0
        elif mark is not None:
            n += 1
    return n


def _keeps_failing(study: Study) -> Ending | None:
    kinds = _latest_failures(study)
    if len(kinds) < study.max_failures:
        return None
    common = FailureKind(max(set(kinds), key=kinds.count)).label
    return StudyState.FAILED, f"{count_noun(len(kinds), 'failure')} in a row: {common}"


def _complete(study: Study) -> QuerySet[Trial]:
    return study.trials.filter(state=TrialState.COMPLETE)


def _latest_failures(study: Study) -> list[str]:
    """Failure kinds of the trials that ended last, newest first, up to the first one that did not fail."""
    trials = (
        study.trials.filter(finished_at__gt=study.failures_since) if study.failures_since else study.trials
    )
    latest = (
        trials.exclude(state__in=(*OPEN_TRIALS, TrialState.CANCELLED))
        .exclude(failure_kind=FailureKind.MARKED)  # a person looks after these
        .order_by("-finished_at", "-number")
        .values_list("state", "failure_kind")[: study.max_failures]
    )
    kinds = []
    for state, kind in latest:
        if not is_failure(state, kind):
            break
        kinds.append(kind)
    return kinds
