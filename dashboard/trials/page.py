"""The trial page: how good, which values, why it was tried, its epochs, attempts and log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from dashboard.catalog import info_of_dataset, sampler_label
from dashboard.charts.density import Density, densities
from dashboard.charts.epochs import TrialEpochsChart, metric_curves
from dashboard.charts.forecast import Forecast, LengthBar, forecast, length_bars
from dashboard.discussion.queries import comments_on
from dashboard.engine.trials import best_trial
from dashboard.goals import Goal, goal_of, is_percent, short_label, shown_metrics
from dashboard.models import (
    Artifact,
    Attempt,
    Comment,
    FailureKind,
    Origin,
    Report,
    Role,
    Study,
    Trial,
    TrialState,
)
from dashboard.trials import queries
from dashboard.trials.params import ParamRow, param_rows
from dashboard.winners.forms import can_be_tried
from dashboard.winners.repeats import Repeat, repeats
from dashboard.wording import (
    count_noun,
    duration,
    memory,
    metric,
    ordinal,
    thousands,
)
from dashboard.wording import value as show_value

LOG_LINES = 14
# The median curve is of this many trials of the study, the latest ones.
MEDIAN_OF = 100


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    aside: str = ""


@dataclass(frozen=True)
class TrialPage:
    trial: Trial
    study: Study
    goal: Goal
    is_best: bool
    model: Artifact | None
    # What the person who looks at it may do.
    role: Role
    comments: list[Comment]
    n_trials: int
    sentence: str
    facts: list[Fact]
    params: list[ParamRow]
    why: str
    # Why this sampler proposed, where another one let it.
    choice: str
    densities: list[Density]
    forecast: Forecast | None
    lengths: list[LengthBar]
    attempts: list[Attempt]
    current: Attempt | None
    log: str
    n_lines: int
    n_shown: int
    chart: dict[str, Any]
    has_curves: bool
    python: str
    at: int
    repeats: list[Repeat]
    previous: int | None
    next: int | None

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
    def may_share(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_modelled(self) -> bool:
        """Whether there are pictures of a model to show."""
        return bool(self.densities or self.forecast or self.lengths)


def trial_page(study: Study, trial: Trial, role: Role | None) -> TrialPage:
    goal = goal_of(study)
    attempts = list(trial.attempts.all())
    current = attempts[0] if attempts else None
    best = best_trial(study)
    n_trials = study.trials.count()
    lines = current.log.splitlines() if current else []
    reports = queries.reports_of(trial)
    chart = _chart(study, trial, reports)
    return TrialPage(
        trial=trial,
        study=study,
        goal=goal,
        is_best=best is not None and best.pk == trial.pk,
        role=role or Role.VIEWER,
        comments=comments_on(study, trial),
        model=Artifact.objects.filter(trial=trial).first(),
        n_trials=n_trials,
        sentence=_sentence(study, trial, attempts),
        facts=_facts(study, trial, goal, current, queries.epoch_seconds(reports)),
        params=param_rows(study.search_space, trial.params),
        why=str(trial.explanation.get("text", "")),
        choice=str(trial.explanation.get("why", "")),
        densities=densities(trial.explanation, trial.params),
        forecast=forecast(
            trial.explanation,
            trial.value,
            direction=goal.direction,
            show=goal.show,
            show_spread=goal.show_spread,
        ),
        lengths=length_bars(trial.explanation),
        attempts=attempts,
        repeats=repeats(trial, goal),
        current=current,
        log="\n".join(lines[-LOG_LINES:]),
        n_lines=len(lines),
        n_shown=min(len(lines), LOG_LINES),
        chart={"trial_epochs": chart.to_json()},
        has_curves=any(m.val or m.train for m in chart.metrics),
        python=_as_python(trial),
        at=int(timezone.now().timestamp()),
        previous=trial.number - 1 if trial.number else None,
        next=trial.number + 1 if trial.number + 1 < n_trials else None,
    )


def _sentence(study: Study, trial: Trial, attempts: Sequence[Attempt]) -> str:
    origin, current = _origin(study, trial), attempts[0] if attempts else None
    attempt = f" on the {ordinal(len(attempts))} attempt" if len(attempts) > 1 else ""
    if trial.state == TrialState.RUNNING:
        after = current.resumed_after if current else 0
        where = f", resumed after epoch {thousands(after)}" if after else ""
        return f"{origin}. Running{attempt}{where}.{_time_left(study, trial, current)}"
    if trial.state == TrialState.WAITING:
        return f"{origin}. Waiting for a free slot."
    if trial.shown_state == FailureKind.INFEASIBLE:
        return f"{origin}. Its parameters break a constraint of the model, so it has no value."
    if trial.state == TrialState.FAILED:
        return f"{origin}. Failed on the {ordinal(len(attempts))} attempt."
    if trial.state == TrialState.PRUNED:
        reason = current.reason if current else f"Stopped at step {thousands(trial.step)}."
        return f"{origin}. {reason}"
    if trial.state == TrialState.CANCELLED:
        return f"{origin}. Cancelled with its study. {study.state_reason}."
    # Of a complete attempt: why there is no model to take away.
    reason = f" {current.reason}" if current and current.reason else ""
    return f"{origin}. Trained to completion{attempt}.{reason}"


def _time_left(study: Study, trial: Trial, current: Attempt | None) -> str:
    """At the pace so far, where an epoch has told it."""
    n_steps = study.n_folds or study.max_epochs
    done = trial.step - (current.resumed_after if current else 0)
    if current is None or done < 1 or trial.step >= n_steps:
        return ""
    seconds = (timezone.now() - current.started_at).total_seconds() / done * (n_steps - trial.step)
    return f" About {duration(max(1, round(seconds)))} left unless it is pruned."


def _origin(study: Study, trial: Trial) -> str:
    """Where the params come from."""
    if trial.origin in {Origin.COPY, Origin.ENQUEUED}:
        return str(trial.explanation.get("text", ""))
    if trial.origin == Origin.STARTUP:
        return f"Starting point from {sampler_label(study.sampler)}"
    chosen_by = trial.explanation.get("chosen_by")
    chosen = f", chosen by {sampler_label(str(chosen_by))}" if chosen_by else ""
    return f"Proposed by {sampler_label(trial.sampler or study.sampler)}{chosen}"


def _as_python(trial: Trial) -> str:
    """The params as a dict to paste into a script."""
    lines = "".join(f"    {name!r}: {value!r},\n" for name, value in trial.params.items())
    return f"params = {{\n{lines}}}"


def _facts(
    study: Study, trial: Trial, goal: Goal, current: Attempt | None, epoch_seconds: float | None
) -> list[Fact]:
    value, aside = trial.value, f"epoch {thousands(trial.best_step)}" if trial.best_step else ""
    if study.n_folds and trial.best_step:
        aside = f"mean of {count_noun(study.n_folds, 'fold')}"
    if trial.state == TrialState.RUNNING and trial.step_value is not None:
        value, aside = trial.step_value, f"at epoch {thousands(trial.step)}"
    if trial.state == TrialState.PRUNED:
        value, aside = trial.step_value, f"at epoch {thousands(trial.step)}, when pruned"
    facts = [Fact(goal.name, goal.show(value), aside)]
    facts += [
        Fact(name, show_value(trial.metrics[name], is_percent(study, name)))
        for name in shown_metrics(study, trial.metrics)
    ]
    facts += [
        Fact("Training time", duration(trial.seconds), _speed(study, epoch_seconds)),
        Fact("Peak memory", memory(current.peak_memory if current else None)),
        Fact("Weights", thousands(trial.n_parameters)),
    ]
    return facts


def _speed(study: Study, epoch_seconds: float | None) -> str:
    """Rows a second while training, validation included. Code of one's own may use any rows, folds fewer."""
    if not epoch_seconds or study.code or study.n_folds:
        return ""
    info = info_of_dataset(study.dataset)
    return f"{metric(info.n_train / epoch_seconds)} {info.row_noun}/s" if info else ""


def _chart(study: Study, trial: Trial, reports: Sequence[Report]) -> TrialEpochsChart:
    curves = [(report.step, report.metrics) for report in reports]
    names = sorted({name.removeprefix("val_") for _, metrics in curves for name in metrics})
    names.sort(key=lambda name: name != study.objective.removeprefix("val_"))
    others = queries.all_metrics(queries.latest_complete_ids(study, limit=MEDIAN_OF))
    metrics = [
        metric_curves(
            name,
            label=short_label(name),
            is_percent=is_percent(study, f"val_{name}"),
            steps=curves,
            others=[
                [
                    (step, value)
                    for step, m in steps
                    if (value := m.get(f"val_{name}", m.get(name))) is not None
                ]
                for steps in others.values()
            ],
        )
        for name in names
    ]
    n = len(curves)
    at = f", best at epoch {thousands(trial.best_step)}" if trial.best_step else ""
    return TrialEpochsChart(metrics, trial.best_step, f"{study.objective} over {count_noun(n, 'epoch')}{at}")
