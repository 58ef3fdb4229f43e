"""A model family: what pages see of it, and the function that makes a network of params and data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import Budget, Objective, Reporter, Result, TrainerInfo
    from trainers.datasets.base import Array, Dataset, TestPart
    from trainers.fitting.checkpoints import Checkpoints
    from trainers.knob import Value
    from trainers.parts.goal import Goal


@dataclass(frozen=True)
class Rows:
    """`n` rows to take batches from; `inputs` and `targets` turn row numbers (b,) into arrays (b, ...).

    So data stays where it is, in memory maps of the cache, until a batch of it is needed. `weights`, shape
    (n,), say what rows count in the loss.
    """

    n: int
    inputs: Callable[[Array], Any]
    targets: Callable[[Array], Array]
    weights: Array | None = None


@dataclass(frozen=True)
class Plan:
    """What there is to train: a Keras network's inputs and outputs, its goal, and the rows.

    `mixup` is the Beta distribution's parameter where pairs of rows are blended, 0 where they are not.
    `constants` are reported with every epoch's metrics. `reading` is JSON of what these params add to how a
    row becomes an input, for whoever uses the network later.
    """

    inputs: Any
    outputs: Any
    goal: Goal
    train: Rows
    validation: Rows
    mixup: float = 0.0
    constants: Mapping[str, float] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A `trainers.base.Trainer`. `plan` gets complete params and may load Keras."""

    info: TrainerInfo
    plan: Callable[[Mapping[str, Value], Dataset], Plan]

    def __call__(
        self,
        params: Mapping[str, Value],
        data: Dataset,
        budget: Budget,
        reporter: Reporter,
        *,
        seed: int,
        objective: Objective,
        checkpoints: Checkpoints | None = None,
        model_path: Path | None = None,
        test: TestPart | None = None,
    ) -> Result:
        """Train once; see `trainers.base.Trainer` for what it raises."""
        from trainers.fitting.fit import fit  # noqa: PLC0415, it loads Keras

        return fit(
            self,
            params,
            data,
            budget,
            reporter,
            seed=seed,
            objective=objective,
            checkpoints=checkpoints,
            model_path=model_path,
            test=test,
        )
