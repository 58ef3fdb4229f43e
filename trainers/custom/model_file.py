"""What a model file declares. Reading it runs it: only in the processes of `declaration` and of trainings."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from optimizer import OptimizerError, SearchSpace
from optimizer.compat import hyperopt
from optimizer.compat.hp import LabelledSpace
from trainers.custom.goal import DEFAULT_METRICS, CodeInvalid, FileGoal, goal_of_file, metric_of
from trainers.custom.info import custom_info
from trainers.errors import TrainerError
from trainers.knob import Knob
from trainers.space import space_json

__all__ = ["CodeInvalid", "ModelFile", "read_model_file", "run_user_code"]

FILE_NAME = "<model file>"


@dataclass(frozen=True)
class ModelFile:
    """The function of a model file and its search space.

    `name` is "objective" for a function from params to a value, "build" for one to a compiled model. `space`
    turns a trial's params into the function's argument; None where the file declares knobs. `metric` is the
    one that it names; `declared` are all names that it defines.
    """

    search_space: SearchSpace
    space: LabelledSpace | None
    function: Callable[..., Any]
    name: str
    metric: str
    source: str
    declared: Mapping[str, Any]

    def point_of(self, params: Mapping[str, Any]) -> Any:
        """Return the argument of the function: the nest of `space`, or a dict of knobs' values by name."""
        return self.space.point_of(params) if self.space else dict(params)

    def goal(self) -> FileGoal:
        """Return metric and direction for a new study; CodeInvalid where they are unclear or contradict.

        A training does not ask: its study has decided.
        """
        return goal_of_file(self.declared, self.name, self.source)


def read_model_file(source: str) -> ModelFile:
    """Run a model file and return what it declares; CodeInvalid where it raises or declares too little.

    Examples:
        >>> file = read_model_file('''
        ... from optimizer import hp
        ... space = {"x": hp.uniform("x", -5, 5)}
        ... def objective(params):
        ...     return (params["x"] - 1) ** 2
        ... ''')
        >>> file.name, file.goal()
        ('objective', FileGoal(metric='loss', direction='minimize'))
        >>> file.function(file.point_of({"x": 3.0}))
        4.0

    """
    # files written for Hyperopt begin with `from hyperopt import hp`
    sys.modules.setdefault("hyperopt", hyperopt)
    # not __main__, so that a script's own training does not start
    names: dict[str, Any] = {"__name__": "model_file"}
    run_user_code(lambda: exec(compile(source, FILE_NAME, "exec"), names))  # noqa: S102, running it is the purpose
    functions = [name for name in DEFAULT_METRICS if callable(names.get(name))]
    if len(functions) != 1:
        found = "both" if functions else "neither"
        raise CodeInvalid(
            "A model file defines one function: objective(params), which returns a value, or build(params), "
            f"which returns a compiled Keras model. This one has {found}."
        )
    search_space, space = _search_space(names)
    name = functions[0]
    metric = metric_of(names, name)
    return ModelFile(search_space, space, names[name], name, metric, source, names)


def run_user_code(function: Callable[[], Any]) -> Any:
    """Return what a function of the file returns; CodeInvalid names the line and the error it raised."""
    try:
        return function()
    # of Parzen's own functions that the file calls, such as a refused access
    except TrainerError:
        raise
    except SyntaxError as error:
        raise CodeInvalid(f"Line {error.lineno}: {error.msg}.") from error
    except SystemExit as error:
        raise CodeInvalid(f"The model file ends the process (exit code {error.code!r}).") from error
    except Exception as error:
        if type(error).__name__ == "ResourceExhaustedError":  # out of memory, a kind of failure of its own
            raise
        # the last frame in the file, not in a library that it called
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE_NAME
        ]
        where = f"Line {lines[-1]}: " if lines else ""
        sentences = str(error).strip().splitlines()
        reason = f": {sentences[0][:300]}" if sentences else ""
        raise CodeInvalid(f"{where}{type(error).__name__}{reason}.") from error


def _search_space(names: Mapping[str, Any]) -> tuple[SearchSpace, LabelledSpace | None]:
    declared, knobs = names.get("space"), names.get("knobs")
    if (declared is None) == (knobs is None):
        raise CodeInvalid(
            "A model file defines a search space: space = {...} of hp.* nodes, or knobs = [Knob(...), ...]. "
            f"This one has {'neither' if declared is None else 'both'}."
        )
    try:
        if knobs is None:
            space = LabelledSpace(declared)
            return space.search_space, space
        if not all(isinstance(knob, Knob) for knob in knobs):
            raise CodeInvalid("knobs must be a list of trainers.knob.Knob.")
        return SearchSpace.from_json(space_json(custom_info(tuple(knobs)), {})), None
    except (OptimizerError, TypeError) as error:
        raise CodeInvalid(f"The search space is invalid: {error}.") from error
