"""What a study was asked for, and the best that it has found, in words."""

from dataclasses import dataclass

from django.urls import reverse

from dashboard.catalog import dataset_words, pruner_label, sampler_label, trainer_label
from dashboard.goals import Goal, best_epoch, is_percent, shown_metrics
from dashboard.models import Study, Trial
from dashboard.models.study_fields import study_field
from dashboard.trials.params import ParamRow, param_rows, python_dict
from dashboard.trials.results import Results
from dashboard.wording import count_noun, thousands, value
from optimizer import SearchSpace
from trainers.job import TEST_PREFIX


@dataclass(frozen=True)
class Best:
    trial: Trial
    value: str
    second: str
    params: list[ParamRow]

    @property
    def python(self) -> str:
        """Its params as a dict to paste into a script."""
        return python_dict("params", self.trial.params)


def facts_of(study: Study, goal: Goal) -> list[tuple[str, str]]:
    """What was asked for, beside the search space."""
    if not study.is_trainable:
        return [("Goal", goal.words), *_origin(study)]
    return [
        ("Goal", goal.words),
        *_origin(study),
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


def _origin(study: Study) -> list[tuple[str, str]]:
    """Of one that was imported: from which file, by whom, and when."""
    told = study.imported
    if not told:
        return []
    version = f" {told['version']}" if told.get("version") else ""
    rows = [
        ("Imported from", f"{told['source']}{version}"),
        ("File", told["file"]),
        ("Study there", told["study"]),
    ]
    n_skipped = told.get("n_skipped", 0)
    skipped = [("Skipped", count_noun(n_skipped, "trial"))] if n_skipped else []
    return [*rows, ("Imported by", f"{told['by']}, {told['at'][:10]}"), *skipped]


def _fact(study: Study, name: str) -> tuple[str, str]:
    declared, value = study_field(name), getattr(study, name)
    return declared.label, declared.placeholder if declared.is_unset(value) else declared.show(value)


def _parts(study: Study) -> str:
    return count_noun(study.n_folds, "fold") if study.n_folds else "train, validation"


def runners_up(study: Study, goal: Goal, results: Results) -> list[tuple[int, str, str]]:
    """Number, value and address of the two behind the best, which say how far it is ahead."""
    places = results.best_first[1:3]
    numbers, values = (results[name][places].tolist() for name in ("number", "value"))
    return [
        (number, value(each, goal.is_percent), reverse("trial-detail", args=[study.pk, number]))
        for number, each in zip(numbers, values, strict=True)
    ]


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
