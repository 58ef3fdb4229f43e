"""The trial page: how good, which values, why it was tried, its epochs, metrics, attempts and log."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone

from dashboard.charts.density import Density, densities
from dashboard.charts.epochs import TrialEpochsChart
from dashboard.charts.forecast import Forecast, LengthBar, forecast, length_bars
from dashboard.discussion.queries import comments_on
from dashboard.goals import Goal, goal_of
from dashboard.models import Artifact, Attempt, Comment, Report, Role, Study, Trial, TrialState
from dashboard.trials import queries
from dashboard.trials.curves import curves_of
from dashboard.trials.metrics import Metrics, metrics_of
from dashboard.trials.params import python_dict
from dashboard.trials.results import Results, results_of
from dashboard.trials.sentence import trial_sentence
from dashboard.trials.trial_facts import Fact, facts_of
from dashboard.trials.values import Values, values_of
from dashboard.winners.forms import can_be_tried
from dashboard.winners.repeats import Repeat, repeats
from optimizer import SearchSpace

LOG_LINES = 14


@dataclass(frozen=True)
class TrialPage:
    """One trial. What its page shows is worked out when its template asks for it."""

    trial: Trial
    study: Study
    # What the person who looks at it may do.
    role: Role
    results: Results
    attempts: list[Attempt]
    reports: list[Report]

    @cached_property
    def goal(self) -> Goal:
        return goal_of(self.study)

    @cached_property
    def space(self) -> SearchSpace:
        return self.study.search_space

    @cached_property
    def best(self) -> Trial | None:
        """The best trial of the study, which may be this one."""
        place = self.results.best
        if place is None:
            return None
        return Trial.objects.defer("explanation").filter(pk=int(self.results["pk"][place])).first()

    @property
    def is_best(self) -> bool:
        return self.best is not None and self.best.pk == self.trial.pk

    @property
    def n_trials(self) -> int:
        return len(self.results)

    @cached_property
    def model(self) -> Artifact | None:
        return Artifact.objects.filter(trial=self.trial).first()

    @cached_property
    def comments(self) -> list[Comment]:
        return comments_on(self.study, self.trial)

    @property
    def current(self) -> Attempt | None:
        return self.attempts[0] if self.attempts else None

    @cached_property
    def sentence(self) -> str:
        return trial_sentence(self.study, self.trial, self.attempts)

    @cached_property
    def facts(self) -> list[Fact]:
        return facts_of(self.study, self.trial, self.goal, self.results, self.current, self.reports)

    @cached_property
    def values(self) -> Values:
        return values_of(self.study, self.space, self.results, self.trial.params)

    @cached_property
    def metrics(self) -> Metrics:
        return metrics_of(self.study, self.trial, self.goal, self.results, self.reports, self.best)

    @property
    def why(self) -> str:
        return str(self.trial.explanation.get("text", ""))

    @property
    def choice(self) -> str:
        """Why this sampler proposed, where another one let it."""
        return str(self.trial.explanation.get("why", ""))

    @property
    def texts(self) -> list[tuple[str, str]]:
        """What the file of an imported study said of the trial, beside params and metrics."""
        found = self.trial.explanation.get("texts")
        return [(str(name), str(text)) for name, text in found.items()] if isinstance(found, dict) else []

    @cached_property
    def densities(self) -> list[Density]:
        return densities(self.trial.explanation, self.trial.params, self.space)

    @cached_property
    def forecast(self) -> Forecast | None:
        return forecast(
            self.trial.explanation,
            self.trial.value,
            direction=self.goal.direction,
            show=self.goal.show,
            show_spread=self.goal.show_spread,
        )

    @cached_property
    def lengths(self) -> list[LengthBar]:
        return length_bars(self.trial.explanation)

    @property
    def is_modelled(self) -> bool:
        """Whether there are pictures of a model to show."""
        return bool(self.densities or self.forecast or self.lengths)

    @cached_property
    def _lines(self) -> list[str]:
        return self.current.log.splitlines() if self.current else []

    @property
    def log(self) -> str:
        return "\n".join(self._lines[-LOG_LINES:])

    @property
    def n_lines(self) -> int:
        return len(self._lines)

    @property
    def n_shown(self) -> int:
        return min(self.n_lines, LOG_LINES)

    @cached_property
    def _curves(self) -> TrialEpochsChart:
        return curves_of(self.study, self.trial, self.results, self.reports, self.best)

    @cached_property
    def chart(self) -> dict[str, Any]:
        return {"trial_epochs": self._curves.to_json()}

    @property
    def has_curves(self) -> bool:
        return self._curves.has_points

    @property
    def python(self) -> str:
        """The params as a dict to paste into a script."""
        return python_dict("params", self.trial.params)

    @property
    def json(self) -> str:
        return json.dumps(self.trial.params, indent=2, ensure_ascii=False)

    @cached_property
    def at(self) -> int:
        return int(timezone.now().timestamp())

    @cached_property
    def repeats(self) -> list[Repeat]:
        return repeats(self.trial, self.goal)

    @property
    def previous(self) -> int | None:
        return self.trial.number - 1 if self.trial.number else None

    @property
    def next(self) -> int | None:
        return self.trial.number + 1 if self.trial.number + 1 < self.n_trials else None

    @property
    def is_being_repeated(self) -> bool:
        return any(repeat.is_open for repeat in self.repeats)

    @property
    def can_be_tried(self) -> bool:
        return self.model is not None and can_be_tried(self.model.reading)

    @property
    def may_edit(self) -> bool:
        return self.role != Role.VIEWER

    @property
    def may_steer(self) -> bool:
        """Whether the person may change what counts, and what is trained next."""
        is_reachable = not self.study.is_archived and self.study.is_trainable
        return self.may_edit and is_reachable and self.study.confirms_id is None

    @property
    def may_judge(self) -> bool:
        return self.trial.state in {TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED}

    @property
    def may_share(self) -> bool:
        return self.role == Role.OWNER


def trial_page(study: Study, trial: Trial, role: Role | None) -> TrialPage:
    return TrialPage(
        trial=trial,
        study=study,
        role=role or Role.VIEWER,
        results=results_of(study),
        attempts=list(trial.attempts.all()),
        reports=queries.reports_of(trial),
    )
