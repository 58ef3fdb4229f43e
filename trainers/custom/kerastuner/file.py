"""A file of KerasTuner as a model file: how it is read, and how one of its trials is trained."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.custom.discovery.asked import Asked, Run
from trainers.custom.discovery.asking_file import AskingFile
from trainers.custom.discovery.stopping import TrainingBegan, nothing_trained
from trainers.custom.kerastuner.errors import FailedTrialError
from trainers.custom.kerastuner.found import name_of_hypermodel
from trainers.custom.kerastuner.objectives import DEFAULT_OBJECTIVE, DIRECTIONS
from trainers.custom.kerastuner.tuners import Session, Trial, TunerSearch
from trainers.custom.user_code import CodeInvalid, run_user_code
from trainers.errors import TrialInfeasible, error_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trainers.custom.kerastuner.hyperparameters import HyperParameters

_N_PLACEHOLDERS = 8  # rows that stand for data while a file is read


def keras_tuner_file(search: TunerSearch, names: Mapping[str, Any]) -> AskingFile:
    """Return what a file with this search declares."""
    tuned = _Tuned(search)
    if search.trains_on_its_own:

        def objective(
            params: Mapping[str, Any], report: Any, max_epochs: int, direction: str
        ) -> dict[str, Any]:
            from trainers.custom.kerastuner.training import train  # noqa: PLC0415, it loads Keras

            with _failing_as_infeasible():
                return train(search, tuned.hyperparameters(params), report, max_epochs, direction)

        return AskingFile("objective", objective, tuned.record, _first, tuned.goal, notes=tuned.notes)
    return AskingFile(
        "build",
        tuned.build,
        tuned.record,
        _first,
        tuned.goal,
        fit=tuned.fit if search.tuner.trains_itself else None,
        notes=tuned.notes,
        rebuilt_by=name_of_hypermodel(search.tuner.hypermodel, names),
    )


def _first(first: Asked, _: Asked) -> Asked:
    """As in KerasTuner, bounds that change between trials are those of the first."""
    return first


class _Tuned:
    """The hypermodel of a search, which is built for recorded values or for those of a trial."""

    def __init__(self, search: TunerSearch) -> None:
        self._search = search
        self._tuner = search.tuner
        self._hp: HyperParameters | None = None

    @property
    def goal(self) -> dict[str, str]:
        """Metric and direction as far as the tuner says them."""
        objective = self._tuner.oracle.objective
        if objective is None:
            if self._search.is_guessed or not self._tuner.trains_itself:
                return {}
            return {"metric": DEFAULT_OBJECTIVE, "direction": "minimize"}
        direction = DIRECTIONS.get(objective.direction)
        return {"metric": objective.name} | ({"direction": direction} if direction else {})

    @property
    def notes(self) -> Sequence[str]:
        """What the page should say of the tuner."""
        oracle, notes = self._tuner.oracle, []
        asked = {"max_trials": oracle.max_trials, "epochs": self._search.kwargs.get("epochs")}
        if oracle.max_epochs:
            asked["max_epochs"] = oracle.max_epochs
        said = [f"{name}={value}" for name, value in asked.items() if isinstance(value, int)]
        if said:
            notes.append(f"The tuner asks for {' and '.join(said)}: the budget of this page counts.")
        if self._tuner.executions_per_trial != 1:
            n = self._tuner.executions_per_trial
            notes.append(
                f"executions_per_trial={n} has no effect: confirm the best trials with several seeds."
            )
        return notes

    def hyperparameters(self, params: Mapping[str, Any]) -> HyperParameters:
        """Return what gives a trial its values."""
        oracle = self._tuner.oracle
        known = {asked.key for asked in oracle.get_space().space}

        def value_of(asked: Asked) -> Any:
            for label in (asked.long_label, asked.name):
                if label in params:
                    return params[label]
            if oracle.tunes_new or asked.key in known:
                sys.stderr.write(
                    f"{asked.name} was not found when the file was read: it is {asked.default}, its default\n"
                )
            return asked.default

        return _filled(oracle.get_space(), value_of)

    def build(self, params: Mapping[str, Any]) -> Any:
        """Return the compiled model of a trial."""
        self._hp = self.hyperparameters(params)
        with _failing_as_infeasible():
            return self._tuner.build(self._hp)

    def fit(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Fit the model that was built last as the file says."""
        fit = self._tuner.hypermodel.fit
        with _failing_as_infeasible():
            try:
                return fit(self._hp, model, *args, **kwargs)
            except TypeError as error:
                if "multiple values for keyword argument 'epochs'" not in str(error):
                    raise
            # it tunes the number of epochs itself
            return fit(self._hp, model, *args, **{k: v for k, v in kwargs.items() if k != "epochs"})

    def record(self, values: Mapping[str, Any]) -> Run:
        """Build, and fit up to the training, with these values in place of defaults."""
        oracle = self._tuner.oracle
        known = oracle.get_space()

        def fill(asked: Asked) -> Any:
            value = values.get(asked.name, asked.default)
            return value if asked.distribution.contains(value) else asked.default

        hp = _filled(known.copy(), fill)
        recorder = _Recorder(self._search, hp)
        with nothing_trained():
            recorder.run()
        new = [asked for asked in hp.space if asked.key not in {each.key for each in known.space}]
        if new and not oracle.allows_new:
            raise CodeInvalid(
                f"allow_new_entries is False, but {new[0].name} is not among the tuner's hyperparameters."
            )
        asked = hp.space if oracle.tunes_new else known.space
        return Run({each.key: each for each in asked}, hp.values, recorder.is_complete, recorder.problem)


class _Recorder:
    """One call of a hypermodel that trains nothing."""

    def __init__(self, search: TunerSearch, hp: HyperParameters) -> None:
        self._search, self._tuner, self._hp = search, search.tuner, hp
        self.is_complete, self.problem = True, ""

    def run(self) -> None:
        """Build, then fit. CodeInvalid where the model cannot even be built for the defaults."""
        if "keras" in sys.modules:
            import keras  # noqa: PLC0415, only a file that uses it has it here

            keras.utils.clear_session(free_memory=False)
        search = self._search
        if search.trains_on_its_own:
            self._tuner.session = Session()
            self._try(lambda: self._tuner.run_trial(Trial(self._hp), *search.args, **search.kwargs))
            return
        built: list[Any] = []
        self._try(lambda: built.append(self._tuner.build(self._hp)))
        if built and self._tuner.trains_itself:
            self._try(lambda: self._fit(built[0]))

    def _fit(self, model: Any) -> None:
        shape = getattr(model, "input_shape", None)
        size = shape[1:] if isinstance(shape, tuple) and None not in shape[1:] else (1,)
        x, y = np.zeros((_N_PLACEHOLDERS, *size), np.float32), np.zeros(_N_PLACEHOLDERS, np.int64)
        self._tuner.hypermodel.fit(self._hp, model, x, y, validation_data=(x, y), epochs=1, callbacks=[])

    def _try(self, call: Callable[[], Any]) -> None:
        def until_training() -> None:
            try:
                call()
            except TrainingBegan:
                pass
            except FailedTrialError:
                self.is_complete = False

        try:
            run_user_code(until_training)
        except CodeInvalid as error:
            self.is_complete, self.problem = False, str(error)


def _filled(hp: HyperParameters, fill: Callable[[Asked], Any]) -> HyperParameters:
    """Return what asks `fill` for values, also for what a file has made before."""
    hp.fill_with(fill)
    for asked in hp.space:
        if asked.is_active(hp.values):
            hp.values.setdefault(asked.name, fill(asked))
    return hp


@contextmanager
def _failing_as_infeasible() -> Iterator[None]:
    try:
        yield
    except FailedTrialError as error:
        reason = error_text(error, 300).rstrip(".") or "no reason given"
        raise TrialInfeasible(f"The file failed the trial: {reason}.") from error
