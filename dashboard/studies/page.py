"""The study page: state and reason, budgets, best value, charts, table of trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from dashboard.access.rules import seen_by
from dashboard.catalog import dataset_label, dataset_words, pruner_label, sampler_label, trainer_label
from dashboard.discussion.queries import comments_on
from dashboard.engine.line import place_in_line
from dashboard.engine.retries import LOSSES
from dashboard.engine.trials import best_trial, counts_of_rows
from dashboard.goals import Goal, best_epoch, goal_of, is_percent, shown_metrics
from dashboard.models import (
    Comment,
    Role,
    Study,
    StudyEvent,
    StudyState,
    Tag,
    Trial,
    code_digest,
)
from dashboard.models.study_fields import study_field
from dashboard.studies.budget_meters import Budget, budgets_of
from dashboard.studies.charts import study_charts
from dashboard.trials import queries
from dashboard.trials.failures import Failures, failures_of
from dashboard.trials.params import ParamRow, SpaceRow, param_rows, space_rows
from dashboard.trials.proposals import Proposals, proposals_of
from dashboard.trials.table import Table, trial_table
from dashboard.winners.confirm_page import Confirmed, Row, last_confirmed
from dashboard.wording import about, count_noun, duration, person_name, place, thousands, value
from optimizer import SearchSpace
from trainers.job import TEST_PREFIX

# How the reason begins when a sampler had nothing more to propose.
EXHAUSTED = "Space exhausted"
# The latest ones that the page lists.
EVENTS = 20


@dataclass(frozen=True)
class Best:
    trial: Trial
    value: str
    second: str
    params: list[ParamRow]


@dataclass(frozen=True)
class StudyPage:
    study: Study
    goal: Goal
    sentence: str
    budgets: list[Budget]
    best: Best | None
    table: Table
    facts: list[tuple[str, str]]
    space: list[SpaceRow]
    proposals: Proposals
    charts: dict[str, Any]
    n_lost: int
    failures: Failures | None
    events: list[StudyEvent]
    tags: list[Tag]
    comments: list[Comment]
    # What the person who looks at it may do.
    role: Role
    is_watched: bool
    at: int
    confirmed: Confirmed | None

    @property
    def confirmed_row(self) -> Row | None:
        """What came of the trial that was chosen, or else of the best one."""
        rows = [row for row in self.confirmed.rows if row.test] if self.confirmed else []
        chosen = next((row for row in rows if row.trial.pk == self.study.winner_id), None)
        return chosen or next(iter(rows), None)

    @property
    def is_wall(self) -> bool:
        """Whether the failures are what there is to see."""
        nothing_else = self.study.is_ended and self.best is None
        return self.failures is not None and (self.study.state == StudyState.FAILED or nothing_else)

    @property
    def may_edit(self) -> bool:
        return self.role != Role.VIEWER

    @property
    def may_share(self) -> bool:
        return self.role == Role.OWNER

    @property
    def seen_by(self) -> str:
        return seen_by(self.study)

    @property
    def dataset(self) -> str:
        return dataset_label(self.study.dataset)

    @property
    def sampler(self) -> str:
        return sampler_label(self.study.sampler)

    @property
    def code_digest(self) -> str:
        return code_digest(self.study.code)[:12]

    @property
    def n_searched(self) -> int:
        return sum(row.is_searched for row in self.space)


def study_page(
    study: Study,
    query: Mapping[str, str],
    *,
    role: Role | None,
    is_watched: bool,
    columns: Sequence[str] = (),
) -> StudyPage:
    """Everything on the page, in a number of queries that does not depend on the number of trials."""
    space, goal, now = study.search_space, goal_of(study), timezone.now()
    rows = queries.chart_rows(study)
    counts = counts_of_rows(rows)
    best = best_trial(study)
    proposals = proposals_of(study, space, goal, rows)
    seconds = study.seconds_at(now)
    return StudyPage(
        study=study,
        goal=goal,
        sentence=_sentence(study, counts, seconds),
        budgets=budgets_of(study, counts, rows, seconds),
        best=best_of(study, space, goal, best),
        facts=facts_of(study, goal),
        space=space_rows(space),
        table=trial_table(study, space, counts, query, metrics=best.metrics if best else {}, chosen=columns),
        proposals=proposals,
        charts=study_charts(study, space, goal, rows, proposals),
        n_lost=sum(row["failure_kind"] in LOSSES for row in rows),
        failures=failures_of(study, space, rows),
        events=list(study.events.all()[:EVENTS]),
        tags=list(study.tags.all()),
        comments=comments_on(study),
        role=role or Role.VIEWER,
        is_watched=is_watched,
        at=int(now.timestamp()),
        confirmed=last_confirmed(study) if study.is_ended else None,
    )


def _sentence(study: Study, counts: Mapping[str, int], seconds: float) -> str:
    """Who, and what comes next."""
    owner = person_name(study.owner)
    if study.state == StudyState.DRAFT:
        return f"Created by {owner}. Not started yet."
    if study.state != StudyState.RUNNING:
        return f"{_reason(study, counts)}. {_spent(study, counts, seconds)}"
    n_running = counts.get("running", 0)
    if study.is_draining:
        n_open = n_running + counts.get("waiting", 0)
        last = "the last trial" if n_open == 1 else f"the last {count_noun(n_open, 'trial')}"
        return f"No new trials. The study stops after {last}."
    doing = f"{count_noun(n_running, 'trial')} running" if n_running else _waits(study)
    n_done = sum(counts.get(s, 0) for s in ("complete", "pruned", "infeasible", "failed"))
    ahead = ""
    if n_running and n_done >= 2 and seconds > 0:
        left = (study.max_trials - n_done) * seconds / n_done
        ahead = f", about {about(max(1, round(left)))} left at this pace"
    return f"Started by {owner}. {doing}{ahead}."


def _waits(study: Study) -> str:
    line = place_in_line(study)
    if line is None:
        return "Waiting for a free worker slot"
    soon = "" if line.seconds is None else f", about {duration(max(1, round(line.seconds)))}"
    return f"Waiting for a free worker slot: {place(line.number)} in line{soon}"


def _reason(study: Study, counts: Mapping[str, int]) -> str:
    """Why it is not running. A sampler that had nothing more to propose says so in words for programmers."""
    if study.state == StudyState.FINISHED and study.state_reason.startswith(EXHAUSTED):
        n = count_noun(sum(counts.values()), "point")
        return f"{EXHAUSTED}: all {n} tried"
    return study.state_reason


def _spent(study: Study, counts: Mapping[str, int], seconds: float) -> str:
    n_running = counts.get("running", 0)
    if study.state == StudyState.PAUSED and n_running:
        return f"{count_noun(n_running, 'trial')} still running."
    return f"{count_noun(sum(counts.values()), 'trial')} in {duration(round(seconds, 1))}."


def facts_of(study: Study, goal: Goal) -> list[tuple[str, str]]:
    """What was asked for, beside the search space."""
    return [
        ("Goal", goal.words),
        (study_field("dataset").label, dataset_words(study.dataset)),
        (study_field("trainer").label, trainer_label(study.trainer)),
        (study_field("sampler").label, f"{sampler_label(study.sampler)}, seed {study.seed}"),
        (study_field("pruner").label, pruner_label(study.pruner)),
        (
            study_field("max_trials").label,
            f"{thousands(study.max_trials)}, {thousands(study.n_parallel)} in parallel",
        ),
        *(_fact(study, name) for name in ("max_epochs", "max_seconds", "max_trial_seconds")),
        ("Split", f"{_parts(study)} and test, seed {study.split_seed}"),
    ]


def _fact(study: Study, name: str) -> tuple[str, str]:
    declared, value = study_field(name), getattr(study, name)
    return declared.label, declared.placeholder if declared.is_unset(value) else declared.show(value)


def _parts(study: Study) -> str:
    return count_noun(study.n_folds, "fold") if study.n_folds else "train, validation"


def best_of(study: Study, space: SearchSpace, goal: Goal, trial: Trial | None) -> Best | None:
    if trial is None:
        return None
    others = [
        f"{name} {value(trial.metrics[name], is_percent(study, name))}"
        for name in shown_metrics(study, trial.metrics)
        if not name.startswith(TEST_PREFIX)
    ]
    where = f"mean of {count_noun(study.n_folds, 'fold')}" if study.n_folds else best_epoch(study, trial)
    second = " · ".join([*others, *([where] if where else [])])
    return Best(trial, goal.show(trial.value), second, param_rows(space, trial.params, only_searched=True))
