"""A model family: what pages see of it, and the function that makes a network of params and data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import Budget, Objective, Reporter, Result, TrainerInfo
    from trainers.checkpoints import Checkpoints
    from trainers.datasets.base import Dataset, TestPart
    from trainers.knob import Value
    from trainers.plan import MakePlan


@dataclass(frozen=True)
class Family:
    """A `trainers.base.Trainer`. `plan` gets complete params and may load Keras."""

    info: TrainerInfo
    plan: MakePlan

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
            self.info,
            self.plan,
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
