"""What a file does only as a script: the place where most searches begin."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

    from trainers.custom.source_files import SourceFile

# What begins a search in each library; the last two only where the file imports it.
_BEGINS = {"fmin": "", "optimize": "optuna", "search": "keras"}


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
    if not guarded or not any(call in called and library in file.text for call, library in _BEGINS.items()):
        return None
    return compile(ast.Module(body=[*guarded], type_ignores=[]), file.frame_name, "exec")


def _asks_for_script(test: ast.expr) -> bool:
    nodes = [*ast.walk(test)]
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in nodes) and any(
        isinstance(node, ast.Constant) and node.value == "__main__" for node in nodes
    )
