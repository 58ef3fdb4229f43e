"""What params and metrics of other programs are called here: the same, abbreviated, or numbered."""

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from trainers.registry import trainer_infos

ABBREVIATIONS = {
    "lr": "learning_rate",
    "learning-rate": "learning_rate",
    "init_lr": "learning_rate",
    "initial_lr": "learning_rate",
    "wd": "weight_decay",
    "bs": "batch_size",
    "batch": "batch_size",
    "batchsize": "batch_size",
    "opt": "optimizer",
    "optim": "optimizer",
    "mom": "momentum",
    "act": "activation",
    "drop": "dropout",
    "dropout_rate": "dropout",
    "num_layers": "n_layers",
    "layers": "n_layers",
    "n_hidden": "n_layers",
    "num_hidden_layers": "n_layers",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "eps": "epsilon",
    "units": "units_1",
    "n_units": "units_1",
    "hidden_units": "units_1",
}
METRICS = {
    "val_acc": "val_accuracy",
    "valid_acc": "val_accuracy",
    "validation_accuracy": "val_accuracy",
    "valid_loss": "val_loss",
    "validation_loss": "val_loss",
    "loss_val": "val_loss",
    "acc": "accuracy",
}
FAMILIES = {
    "units": "units",
    "n_units": "units",
    "dropout": "dropout",
    "drop": "dropout",
    "activation": "activation",
}
FAMILIES |= {
    "filters": "filters",
    "n_filters": "filters",
    "kernel": "kernel",
    "l2": "l2",
    "kernel_size": "kernel",
}
NUMBERED = re.compile(r"(?P<family>[a-z_0-9]*?[a-z])_?(?:l|layer_?)?(?P<number>\d+)")
HIGHER_IS_BETTER = re.compile(
    r"(^|[_/. ])(acc|accuracy|auc|f1|precision|recall|r2|score|reward|return|iou|map)($|[_/. ])"
)
OBJECTIVES = ("val_loss", "val_accuracy", "val_f1", "val_mae", "val_rmse")


class Guess(NamedTuple):
    """A name here, why it is meant, and whether nobody has to look."""

    name: str
    why: str
    is_sure: bool = True


@cache
def knob_names() -> tuple[str, ...]:
    """Of all trainers, in page order."""
    return tuple(dict.fromkeys(knob.name for info in trainer_infos() for knob in info.knobs))


def guess_param(label: str, labels: Collection[str]) -> Guess:
    """`labels` are those of all params: a numbered one is counted from the lowest of its family."""
    knobs = knob_names()
    if label in knobs:
        return Guess(label, "same name")
    plain = label.lower().rpartition("/")[2].rpartition(".")[2]
    found = ABBREVIATIONS.get(plain, plain)
    if found in knobs and found not in labels:
        return Guess(found, "known abbreviation" if plain in ABBREVIATIONS else "same name")
    numbered = NUMBERED.fullmatch(plain)
    family = FAMILIES.get(numbered["family"].rstrip("_")) if numbered else None
    if numbered and family:
        first = min(_numbers(numbered["family"], labels))
        name = f"{family}_{int(numbered['number']) + (1 - first)}"
        if first <= 1 and name in knobs and name not in labels:
            return Guess(name, "numbered from 0" if first == 0 else "known abbreviation")
    return Guess(label, "no matching knob", is_sure=False)


def _numbers(family: str, labels: Collection[str]) -> list[int]:
    found = (NUMBERED.fullmatch(label.lower()) for label in labels)
    return [int(each["number"]) for each in found if each and each["family"] == family] or [1]


def guess_metric(label: str) -> Guess:
    plain = label.lower()
    if plain in METRICS:
        return Guess(METRICS[plain], "known abbreviation")
    return Guess(label, "same name" if plain in OBJECTIVES else "kept")


def is_higher_better(name: str) -> bool:
    return bool(HIGHER_IS_BETTER.search(name.lower()))
