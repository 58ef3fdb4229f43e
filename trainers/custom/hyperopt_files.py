"""Lets files that were written for Hyperopt run as they are: its imports, and the search that they begin."""

from __future__ import annotations

import ast
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import optimizer
from optimizer.compat import hyperopt

if TYPE_CHECKING:
    from types import CodeType, ModuleType

    from trainers.custom.source_files import SourceFile


@dataclass(frozen=True)
class Search:
    """The function and the space that a file gave to `fmin`."""

    function: Callable[..., Any]
    space: Any


class SearchBegan(BaseException):
    """A file called `fmin`: it has said what is searched, and Parzen searches itself.

    No subclass of Exception, which the file may catch.
    """

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search


def make_hyperopt_importable() -> None:
    """Give `from hyperopt import hp`, `from hyperopt.pyll.base import scope` and the like what is here.

    The modules are the same ones, so that an exception is caught under either name.
    """
    if "hyperopt" in sys.modules:
        return
    sys.modules["hyperopt"] = hyperopt
    for _, name, _ in pkgutil.walk_packages(hyperopt.__path__, f"{hyperopt.__name__}."):
        sys.modules[f"hyperopt{name.removeprefix(hyperopt.__name__)}"] = import_module(name)


def script_part(file: SourceFile) -> CodeType | None:
    r"""Return what a file does only as a script, compiled, where a search may begin in there; or None.

    That is each `if __name__ == "__main__":` of its own, as a rule around `fmin` or a function that calls it.
    A script that trains without a search is not run: it would spend the seconds of reading on a training.

    Examples:
        >>> from trainers.custom.source_files import SourceFile
        >>> code = script_part(SourceFile("", "if __name__ == '__main__':\n    fmin(loss, space)"))
        >>> code.co_names
        ('__name__', 'fmin', 'loss', 'space')

    """
    tree = ast.parse(file.text)
    called = {
        getattr(node.func, "id", getattr(node.func, "attr", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    guarded = [node for node in tree.body if isinstance(node, ast.If) and _asks_for_script(node.test)]
    if "fmin" not in called or not guarded:
        return None
    return compile(ast.Module(body=[*guarded], type_ignores=[]), file.frame_name, "exec")


def _asks_for_script(test: ast.expr) -> bool:
    nodes = [*ast.walk(test)]
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in nodes) and any(
        isinstance(node, ast.Constant) and node.value == "__main__" for node in nodes
    )


@contextmanager
def searches_declared() -> Iterator[None]:
    """While a file is read, its call of `fmin` raises SearchBegan instead of training all of its trials."""

    def fmin(fn: Callable[..., Any], space: Any, *_: Any, **__: Any) -> None:
        raise SearchBegan(Search(fn, space))

    homes: list[ModuleType] = [optimizer, hyperopt, import_module(f"{hyperopt.__name__}.fmin")]
    kept = [home.fmin for home in homes]
    for home in homes:
        vars(home)["fmin"] = fmin
    hyperopt.Trials.search = fmin  # what trials.fmin calls
    try:
        yield
    finally:
        for home, own in zip(homes, kept, strict=True):
            vars(home)["fmin"] = own
        hyperopt.Trials.search = hyperopt.fmin
