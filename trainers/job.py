"""What a training needs and what it returns, as plain data with JSON in and out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, Self

from optimizer.wording import count_noun
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    from optimizer.objective import Direction
    from trainers.knob import Value

TEST_PREFIX = "test_"  # of the names of metrics of the test part
SD_SUFFIX = "_sd"  # of the standard deviation over folds


@dataclass(frozen=True)
class Budget:
    """What one training may spend: `max_epochs` passes over the training part, at least 1.

    ParamsInvalid where it is less.

    Examples:
        >>> Budget(max_epochs=20).max_epochs
        20

    """

    max_epochs: int

    def __post_init__(self) -> None:
        if self.max_epochs < 1:
            raise ParamsInvalid(f"max_epochs must be at least 1, not {self.max_epochs}.")


@dataclass(frozen=True)
class Objective:
    """The metric that is measured and the direction in which it gets better.

    What better means is `optimizer.objective`'s to say. ParamsInvalid for another direction.

    Examples:
        >>> accuracy = Objective("val_accuracy", "maximize")
        >>> accuracy.best_step([0.71, 0.93, float("nan"), 0.88])
        2
        >>> accuracy.keras_mode
        'max'

    """

    metric: str
    direction: Direction

    def __post_init__(self) -> None:
        # here and below: `optimizer` loads SciPy, which the web process need not for the rest of this module
        from optimizer.objective import DIRECTIONS  # noqa: PLC0415

        if self.direction not in DIRECTIONS:
            raise ParamsInvalid(f"direction must be {' or '.join(DIRECTIONS)}, not {self.direction!r}.")

    @property
    def keras_mode(self) -> Literal["min", "max"]:
        """Return the direction as Keras' callbacks call it."""
        return "min" if self.direction == "minimize" else "max"

    def is_improved(self, value: float, best: float | None) -> bool:
        """Say whether `value` is finite and better than the best one so far, None where there is none."""
        from optimizer.objective import is_better  # noqa: PLC0415

        return math.isfinite(value) and (best is None or is_better(value, best, self.direction))

    def best_step(self, values: Sequence[float]) -> int:
        """Return the step (counted from 1) of the best of `values`, the first one among equals.

        Non-finite values never win; ParamsInvalid where there is no finite value at all.
        """
        best: int | None = None
        for number, value in enumerate(values):
            if self.is_improved(value, None if best is None else values[best]):
                best = number
        if best is None:
            raise ParamsInvalid(f"{self.metric} has no finite value in {count_noun(len(values), 'epoch')}.")
        return best + 1


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything that one training needs; it is sent to the trainer process as JSON.

    `upload` describes a dataset that somebody uploaded (`Upload.to_json_dict`), None for one of Parzen's own.
    `data_dir` holds the user's data files ("" for none), `cache_dir` the prepared arrays; both should be
    absolute. `threads` are TensorFlow's threads: they change the last bits of the result, as `seed` does.
    `trial` and `attempt` are numbers for the log. An attempt saves its epochs in `checkpoint_dir`, the
    trial's own folder ("" for none), at most every `checkpoint_seconds`, and resumes from what an earlier
    attempt saved there. `is_deterministic` forbids operations with random results, as some on GPUs have.
    `model_path` is where the network of the best epoch is saved, "" for nowhere. Only with `is_confirming`,
    which a person asks for, is the test part read. `code` is a model file that trains instead of a trainer;
    it may need no dataset, "".

    ParamsInvalid for a seed outside [0, 2**32) or fewer than one thread.

    Examples:
        >>> job = Job(trainer="mlp", dataset="digits", params={"units_1": 32}, max_epochs=3,
        ...           objective="val_loss", direction="minimize", seed=7, cache_dir="/var/cache/parzen")
        >>> Job.from_json(job.to_json()) == job
        True

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
    """What a training that ran to its end returns.

    `value` is the objective's metric at `best_step`, its best epoch (counted from 1), and `metrics` are
    all metrics of that epoch; `best_step` is 0 where the value is of no single epoch. `n_steps` are the
    epochs that ran, `seconds` the wall time of building and fitting, `versions` the versions that produced
    the numbers (python, keras, tensorflow, numpy). `unkept` says in a sentence why the network could not be
    saved, "" where it was or none was wanted.

    Examples:
        >>> result = Result(value=0.31, best_step=2, metrics={"val_loss": 0.31}, n_steps=3,
        ...                 n_parameters=650, seconds=1.5, versions={"keras": "3.15.0"})
        >>> Result.from_json_dict(result.to_json_dict()) == result
        True

    """

    value: float
    best_step: int
    metrics: dict[str, float]
    n_steps: int
    n_parameters: int
    seconds: float
    versions: dict[str, str]
    unkept: str = ""

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object; others in it are ignored."""
        return cls(**{item.name: raw[item.name] for item in fields(cls)})
