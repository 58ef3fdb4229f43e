"""Whether a running trial is worth going on with, from what all trials of its study have reported."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dashboard.engine.search.observations import values_at
from dashboard.models import Study
from dashboard.wording import value as show_value
from optimizer.pruners import Decision, Pruner, create_pruner
from optimizer.reports import Reports
from trainers.registry import is_percent

# A training that reports faster than this is not looked at more often: each look costs a query.
MAX_LOOKS = 100


def pruner_of(study: Study) -> Pruner | None:
    """The study's pruner with options that suit its number of epochs; None without one."""
    return create_pruner(study.pruner, **_options(study.pruner, study.max_epochs)) if study.pruner else None


def _options(name: str, max_epochs: int) -> dict[str, Any]:
    warm_up = max(1, max_epochs // 4)  # the first epochs say more about the learning rate than about the end
    match name:
        case "median" | "percentile":
            return {"n_warmup_steps": warm_up}
        # A sixteenth is two of ASHA's factors of four: trials are checked at 1/16 and at 1/4 of the epochs.
        case "asha":
            return {"min_resource": max(1, max_epochs // 16), "max_resource": max_epochs}
        case "hyperband":
            return {"min_resource": max(1, max_epochs // 16), "max_resource": max_epochs}
        case "patient":
            return {"patience": max(2, warm_up)}
    return {}


def find_hopeless_step(
    study: Study, number: int, curve: Mapping[int, float | None], steps: Sequence[int]
) -> tuple[int, Decision] | None:
    """The first of these steps at which the pruner says stop, and what it says.

    `curve` holds all values that trial `number` has reported, `steps` those not judged yet. After the last
    epoch there is nothing left to save.
    """
    pruner = pruner_of(study)
    if pruner is None:
        return None
    for step in [step for step in steps if step < study.max_epochs][:MAX_LOOKS]:
        decision = pruner.decide(_reports(study, number, curve, step), number, step)
        if decision.should_prune:
            return step, decision
    return None


def _reports(study: Study, number: int, curve: Mapping[int, float | None], step: int) -> Reports:
    """The trial's own curve and the others at this step: pruners compare trials at the same step only."""
    show = partial(show_value, is_percent=is_percent(study.trainer, study.objective))
    reports = Reports(study.direction, show=show)
    for other, value in values_at(study, step, study.objective):
        if other != number:
            reports.add(other, step, value)
    for own_step, own in curve.items():
        if own_step <= step:
            reports.add(number, own_step, math.nan if own is None else own)
    return reports
