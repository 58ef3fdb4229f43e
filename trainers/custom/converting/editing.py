"""Edits Python source by the places of its statements, so that comments and layout stay."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from trainers.custom.user_code import CodeInvalid


def parse(text: str) -> ast.Module:
    """Return the tree of a file; CodeInvalid with the line where it is no Python."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise CodeInvalid(f"Line {error.lineno}: {error.msg}.") from error


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called: `minimize` of `optim.minimize(...)`."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def find_calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Return all calls of a name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called_name(node) == name:
            yield node


def function_named(tree: ast.Module, name: str) -> ast.FunctionDef:
    """Return a function of the file; CodeInvalid where it has none of that name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    raise CodeInvalid(f"The file has no function {name} at its top level. Define it there.")


def without(text: str, tree: ast.Module, library: str, search: ast.Call) -> str:
    """Return the text without the library's imports, and without the search and what follows it."""
    end = next(node for node in tree.body if node.lineno <= search.lineno <= (node.end_lineno or 0))
    dropped = [(node.lineno, node.end_lineno or node.lineno) for node in tree.body if _imports(node, library)]
    lines = text.splitlines()[: end.lineno - 1]
    kept = [line for number, line in enumerate(lines, 1) if not any(a <= number <= b for a, b in dropped)]
    return "\n".join(kept).strip() + "\n"


def names_from(tree: ast.Module, library: str) -> Sequence[str]:
    """Return the names that a file imports from a library."""
    return [
        alias.asname or alias.name.partition(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and _imports(node, library)
        for alias in node.names
    ]


def _imports(node: ast.stmt, library: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] == library
    return isinstance(node, ast.Import) and any(a.name.partition(".")[0] == library for a in node.names)
