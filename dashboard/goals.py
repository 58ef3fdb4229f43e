"""How an objective is called and read; also when its trainer is not installed any more."""

from collections.abc import Mapping
from dataclasses import dataclass

import optimizer
from dashboard.models import Study, Trial
from dashboard.models.study import Direction
from dashboard.wording import percent, spread, thousands
from dashboard.wording import value as show_value
from trainers import registry
from trainers.errors import ParamsInvalid

ABBREVIATIONS = {"f1", "mae", "mse", "rmse", "auc"}


@dataclass(frozen=True)
class Goal:
    """The objective of a study in words."""

    name: str
    direction: optimizer.Direction
    is_percent: bool

    @property
    def words(self) -> str:
        return f"{Direction(self.direction).label} {self.name}"

    def show(self, value: float | None) -> str:
        return show_value(value, self.is_percent)

    def show_spread(self, value: float) -> str:
        """A difference of values or its uncertainty, of which two digits are known at best."""
        return percent(value) if self.is_percent else spread(value)


def short_label(name: str) -> str:
    """`Loss`, `Naive MAE`: a name as a heading, abbreviations as such."""
    words = [word.upper() if word in ABBREVIATIONS else word for word in name.split("_")]
    return words[0][:1].upper() + words[0][1:] + "".join(f" {word}" for word in words[1:])


def goal_of(study: Study) -> Goal:
    return Goal(study.objective, study.direction, is_percent(study, study.objective))


def is_percent(study: Study, metric: str) -> bool:
    return registry.is_percent(study.trainer, metric)


def shown_metrics(study: Study, metrics: Mapping[str, float]) -> list[str]:
    """The names beside the objective's that say something about the result, declared ones first.

    Left out is what a trainer measures in training, and what has a twin in validation. The order is not
    that of `metrics`: PostgreSQL has one of its own for the names in its JSON.
    """
    declared = list(metric_directions(study))
    shown = [
        name
        for name in metrics
        if name != study.objective
        and (name not in declared or name.startswith("val_"))
        and f"val_{name}" not in metrics
    ]
    place = {name: i for i, name in enumerate(declared)}
    return sorted(shown, key=lambda name: (place.get(name, len(place)), name))


def metric_directions(study: Study) -> dict[str, optimizer.Direction]:
    """What is better, of each metric that the trainer declares; none where it is not installed."""
    try:
        metrics = registry.trainer_info(study.trainer).metrics
    except ParamsInvalid:
        return {}
    return {metric.name: metric.direction for metric in metrics}


def best_epoch(study: Study, trial: Trial) -> str:
    """The epoch whose value the trial has; empty where it is of no single one."""
    return f"epoch {thousands(trial.best_step)} of {thousands(study.max_epochs)}" if trial.best_step else ""
