"""Whether a running trial is worth going on with, from what all trials of its study have reported."""

import math
from collections.abc import Mapping
from functools import partial
from operator import itemgetter
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
    return pruner_called(study.pruner, study.max_epochs) if study.pruner else None


def pruner_called(name: str, max_epochs: int) -> Pruner:
    """A pruner as a study with so many epochs would have it."""
    return create_pruner(name, **_options(name, max_epochs))


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


class Judge:
    """Judges one trial while it runs, from each step to the next.

    It keeps the trial's own curve, so that a look costs as much after a thousand epochs as after ten, and of
    the others no more than the step in question: pruners compare trials at the same step only.
    """

    def __init__(self, study: Study, number: int) -> None:
        self.study, self.number = study, number
        show = partial(show_value, is_percent=is_percent(study.trainer, study.objective))
        self._reports = Reports(study.direction, show=show)

    def know(self, reported: Mapping[int, float | None]) -> None:
        """Steps of the trial itself that were judged before."""
        for step, value in sorted(reported.items(), key=itemgetter(0)):
            self._reports.add(self.number, step, math.nan if value is None else value)

    def find_hopeless_step(self, reported: Mapping[int, float | None]) -> tuple[int, Decision] | None:
        """The first of these steps at which the pruner says stop, and what it says.

        `reported` holds the values since the last call. After the last epoch there is nothing left to save.
        """
        pruner = pruner_of(self.study)
        if pruner is None:
            return None
        judged = sorted(step for step in reported if step < self.study.max_epochs)[:MAX_LOOKS]
        for step, value in sorted(reported.items(), key=itemgetter(0)):
            self._reports.add(self.number, step, math.nan if value is None else value)
            if step not in judged:
                continue
            decision = self._look(pruner, step)
            if decision.should_prune:
                return step, decision
        return None

    def _look(self, pruner: Pruner, step: int) -> Decision:
        for other, value in values_at(self.study, step, self.study.objective):
            if other != self.number:
                self._reports.add(other, step, value)
        decision = pruner.decide(self._reports, self.number, step)
        self._reports.keep_only(self.number)
        return decision
