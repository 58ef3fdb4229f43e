"""What the reader of a file learns of a function that asks for its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from optimizer.errors import OptimizerError
from trainers.custom.discovery.conditions import Merge, space_of_runs
from trainers.custom.discovery.exploring import Explored, explore
from trainers.custom.user_code import CodeInvalid
from trainers.errors import error_text

if TYPE_CHECKING:
    from optimizer import SearchSpace
    from trainers.custom.discovery.asked import Run


@dataclass(frozen=True)
class AskingFile:
    """A file of KerasTuner or Optuna, in the terms of a model file.

    `name` and `function` are as in `ModelFile`; `fit` fits the model that `function` built last, None where
    Parzen does. `run` calls it once with some values, to see what it asks for. `goal` are "metric" and
    "direction" as far as the file says them. `notes` are sentences about what has no effect here.
    `rebuilt_by` is the name in the file of the function, hypermodel or class of one that builds its models.
    """

    name: str
    function: Callable[..., Any]
    run: Callable[[Mapping[str, Any]], Run]
    merge: Merge
    goal: Mapping[str, str]
    fit: Callable[..., Any] | None = None
    notes: Sequence[str] = ()
    rebuilt_by: str = ""

    @cached_property
    def explored(self) -> Explored:
        """Return what many calls asked for. CodeInvalid where none asked for anything."""
        explored = explore(self.run)
        if not any(run.asked for run in explored.runs):
            problem = explored.runs[0].problem
            raise CodeInvalid(problem or "The function asks for no values, so there is nothing to search.")
        return explored

    @cached_property
    def search_space(self) -> SearchSpace:
        """Return what it asks for, after many calls. CodeInvalid where it asks for nothing."""
        try:
            return space_of_runs(self.explored.runs, self.merge)
        except OptimizerError as error:
            raise CodeInvalid(
                f"The search space is invalid: {error_text(error, 300).rstrip('.')}."
            ) from error

    @property
    def warnings(self) -> Sequence[str]:
        """Return sentences for the page."""
        return [*self.notes, *self.explored.warnings]
