"""The page on which the budget of a study is changed."""

from dataclasses import dataclass

from django.http import QueryDict

from dashboard.engine.queues import known_queues
from dashboard.goals import is_percent
from dashboard.models import Study
from dashboard.models.study_fields import budget_fields
from dashboard.studies.forms import BudgetForm, as_entered
from dashboard.wording import count_noun


@dataclass(frozen=True)
class BudgetPage:
    form: BudgetForm
    sentence: str


def budget_page(study: Study, data: QueryDict | None = None) -> BudgetPage:
    form = BudgetForm(
        data,
        queues=sorted({study.queue, *known_queues()}),
        is_share=is_percent(study, study.objective),
        initial=as_entered(study, budget_fields()),
    )
    n_made = study.trials.count()
    more = max(0, study.max_trials - n_made)
    form.fields["max_trials"].help_text = f"Total for the study: {n_made:,} created, {more:,} to go."
    return BudgetPage(form, _sentence(study, n_made))


def _sentence(study: Study, n_made: int) -> str:
    made = f"{count_noun(n_made, 'trial')} created so far"
    if study.is_ended:
        return f"{study.state_reason}. {made}. Raise a limit to resume the study."
    return f"{made}. Changes apply from the next trial."
