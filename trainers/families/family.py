"""A model family: its description, and the function that makes a network from params and data."""

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
    """A `trainers.base.Trainer`: its description, and a function from params and data to a `Plan`.

    `plan` gets complete params. It may load Keras, which the module that defines it must not.

    Examples:
        >>> from trainers.base import Budget, Objective
        >>> from trainers.families.mlp import REGRESSOR
        >>> from trainers.testing import RecordingReporter, tiny_dataset
        >>> def plan(values, data):
        ...     return REGRESSOR.plan({**values, "units_1": 4}, data)
        >>> small = Family(REGRESSOR.info, plan)
        >>> result = small({"n_layers": 1}, tiny_dataset(small.info), Budget(2), RecordingReporter(), seed=1,
        ...                objective=Objective("val_mae", "minimize"))
        >>> result.n_steps, result.n_parameters  # 4 inputs, 4 units, 1 output
        (2, 25)

    """

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
