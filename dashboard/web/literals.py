"""Values as people paste them: JSON or a Python literal, read and never evaluated."""

import ast
import json
from collections.abc import Iterable
from typing import Any


class LiteralError(ValueError):
    """A sentence that says what to do; `line` is where the text is wrong, where that is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_literal(text: str) -> Any:
    """What is written there. A name that stands twice in one object is refused in both notations."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise LiteralError("This is nested too deeply. Paste one flat object.") from None
    except LiteralError:
        raise
    except ValueError:
        return _read_python(text)


def _read_python(text: str) -> Any:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                _unique((ast.literal_eval(key), None) for key in node.keys if key is not None)
        return ast.literal_eval(tree)
    except SyntaxError as error:
        raise LiteralError(f"This is neither JSON nor a Python dict: {error.msg}.", error.lineno) from None
    except LiteralError:
        raise
    except (ValueError, TypeError, MemoryError, RecursionError):
        words = "This is neither JSON nor a plain Python dict. Write values out: nothing in it is computed."
        raise LiteralError(words) from None


def _unique(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for name, value in pairs:
        if name in found:
            raise LiteralError(f"{name}: is there twice. Remove one.")
        found[name] = value
    return found


def _no_constant(name: str) -> float:
    """JSON has no NaN or infinity."""
    raise ValueError(name)
