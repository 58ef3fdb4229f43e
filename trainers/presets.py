"""Presets: complete studies to start from, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainers.errors import ParamsInvalid
from trainers.space import KnobSetting

if TYPE_CHECKING:
    from optimizer.objective import Direction


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One way to fill the new-study page.

    `datasets` in order of preference: the first available one is used. Knobs without an entry in `knobs`
    keep the trainer's defaults.

    Examples:
        >>> preset("quick").datasets
        ('digits',)
        >>> [preset.name for preset in presets()]
        ['classic', 'quick']

    """

    name: str
    label: str
    help: str
    trainer: str
    knobs: Mapping[str, KnobSetting]
    datasets: tuple[str, ...]
    objective: str
    direction: Direction
    max_epochs: int
    max_trials: int
    sampler: str


_fixed = KnobSetting.fixed
_search = KnobSetting.search
_HALF_DROPOUT = {"type": "float", "low": 0.0, "high": 0.5}

CLASSIC = Preset(
    name="classic",
    label="MNIST MLP, the classic",
    help=(
        "Dense 512, tanh or relu, Dense 1000, dropout, relu, dropout, softmax. "
        "Two dropout rates and one activation are searched."
    ),
    trainer="mlp",
    knobs={
        "optimizer": _fixed("adam"),
        "learning_rate": _fixed(0.001),
        "n_layers": _fixed(2),
        "batch_norm": _fixed(value=False),
        "units_1": _fixed(512),
        "activation_1": _search({"type": "categorical", "choices": ["tanh", "relu"]}),
        "pre_dropout_1": _fixed(0.0),
        "dropout_1": _fixed(0.0),
        "units_2": _fixed(1000),
        "pre_dropout_2": _search({"type": "float", "low": 0.0, "high": 1.0}),
        "activation_2": _fixed("relu"),
        "dropout_2": _search({"type": "float", "low": 0.0, "high": 1.0}),
        "batch_size": _fixed(32),
        "patience": _fixed(0),
    },
    datasets=("mnist", "digits"),
    objective="val_loss",
    direction="minimize",
    max_epochs=5,
    max_trials=10,
    sampler="tpe",
)

QUICK = Preset(
    name="quick",
    label="Digits in a minute",
    help="A small network on 1,797 images of digits: twelve trials of about a second each.",
    trainer="mlp",
    knobs={
        "learning_rate": _search({"type": "float", "low": 1e-4, "high": 1e-1, "log": True}),
        "n_layers": _search({"type": "int", "low": 1, "high": 2}),
        "units_1": _search({"type": "int", "low": 16, "high": 128, "step": 16}),
        "dropout_1": _search(_HALF_DROPOUT),
        "units_2": _search({"type": "int", "low": 16, "high": 128, "step": 16}),
        "dropout_2": _fixed(0.0),
        "batch_size": _fixed(32),
    },
    datasets=("digits",),
    objective="val_loss",
    direction="minimize",
    max_epochs=8,
    max_trials=12,
    sampler="tpe",
)

_PRESETS = {preset.name: preset for preset in (CLASSIC, QUICK)}


def presets() -> list[Preset]:
    """Return every preset, in the order that pages show."""
    return list(_PRESETS.values())


def preset(name: str) -> Preset:
    """Return one preset; ParamsInvalid where the name is unknown."""
    if name not in _PRESETS:
        raise ParamsInvalid(f"There is no preset named {name!r}. Choose one of {', '.join(_PRESETS)}.")
    return _PRESETS[name]
