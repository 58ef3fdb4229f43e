"""A study as somebody without an account sees it: results, and no control, name of a person or path."""

import math
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from dashboard.engine.trials import best_trial
from dashboard.goals import Goal, best_epoch, goal_of
from dashboard.models import Study, Trial, TrialState
from dashboard.models.study_fields import study_field
from dashboard.studies.budget_meters import Budget, budgets_of
from dashboard.studies.charts import study_charts
from dashboard.studies.facts import Best, best_of, facts_of
from dashboard.studies.steering.versions import SpaceLine, space_lines
from dashboard.trials.curves import curves_of
from dashboard.trials.params import ParamRow, SpaceRow, param_rows, space_rows
from dashboard.trials.proposals import proposals_of
from dashboard.trials.queries import params_of, reports_of
from dashboard.trials.results import Results, results_of
from dashboard.wording import count_noun

# The best ones, in a table.
N_BEST = 20
# Of the facts, those without limits and machines.
SETTINGS = ("dataset", "trainer", "sampler", "max_epochs")
FACTS = {"Goal", "Split", *(study_field(name).label for name in SETTINGS)}


@dataclass(frozen=True)
class Row:
    number: int
    value: str
    seconds: float | None
    # The name, whether the branch uses it, and the value.
    params: list[tuple[str, bool, Any]]


@dataclass(frozen=True)
class SharedPage:
    study: Study
    goal: Goal
    sentence: str
    budgets: list[Budget]
    best: Best | None
    rows: list[Row]
    names: list[str]
    space: list[SpaceRow]
    facts: list[tuple[str, str]]
    charts: dict[str, Any]
    # The spaces that it has had, where there were several.
    space_lines: list[SpaceLine]


def shared_page(study: Study) -> SharedPage:
    space, goal = study.search_space, goal_of(study)
    results = results_of(study)
    n_complete = results.counts.get(TrialState.COMPLETE, 0)
    names = list(space.searched)
    charts = study_charts(study, space, goal, results, proposals_of(study, space, goal, results))
    charts["best"]["url"] = ""  # the pages of trials are for people with an account
    return SharedPage(
        study=study,
        goal=goal,
        sentence=f"{count_noun(n_complete, 'complete trial')}. {study.get_state_display()}.",
        budgets=budgets_of(study, results, study.seconds_at(timezone.now())),
        best=best_of(study, space, goal, best_trial(study)),
        rows=_rows(study, goal, results, names),
        names=names,
        space=space_rows(space),
        facts=[(name, words) for name, words in facts_of(study, goal) if name in FACTS],
        charts=charts,
        space_lines=space_lines(study),
    )


def _rows(study: Study, goal: Goal, results: Results, names: list[str]) -> list[Row]:
    """The best trials, the best first."""
    places = results.best_first[:N_BEST]
    params = params_of(study, results["number"][places].tolist())
    rows = []
    for place in places:
        number, seconds = int(results["number"][place]), float(results["seconds"][place])
        own = params.get(number, {})
        rows.append(
            Row(
                number,
                goal.show(float(results["value"][place])),
                None if math.isnan(seconds) else seconds,
                [(name, name in own, own.get(name)) for name in names],
            )
        )
    return rows


@dataclass(frozen=True)
class SharedTrial:
    """One trial: what it was and how it went. Where it ran and what it printed stay inside."""

    study: Study
    trial: Trial
    goal: Goal
    value: str
    second: str
    params: list[ParamRow]
    facts: list[tuple[str, str]]
    chart: dict[str, Any]
    has_curves: bool


def shared_trial(study: Study, trial: Trial) -> SharedTrial:
    goal = goal_of(study)
    # Without the best trial beside it: whoever has the link is shown this one.
    curves = curves_of(study, trial, results_of(study), reports_of(trial), best=None)
    return SharedTrial(
        study=study,
        trial=trial,
        goal=goal,
        value="" if trial.value is None else goal.show(trial.value),
        second=best_epoch(study, trial),
        params=param_rows(study.search_space, trial.params),
        facts=[(name, words) for name, words in facts_of(study, goal) if name in FACTS],
        chart={"trial_epochs": curves.to_json()},
        has_curves=curves.has_points,
    )
