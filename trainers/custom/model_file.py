"""What a model file declares. Reading it runs it: only in the processes of `declaration` and of trainings."""

from __future__ import annotations

import inspect
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer import OptimizerError, SearchSpace
from optimizer.compat.hp import LabelledSpace
from trainers.custom.goal import DEFAULT_METRICS, FileGoal, goal_of_file, metric_of
from trainers.custom.hyperopt_files import make_hyperopt_importable, searches_declared
from trainers.custom.imports import make_importable
from trainers.custom.info import custom_info
from trainers.custom.keras_callbacks import WITHOUT_TENSORBOARD, quiet_tensorboard
from trainers.custom.keras_datasets import Loads, give_dataset_of_study
from trainers.custom.other_tuners import asking_file, make_tuners_importable
from trainers.custom.scripts import script_part
from trainers.custom.searching import Search, SearchBegan
from trainers.custom.source_files import SourceFile, place_of, split_files
from trainers.custom.user_code import FILE_NAME, CodeInvalid, run_user_code, shown
from trainers.errors import error_text
from trainers.knob import Knob
from trainers.space import space_json

if TYPE_CHECKING:
    from types import CodeType

    from trainers.custom.discovery.asking_file import AskingFile
    from trainers.datasets.base import Dataset

DEFAULT_BATCH_SIZE = 32
N_DRAWN = 50


@dataclass(frozen=True)
class ModelFile:
    """The function of a model file and its search space.

    `name` is "objective" for a function from params to a value, "build" for one to a compiled model. `space`
    turns a trial's params into the function's argument; None where the file declares knobs, or asks for its
    values one by one (`asking`). `metric` is the one that it names; `declared` are all names that it defines.
    `loads` are Keras' datasets that it has loaded, which are that of the study.
    """

    known_space: SearchSpace | None
    space: LabelledSpace | None
    function: Callable[..., Any]
    name: str
    metric: str
    files: Sequence[SourceFile]
    declared: Mapping[str, Any]
    asking: AskingFile | None = None
    loads: Loads = field(default_factory=Loads)
    notes: Sequence[str] = ()

    @property
    def search_space(self) -> SearchSpace:
        """Return what it declares. One that asks for its values is called many times for that."""
        if self.known_space is not None:
            return self.known_space
        assert self.asking is not None  # noqa: S101, for the type checker: one of the two is there
        return self.asking.search_space

    @property
    def warnings(self) -> Sequence[str]:
        """Return sentences about what a person may expect of the file, and does not get."""
        return [*(self.asking.warnings if self.asking else ()), *self.notes]

    @property
    def fits_rows(self) -> bool:
        """Say whether its model is fitted to the rows of the dataset, as they are."""
        return self.name == "build"

    def place_of(self, name: str) -> str:
        """Return where the files first have a name, or its class in Keras, as in "Line 3: ", or ""."""
        camel = "".join(part.capitalize() for part in name.split("_"))
        return place_of(self.files, re.compile(rf"(?<!\w)(?:{name}|{camel})(?!\w)"))

    def point_of(self, params: Mapping[str, Any]) -> Any:
        """Return the argument of the function: the nest of `space`, or a dict of knobs' values by name."""
        return self.space.point_of(params) if self.space else dict(params)

    @property
    def needs_data(self) -> bool:
        """Say whether it has nothing to do without a dataset: a model to be fitted, or an argument `data`."""
        if self.fits_rows or self.loads.names:
            return True
        data = asked_arguments(self.function).get("data")
        return data is not None and data.default is inspect.Parameter.empty

    def goal(self) -> FileGoal:
        """Return metric and direction for a new study; CodeInvalid where they are unclear or contradict.

        A training does not ask: its study has decided.
        """
        return goal_of_file(self.declared, self.name, self.files[0].text)


def asked_arguments(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return the arguments that a function names; none of one that does not say, such as a builtin."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def read_model_file(source: str, data: Dataset | None = None) -> ModelFile:
    """Run a model file and return what it declares; CodeInvalid where it raises or declares too little.

    `data` is what it gets where it loads one of Keras' datasets; None before there is a study.

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
    make_hyperopt_importable()
    make_tuners_importable()
    main, *_ = files = split_files(source)
    # not __main__, so that a script's own training does not start
    names = make_importable(files).__dict__
    loads = give_dataset_of_study(source, data)
    is_quiet = quiet_tensorboard(source)
    search = run_user_code(lambda: _run(compile(main.text, main.frame_name, "exec"), names))
    if search is None and not _is_complete(names):
        search = run_user_code(lambda: _run_as_script(main, names))
    # what was declared may raise errors of its own when it is read
    declared: ModelFile = run_user_code(lambda: _read(search, names, files))
    return replace(declared, loads=loads, notes=[WITHOUT_TENSORBOARD] * is_quiet)


def _read(search: Any, names: Mapping[str, Any], files: Sequence[SourceFile]) -> ModelFile:
    asking = asking_file(search, names)
    if asking is None:
        return _declared(_with_search(names, search), files)
    declared = {**names, **asking.goal}
    metric = metric_of(declared, asking.name)
    return ModelFile(None, None, asking.function, asking.name, metric, files, declared, asking)


def _run(code: CodeType, names: dict[str, Any]) -> Any:
    """Run the model file to its end, or to the search that it begins with `fmin`, which is returned."""
    with searches_declared():
        try:
            exec(code, names)  # noqa: S102, running it is the purpose
        except SearchBegan as began:
            return began.search
    return None


def _run_as_script(main: SourceFile, names: dict[str, Any]) -> Any:
    """Run what a file does only as a script, up to the search in there, which is returned."""
    code = script_part(main)
    if code is None:
        return None
    name, arguments = names["__name__"], sys.argv
    names["__name__"], sys.argv = "__main__", [main.name or FILE_NAME]
    try:
        return _run(code, names)
    finally:
        names["__name__"], sys.argv = name, arguments


def _with_search(names: Mapping[str, Any], search: Search | None) -> Mapping[str, Any]:
    """Return the names of a file; what it gave to `fmin` takes the place of those that it lacks."""
    if search is None:
        return names
    own = {"space": search.space} if "knobs" not in names else {}
    if not _functions(names):
        own["objective"] = search.function
    return {**own, **names}


def _is_complete(names: Mapping[str, Any]) -> bool:
    """Say whether a file has all that it needs without what it does only as a script."""
    return bool(_functions(names)) and ("space" in names or "knobs" in names)


def _functions(names: Mapping[str, Any]) -> list[str]:
    return [name for name in DEFAULT_METRICS if callable(names.get(name))]


def _declared(names: Mapping[str, Any], files: Sequence[SourceFile]) -> ModelFile:
    functions = _functions(names)
    if len(functions) != 1:
        found = "both" if functions else "neither"
        raise CodeInvalid(
            "A model file must define one function: objective(params), which returns a value, or "
            f"build(params), which returns a compiled Keras model. This one has {found}."
        )
    search_space, space = _search_space(names)
    name = functions[0]
    file = ModelFile(search_space, space, names[name], name, metric_of(names, name), files, names)
    _check_batch_size(file)
    return file


def batch_size_of(file: ModelFile, params: Mapping[str, Any]) -> int:
    """Return the batch size of a trial; CodeInvalid where it is no number of at least 1."""
    size = params.get("batch_size", DEFAULT_BATCH_SIZE)
    is_number = isinstance(size, int | float) and not isinstance(size, bool)
    if not is_number or not math.isfinite(size) or size < 1:
        raise CodeInvalid(
            f"{file.place_of('batch_size')}batch_size must be a whole number of at least 1, "
            f"not {shown(size)}."
        )
    return int(size)


def _check_batch_size(file: ModelFile) -> None:
    """Draw a few points: what a trial could not use is said before the first one."""
    rng = np.random.default_rng(0)
    is_used = file.name == "build" and "batch_size" in file.search_space
    for _ in range(N_DRAWN if is_used else 0):
        batch_size_of(file, file.search_space.sample(rng))


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
    except (OptimizerError, TypeError, RecursionError) as error:
        raise CodeInvalid(f"The search space is invalid: {error_text(error, 300).rstrip('.')}.") from error
