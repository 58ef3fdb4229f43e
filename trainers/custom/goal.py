"""The goal of a model file: the metric that it names, and whether higher or lower values are better."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from optimizer.objective import DIRECTIONS
from trainers.custom.user_code import CodeInvalid, shown

if TYPE_CHECKING:
    from optimizer.objective import Direction

LOSS = "loss"
DEFAULT_METRICS = {"objective": LOSS, "build": "val_loss"}
_MAX_LENGTH = 50

# As the last word of a name, or as the whole of it, where words are joined by "_".
_MINIMIZED = {"loss", "error", "mae", "mse", "rmse", "msle", "mape", "crossentropy", "perplexity"}
_MAXIMIZED = {
    *("accuracy", "acc", "auc", "roc_auc", "pr_auc", "f1", "f1_score", "precision", "recall", "r2"),
    *("r2_score", "iou", "mean_iou", "jaccard", "dice", "bleu", "rouge", "psnr", "ssim"),
}
# Before a known word they turn it round, or make something else of it.
_TURNING = {"neg", "negative", "minus", "inverse", "inverted", "non", "no", "not"}
_PARTS = {"val", "validation", "train", "training", "test"}


@dataclass(frozen=True)
class FileGoal:
    """The metric and its direction."""

    metric: str
    direction: Direction


def metric_of(names: Mapping[str, Any], function: str) -> str:
    """Return the metric of a file that defines these names; CodeInvalid where it cannot be one."""
    metric = names.get("metric", DEFAULT_METRICS[function])
    # a text that is printable can be stored
    if not isinstance(metric, str) or not 0 < len(metric) <= _MAX_LENGTH or not metric.isprintable():
        raise CodeInvalid(f"metric must be a name of at most {_MAX_LENGTH} characters, not {shown(metric)}.")
    return str(metric)


def goal_of_file(names: Mapping[str, Any], function: str, source: str) -> FileGoal:
    """Return the goal of a file that defines these names.

    CodeInvalid where the direction is neither said nor known, where it contradicts what the metric's name
    means, or where the objective returns results without the metric.
    """
    metric = metric_of(names, function)
    known, said = known_direction(metric), names.get("direction")
    if said is not None and said not in DIRECTIONS:
        raise CodeInvalid(f"direction must be 'minimize' or 'maximize', not {shown(said)}.")
    if said is None and known is None:
        raise CodeInvalid(
            f"direction is missing: Parzen does not know whether a lower or a higher {metric} is better. Set "
            "direction = 'minimize' or direction = 'maximize'."
        )
    if said is not None and known is not None and said != known:
        raise CodeInvalid(
            f"direction = {said!r} contradicts metric = {metric!r}, which is better when "
            f"{'lower' if known == 'minimize' else 'higher'}. Change the direction or rename the metric."
        )
    if function == "objective":
        _check_returns(source, metric)
    return FileGoal(metric, cast("Direction", str(said or known)))


def known_direction(metric: str) -> Direction | None:
    """Return the direction of a metric with a well-known name, None for any other.

    Whole words count, without `val_` and numbers at their end, as Keras adds them.

    Examples:
        >>> known_direction("val_accuracy_1"), known_direction("layer2_loss"), known_direction("dice")
        ('maximize', 'minimize', 'maximize')
        >>> known_direction("score"), known_direction("neg_mean_squared_error")
        (None, None)

    """
    words = [_without_number(word) for word in _words(metric)]
    while words and words[0] in _PARTS:
        words = words[1:]
    while len(words) > 1 and not words[-1]:
        words = words[:-1]
    name = "_".join(words)
    ends = {name, words[-1] if words else ""}
    is_lower, is_higher = bool(ends & _MINIMIZED), bool(ends & _MAXIMIZED)
    others = set(words[:-1])
    opposite = _MAXIMIZED if is_lower else _MINIMIZED
    # such as accuracy_loss: nobody can say what it is
    is_mixed = name not in _MAXIMIZED and bool(others & (opposite | _TURNING))
    if is_lower == is_higher or is_mixed:
        return None
    return "minimize" if is_lower else "maximize"


def _words(metric: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", metric)
    return [word for word in re.split(r"[\W_]+", spaced.lower()) if word]


def _without_number(word: str) -> str:
    return word if word in _MAXIMIZED else word.rstrip("0123456789")


def _check_returns(source: str, metric: str) -> None:
    """Raise CodeInvalid where a returned dict, written out in the file, has no value of the metric."""
    for node in _returned_dicts(ast.parse(source)):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if None in keys or metric in keys or _is_failure(node):
            continue
        numbers = [str(key) for key in keys if key not in {"status", "attachments"}]
        advice = f"Return {metric!r}" + (f", or set metric = {numbers[0]!r}." if len(numbers) == 1 else ".")
        raise CodeInvalid(
            f"Line {node.lineno}: metric is {metric!r}, but the objective returns only "
            f"{', '.join(map(repr, keys)) or 'an empty dict'}. {advice}"
        )


def _returned_dicts(tree: ast.Module) -> Iterator[ast.Dict]:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "objective"]
    pending: list[ast.AST] = [*functions[-1].body] if functions else []
    while pending:
        node = pending.pop(0)
        # what functions inside of it return is not what it returns
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            yield node.value
        pending += ast.iter_child_nodes(node)


def _is_failure(node: ast.Dict) -> bool:
    """Whether its status may be another than "ok"."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "status":
            is_named_ok = isinstance(value, ast.Name | ast.Attribute) and ast.unparse(value).endswith(
                "STATUS_OK"
            )
            return not (is_named_ok or (isinstance(value, ast.Constant) and value.value == "ok"))
    return True  # without a status it is no result, and says so itself
