"""Reads a search space that is written with hp.*, as in Hyperopt. The text is parsed and never run."""

import ast
import math
import operator
import textwrap
from collections.abc import Callable
from typing import Any

from dashboard.new_study.pasted.errors import TextError
from optimizer import SearchSpace, SpaceError, hp
from optimizer.compat.hp.nodes import Draw, Switch

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(hp, name)
    for name in (
        "choice",
        "lognormal",
        "loguniform",
        "normal",
        "pchoice",
        "qlognormal",
        "qloguniform",
        "qnormal",
        "quniform",
        "randint",
        "uniform",
        "uniformint",
    )
}
NUMBERS: dict[str, Callable[..., Any]] = {
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "float": float,
    "abs": abs,
}
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
# Beyond these, a power is a number that nobody searches and that takes long to work out.
MAX_BASE, MAX_EXPONENT = 1e6, 64
MAX_NUMBER = 1e300
MAX_RANGE = 1_000
LOGARITHMIC = {"loguniform", "qloguniform"}
UNREADABLE = "can be read here, because the text is not run. Write hp.* with plain numbers and texts."


def read_hyperopt(text: str) -> tuple[SearchSpace, dict[str, int]]:
    """The space, and the line of each of its labels. Raises TextError."""
    try:
        tree = ast.parse(textwrap.dedent(text))
        reader = _Reader()
        found = [reader.read(statement) for statement in tree.body]
    except TextError:
        raise
    except SyntaxError as error:
        raise TextError(f"This is not valid Python: {error.msg}.", error.lineno) from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise TextError(
            "This is nested too deeply, or holds characters that Python does not allow."
        ) from error
    if not reader.line_of:
        raise TextError('There is no hp.* in this text. Write for example hp.uniform("dropout_1", 0, 0.5).')
    try:
        return hp.space_of(found), reader.line_of
    except SpaceError as error:
        raise TextError(f"{error}.", reader.line_of.get(error.path.partition(".")[0])) from None


class _Reader:
    """Values of expressions: numbers, texts, containers, and the nodes of hp.*."""

    def __init__(self) -> None:
        self.line_of: dict[str, int] = {}
        self._values: dict[str, Any] = {}

    def read(self, statement: ast.stmt) -> Any:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return None
        if isinstance(statement, ast.Expr):
            return self._value(statement.value)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = self._values[statement.targets[0].id] = self._value(statement.value)
            return value
        raise TextError(f"Only assignments and hp.* {UNREADABLE}", statement.lineno)

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=str() | int() | float() | bool() | None):
                return node.value
            case ast.Name():
                if node.id not in self._values:
                    raise TextError(
                        f"{node.id} has no value in this text. Write its value instead.", node.lineno
                    )
                return self._values[node.id]
            case ast.List() | ast.Tuple():
                return [self._value(item) for item in node.elts]
            case ast.Dict():
                keys = [self._value(key) if key else None for key in node.keys]
                return dict(zip(map(str, keys), map(self._value, node.values), strict=True))
            case ast.UnaryOp(op=ast.USub()):
                return -self._number(node.operand)
            case ast.BinOp():
                return self._calculated(node)
            case ast.Call():
                return self._called(node)
        raise TextError(f"Only hp.*, numbers, texts, lists and dicts {UNREADABLE}", node.lineno)

    def _number(self, node: ast.expr) -> Any:
        value = self._value(node)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TextError(
                f"Only numbers can be calculated with, not {ast.unparse(node)[:40]}.", node.lineno
            )
        return value

    def _calculated(self, node: ast.BinOp) -> Any:
        left, right = self._number(node.left), self._number(node.right)
        known = OPERATORS.get(type(node.op))
        if known is None or (known is operator.pow and (abs(left) > MAX_BASE or abs(right) > MAX_EXPONENT)):
            raise TextError(f"{ast.unparse(node)[:40]} cannot be calculated. Write the number.", node.lineno)
        return self._checked(lambda: known(left, right), node)

    def _called(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        short = name.rpartition(".")[2]
        if short in {"int", "list", "dict"} and (short == name or name.endswith("scope.int")):
            return self._container(node, short)
        if short == "range":
            numbers = range(*(int(self._number(arg)) for arg in node.args))
            if len(numbers) > MAX_RANGE:
                raise TextError("A range can have at most 1,000 numbers. Write hp.uniformint.", node.lineno)
            return list(numbers)
        if short in FUNCTIONS:
            return self._hp(node, short)
        if short in NUMBERS:
            numbers_given = [self._number(arg) for arg in node.args]
            return self._checked(lambda: NUMBERS[short](*numbers_given), node)
        raise TextError(f"{name[:40]} cannot be used. Only hp.* {UNREADABLE}", node.lineno)

    def _container(self, node: ast.Call, name: str) -> Any:
        if name == "dict":
            return {word.arg or "": self._value(word.value) for word in node.keywords}
        (value,) = [self._value(arg) for arg in node.args] or [[]]
        is_number = name == "int" and isinstance(value, int | float)
        return int(value) if is_number else value

    def _hp(self, node: ast.Call, name: str) -> Draw | Switch:
        args = [self._value(arg) for arg in node.args]
        words = {word.arg or "": self._value(word.value) for word in node.keywords}
        if name in LOGARITHMIC and _are_bounds(args[1:3]):
            raise TextError(
                f"hp.{name} takes logarithms of its bounds. "
                f"Write math.log({args[1]}) and math.log({args[2]}).",
                node.lineno,
            )
        try:
            made: Draw | Switch = FUNCTIONS[name](*args, **words)
        except SpaceError as error:
            raise TextError(f"{error}.", node.lineno) from None
        except (TypeError, ValueError, OverflowError):
            raise TextError(
                f"hp.{name} does not take these values: {ast.unparse(node)[:60]}.", node.lineno
            ) from None
        self.line_of[made.label] = node.lineno
        return made

    def _checked(self, calculate: Callable[[], Any], node: ast.expr) -> Any:
        try:
            value = calculate()
            is_right = abs(value) < MAX_NUMBER
        except (ArithmeticError, ValueError, TypeError):
            is_right = False
        if not is_right:
            raise TextError(f"{ast.unparse(node)[:40]} cannot be calculated. Write the number.", node.lineno)
        return value


def _are_bounds(numbers: list[Any]) -> bool:
    """Whether these are the bounds themselves: as logarithms, they would mean 1 to 2.7."""
    return len(numbers) == 2 and all(isinstance(n, int | float) and 0 < n <= 1 for n in numbers)
