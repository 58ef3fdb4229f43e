"""What a training needs and what it gives back, as plain data with JSON in and out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, Self

from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    from trainers.knob import Value

Direction = Literal["minimize", "maximize"]
TEST = "test_"  # begins the names of metrics of the test part


def is_test(metric: str) -> bool:
    """Say whether a metric is one of the test part."""
    return metric.startswith(TEST)


@dataclass(frozen=True)
class Budget:
    """What one training may spend: `max_epochs` passes over the training part, at least 1."""

    max_epochs: int

    def __post_init__(self) -> None:
        if self.max_epochs < 1:
            raise ParamsInvalid(f"max_epochs must be at least 1, not {self.max_epochs}.")


@dataclass(frozen=True)
class Objective:
    """The metric that is measured and the direction in which it gets better."""

    metric: str
    direction: Direction

    def __post_init__(self) -> None:
        if self.direction not in {"minimize", "maximize"}:
            raise ParamsInvalid(f"direction must be minimize or maximize, not {self.direction!r}.")

    def best_step(self, values: list[float]) -> int:
        """Return the step (counted from 1) of the best of `values`, the first one among equals.

        Non-finite values never win; ParamsInvalid where there is no finite value at all.
        """
        sign = 1 if self.direction == "minimize" else -1
        finite = [(sign * value, step) for step, value in enumerate(values, 1) if math.isfinite(value)]
        if not finite:
            raise ParamsInvalid(f"{self.metric} has no finite value in {len(values)} epochs.")
        return min(finite)[1]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that one training needs; it travels to the trainer process as JSON.

    `upload` tells of a dataset that somebody uploaded (`Upload.to_json_dict`), None of one known by its name.
    `data_dir` holds the user's data files ("" for none), `cache_dir` the prepared arrays; both should be
    absolute. `threads` are TensorFlow's threads: they change the last bits of the result, as `seed` does.
    `trial` and `attempt` are numbers for the log. An attempt saves its epochs in `checkpoint_dir`, the
    trial's own folder ("" for none), at most every `checkpoint_seconds`, and continues what an earlier
    attempt saved there. `is_deterministic` forbids operations whose results are left to chance, as some on
    GPUs are. `model_path` is where it leaves the network of its best epoch, "" for nowhere. Only
    where a person asked for it, `is_confirming`, is the test part touched. `code` is a model file
    that trains in the place of a trainer; it may do without a dataset, "".
    """

    trainer: str
    dataset: str
    params: Mapping[str, Value]
    max_epochs: int
    objective: str
    direction: Direction
    seed: int
    cache_dir: str
    data_dir: str = ""
    upload: Mapping[str, Any] | None = None
    split: Split = field(default_factory=Split)
    threads: int = 1
    is_deterministic: bool = False
    trial: int = 0
    attempt: int = 1
    checkpoint_dir: str = ""
    checkpoint_seconds: float = 10.0
    model_path: str = ""
    is_confirming: bool = False
    code: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise ParamsInvalid(f"seed must be at least 0 and below 2**32, not {self.seed}.")
        if self.threads < 1:
            raise ParamsInvalid(f"threads must be at least 1, not {self.threads}.")

    def to_json(self) -> str:
        """Return the job as JSON text; ValueError where a param is NaN or infinite."""
        raw = {**self.__dict__, "params": dict(self.params), "split": asdict(self.split)}
        return json.dumps(raw, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a job; ParamsInvalid where the text is no job."""
        try:
            raw = json.loads(text)
            return cls(**{**raw, "split": Split(**raw.get("split", {}))})
        except (ValueError, TypeError, AttributeError) as error:
            raise ParamsInvalid(f"This is not a job: {error}.") from error


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a training that ran to its end gives back.

    `value` is the objective's metric at `best_step`, its best epoch (counted from 1), and `metrics` are
    all metrics of that epoch. `n_steps` are the epochs that ran, `seconds` the wall time of building and
    fitting, `versions` the versions that produced the numbers (python, keras, tensorflow, numpy).
    """

    value: float
    best_step: int
    metrics: dict[str, float]
    n_steps: int
    n_parameters: int
    seconds: float
    versions: dict[str, str]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object; others in it are left alone."""
        return cls(**{item.name: raw[item.name] for item in fields(cls)})
