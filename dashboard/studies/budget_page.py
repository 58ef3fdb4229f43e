"""The page on which the budget of a study is changed."""

from dataclasses import dataclass

from django.http import QueryDict

from dashboard.engine.queues import known_queues
from dashboard.models import Study
from dashboard.studies.forms import BudgetForm
from dashboard.wording import count_noun, thousands


@dataclass(frozen=True)
class BudgetPage:
    form: BudgetForm
    sentence: str


def budget_page(study: Study, data: QueryDict | None = None) -> BudgetPage:
    form = BudgetForm(
        data,
        queues=sorted({study.queue, *known_queues()}),
        study=study,
    )
    n_made = study.trials.count()
    more = max(0, study.max_trials - n_made)
    form.fields[
        "max_trials"
    ].help_text = f"Total for the study: {thousands(n_made)} created, {thousands(more)} to go."
    return BudgetPage(form, _sentence(study, n_made))


def _sentence(study: Study, n_made: int) -> str:
    made = f"{count_noun(n_made, 'trial')} created so far"
    if study.is_ended:
        return f"{study.state_reason}. {made}. Raise a limit to resume the study."
    return f"{made}. Changes apply from the next trial."
