"""KerasTuner's tuners as recorders: `search` says what is to be searched, and Parzen searches itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from optimizer.wording import thousands
from trainers.custom.kerastuner.errors import FailedTrialError, FatalTypeError
from trainers.custom.kerastuner.hypermodel import as_hypermodel, has_own_fit
from trainers.custom.kerastuner.hyperparameters import HyperParameters
from trainers.custom.kerastuner.objectives import as_objective
from trainers.custom.searching import SearchBegan
from trainers.custom.user_code import CodeInvalid


@dataclass(frozen=True)
class TunerSearch:
    """The tuner that a file made, and the arguments of its `search`; `is_guessed` where it made none."""

    tuner: Tuner
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    is_begun: bool = False
    is_guessed: bool = False

    @property
    def trains_on_its_own(self) -> bool:
        """Say whether the file trains on what it gave to `search`; else a dataset of Parzen's is fitted."""
        named = {"x", "train_data", "validation_data", "generator"} & self.kwargs.keys()
        is_own_search = self.is_begun and self.tuner.trains_itself
        return bool(self.args or named) or is_own_search or self.tuner.has_own_run


@dataclass
class Trial:
    """What `run_trial` gets of a trial."""

    hyperparameters: HyperParameters
    trial_id: str = "0"
    metrics: dict[str, float] = field(default_factory=dict)
    score: float | None = None


@dataclass
class Session:
    """What a training needs of Parzen: callbacks that report, and the most epochs; none while reading.

    `is_given_epochs` says that the file gives `search` a number of epochs, in place of which these count.
    """

    make_callbacks: Callable[[], Sequence[Any]] = tuple
    max_epochs: int | None = None
    is_given_epochs: bool = False


class Oracle:
    """What proposes values in KerasTuner: here it only keeps objective, trials and known hyperparameters."""

    _names: ClassVar[tuple[str, ...]] = ("objective", "max_trials")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = {**dict(zip(self._names, args, strict=False)), **kwargs}
        self.given = given
        self.objective = as_objective(given.get("objective"))
        self.max_trials = given.get("max_trials")
        self.max_epochs = given.get("max_epochs")
        self.hyperparameters: HyperParameters | None = given.get("hyperparameters")
        self.tunes_new = given.get("tune_new_entries", True)
        self.allows_new = given.get("allow_new_entries", True)
        self.reported: dict[str, float] = {}

    def get_space(self) -> HyperParameters:
        """Return what is known before anything is built."""
        return self.hyperparameters.copy() if self.hyperparameters else HyperParameters()

    def update_trial(self, trial_id: str, metrics: Mapping[str, float], step: int = 0) -> str:  # noqa: ARG002
        """Take the metrics that a file's own `run_trial` reports."""
        self.reported.update({name: float(value) for name, value in metrics.items()})
        return "RUNNING"


class HyperbandOracle(Oracle):
    _names = ("objective", "max_epochs")


class Tuner:
    """A tuner with KerasTuner's arguments; the first are those of `_names`."""

    _names: ClassVar[tuple[str, ...]] = ("oracle", "hypermodel")
    made: ClassVar[list[Tuner]] = []  # those of the file that is read

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = {**dict(zip(self._names, args, strict=False)), **kwargs}
        oracle = given.get("oracle")
        self.oracle = oracle if isinstance(oracle, Oracle) else Oracle(**given)
        self.hypermodel: Any = as_hypermodel(given.get("hypermodel"))
        self.max_model_size = given.get("max_model_size")
        self.optimizer, self.loss, self.metrics = map(given.get, ("optimizer", "loss", "metrics"))
        self.executions_per_trial = given.get("executions_per_trial", 1)
        self.directory = given.get("directory") or "."
        self.project_name = given.get("project_name") or "untitled_project"
        self.session = Session()
        if self.hypermodel is None and not self.has_own_run:
            raise ValueError(f"{type(self).__name__} needs a hypermodel, or its own run_trial.")
        Tuner.made.append(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise CodeInvalid(
            f"{type(self).__name__} has no {name} here: Parzen searches itself and shows the results."
        )

    @property
    def has_own_run(self) -> bool:
        """Say whether the file has a `run_trial` of its own."""
        return type(self).run_trial is not Tuner.run_trial

    @property
    def trains_itself(self) -> bool:
        """Say whether the file says itself how a trial trains."""
        return self.has_own_run or has_own_fit(self.hypermodel)

    @property
    def project_dir(self) -> str:
        """The folder of the project, which nothing is written to."""
        return f"{self.directory}/{self.project_name}"

    def search(self, *args: Any, **kwargs: Any) -> None:
        """Say what is searched; never returns."""
        raise SearchBegan(TunerSearch(self, args, kwargs, is_begun=True))

    def search_space_summary(self, extended: bool = False) -> None:
        """Do nothing: the page shows the search space."""

    def reload(self) -> None:
        """Do nothing: there are no trials yet."""

    def new_hyperparameters(self) -> HyperParameters:
        """Return the hyperparameters of a trial, with what the tuner knows already."""
        return self.oracle.get_space()

    def build(self, hp: HyperParameters) -> Any:
        """Build a model, compiled as the tuner says."""
        model = self.hypermodel.build(hp)
        if not hasattr(model, "fit"):
            raise FatalTypeError(f"build must return a Keras model, but it returned {type(model).__name__}.")
        self._compile(model)
        size = int(model.count_params()) if self.max_model_size and model.built else 0
        if self.max_model_size and size > self.max_model_size:
            raise FailedTrialError(
                f"the model has {thousands(size)} parameters, more than {thousands(self.max_model_size)}"
            )
        return model

    def run_trial(self, trial: Trial, *args: Any, **kwargs: Any) -> Any:
        """Build and fit once."""
        hp = trial.hyperparameters
        model = self.build(hp)
        own = [copy.deepcopy(callback) for callback in kwargs.pop("callbacks", None) or []]
        given: dict[str, Any] = {**kwargs, "callbacks": [*own, *self.session.make_callbacks()]}
        most, is_asked = self.session.max_epochs, "epochs" in kwargs or self.session.is_given_epochs
        # what the file tunes counts up to the study's budget; a `fit` of its own may count by itself
        if most and (is_asked or not has_own_fit(self.hypermodel)):
            given["epochs"] = min(kwargs.get("epochs", most), most)
        if not has_own_fit(self.hypermodel):
            given["verbose"] = 0
        return self.hypermodel.fit(hp, model, *args, **given)

    def _compile(self, model: Any) -> None:
        if not (self.optimizer or self.loss or self.metrics):
            return
        import keras  # noqa: PLC0415, only models need it

        optimizer = self.optimizer or model.optimizer
        if not isinstance(optimizer, str):  # each model needs one of its own
            optimizer = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
        compiled = getattr(getattr(model, "_compile_config", None), "config", None) or {}
        metrics = self.metrics or compiled.get("metrics")
        model.compile(optimizer=optimizer, loss=self.loss or compiled.get("loss"), metrics=metrics)


class RandomSearch(Tuner):
    _names = ("hypermodel", "objective", "max_trials")


class BayesianOptimization(Tuner):
    _names = ("hypermodel", "objective", "max_trials")


class GridSearch(Tuner):
    _names = ("hypermodel", "objective", "max_trials")


class Hyperband(Tuner):
    _names = ("hypermodel", "objective", "max_epochs")


class SklearnTuner(Tuner):
    _names = ("oracle", "hypermodel", "scoring", "metrics", "cv")

    def search(self, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Say that it cannot be searched here."""
        raise CodeInvalid(
            "SklearnTuner is not read: Parzen's KerasTuner files train Keras models. Write objective(params) "
            "with cross_val_score instead."
        )
