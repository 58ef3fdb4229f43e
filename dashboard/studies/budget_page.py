"""The page on which the budget of a study is changed."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from dashboard.engine.queues import known_queues
from dashboard.goals import is_percent
from dashboard.models import Study
from dashboard.studies.forms import MINUTE, PERCENT, BudgetForm
from dashboard.wording import count_noun

# Fields that the form shows as they are in the database.
SAME = (
    "max_trials",
    "n_parallel",
    "max_stale_trials",
    "max_failures",
    "lost_retries",
    "memory_retries",
    "error_retries",
    "queue",
)


@dataclass(frozen=True)
class BudgetPage:
    form: BudgetForm
    n_made: int
    sentence: str

    @property
    def trials_hint(self) -> str:
        total = self.form.initial["max_trials"]
        more = max(0, total - self.n_made)
        return f"Total for the study: {self.n_made:,} created, {more:,} to go."


def budget_page(study: Study, data: QueryDict | None = None) -> BudgetPage:
    queues = sorted({study.queue, *known_queues()})
    n_made = study.trials.count()
    form = BudgetForm(data, queues=queues, initial=budget_of(study))
    return BudgetPage(form, n_made, _sentence(study, n_made))


def _sentence(study: Study, n_made: int) -> str:
    made = f"{count_noun(n_made, 'trial')} created so far"
    if study.is_ended:
        return f"{study.state_reason}. {made}. Raise a limit to resume the study."
    return f"{made}. Changes apply from the next trial."


def budget_of(study: Study) -> dict[str, Any]:
    """What the budget form opens with: times in minutes, shares in percent."""
    target = study.target_value
    if target is not None and is_percent(study, study.objective):
        target = round(target * PERCENT, 10)
    return {
        **{name: getattr(study, name) for name in SAME},
        "max_minutes": study.max_seconds and study.max_seconds / MINUTE,
        "max_trial_minutes": study.max_trial_seconds and study.max_trial_seconds / MINUTE,
        "target_value": target,
        "min_improvement": study.min_improvement or None,
    }
