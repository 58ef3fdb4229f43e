"""What a model file declares. Reading it runs it: only in the processes of `declaration` and of trainings."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from optimizer import OptimizerError, SearchSpace
from optimizer.compat import hyperopt
from optimizer.compat.hp import LabelledSpace
from optimizer.objective import DIRECTIONS
from trainers.custom.info import custom_info
from trainers.errors import TrainerError
from trainers.knob import Knob
from trainers.space import space_json

if TYPE_CHECKING:
    from optimizer.objective import Direction

FILE_NAME = "<model file>"
LOSS = "loss"
_DEFAULT_METRICS = {"objective": LOSS, "build": "val_loss"}


class CodeInvalid(TrainerError):  # noqa: N818 (says what happened)
    """The model file breaks a rule or raises an error; the message names the rule or the line."""


@dataclass(frozen=True)
class ModelFile:
    """The function of a model file and its search space.

    `name` is "objective" for a function from params to a value, "build" for one to a compiled model. `space`
    turns a trial's params into the function's argument; None where the file declares knobs.
    """

    search_space: SearchSpace
    space: LabelledSpace | None
    function: Callable[..., Any]
    name: str
    metric: str
    direction: Direction

    def point_of(self, params: Mapping[str, Any]) -> Any:
        """Return the argument of the function: the nest of `space`, or a dict of knobs' values by name."""
        return self.space.point_of(params) if self.space else dict(params)


def read_model_file(source: str) -> ModelFile:
    """Run a model file and return what it declares; CodeInvalid where it raises or declares too little.

    Examples:
        >>> file = read_model_file('''
        ... from optimizer import hp
        ... space = {"x": hp.uniform("x", -5, 5)}
        ... def objective(params):
        ...     return (params["x"] - 1) ** 2
        ... ''')
        >>> file.name, file.metric, file.direction
        ('objective', 'loss', 'minimize')
        >>> file.function(file.point_of({"x": 3.0}))
        4.0

    """
    # files written for Hyperopt begin with `from hyperopt import hp`
    sys.modules.setdefault("hyperopt", hyperopt)
    # not __main__, so that a script's own training does not start
    names: dict[str, Any] = {"__name__": "model_file"}
    run_user_code(lambda: exec(compile(source, FILE_NAME, "exec"), names))  # noqa: S102, running it is the purpose
    functions = [name for name in _DEFAULT_METRICS if callable(names.get(name))]
    if len(functions) != 1:
        found = "both" if functions else "neither"
        raise CodeInvalid(
            "A model file must define one function: objective(params), which returns a value, or "
            f"build(params), which returns a compiled Keras model. This one has {found}."
        )
    search_space, space = _search_space(names)
    name = functions[0]
    metric = names.get("metric", _DEFAULT_METRICS[name])
    direction = names.get("direction", _guess_direction(metric))
    if direction not in DIRECTIONS:
        raise CodeInvalid(f"direction must be 'minimize' or 'maximize', not {direction!r}.")
    if not isinstance(metric, str) or not 0 < len(metric) <= 50:
        raise CodeInvalid(f"metric must be a name of at most 50 characters, not {metric!r}.")
    return ModelFile(search_space, space, names[name], name, metric, cast("Direction", direction))


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
        raise CodeInvalid(f"The model file exited the process (exit code {error.code!r}).") from error
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
            "A model file must define a search space: space = {...} with hp.* nodes, or "
            f"knobs = [Knob(...), ...]. This one has {'neither' if declared is None else 'both'}."
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


def _guess_direction(metric: object) -> str:
    words = ("acc", "auc", "f1", "precision", "recall", "r2", "score", "value")
    return "maximize" if any(word in str(metric).lower() for word in words) else "minimize"
