"""Templates of Hyperas, `{{uniform(0, 1)}}`, as a search space of hp.* nodes."""

from __future__ import annotations

import ast
import re

from trainers.custom.converting.editing import called_name, find_calls, function_named, parse, without
from trainers.custom.user_code import CodeInvalid

_TEMPLATE = re.compile(r"\{\{((?:(?!\}\}).)+)\}\}", re.DOTALL)
_KINDS = {
    *("choice", "pchoice", "randint", "uniform", "quniform", "loguniform", "qloguniform"),
    *("normal", "qnormal", "lognormal", "qlognormal"),
}
_HEAD = '"""Converted from Hyperas. Read it before you use it: params are named after where they stood."""\n'


def convert_hyperas(source: str) -> str:
    """Return a model file; CodeInvalid says why there is none."""
    templates = [match[1].strip() for match in _TEMPLATE.finditer(source)]
    numbers = iter(range(len(templates)))
    # names in their places, so that the file is Python
    text = _TEMPLATE.sub(lambda _: _mark(next(numbers)), source)
    tree = parse(text)
    search = next(find_calls(tree, "minimize"), None)
    if search is None:
        raise CodeInvalid(
            "The file does not call optim.minimize(model=..., data=...), which says what is tuned."
        )
    model, data = (_argument(search, name, place) for name, place in (("model", 0), ("data", 1)))
    function = function_named(tree, model)
    function_named(tree, data)
    if not function.args.args:
        raise CodeInvalid(
            f"{model} takes no arguments: Hyperas would copy what {data} returns into it. Give it these "
            "as arguments first."
        )
    labels = _labels(tree, len(templates))
    nodes = [_node(template, label) for template, label in zip(templates, labels, strict=True)]
    kept = without(text, tree, "hyperas", search)
    kept = kept.replace(f"def {model}(", f"{_space(labels, nodes)}\n\n\ndef {model}(params, ", 1)
    for number, label in enumerate(labels):
        kept = kept.replace(_mark(number), f'params["{label}"]')
    return (
        f"{_HEAD}\nfrom hyperopt import hp\n{kept}\n\n"
        f"def objective(params):\n    return {model}(params, *{data}())\n"
    )


def _mark(number: int) -> str:
    return f"_template_{number}_"


def _space(labels: list[str], nodes: list[str]) -> str:
    lines = [f'    "{label}": {node},' for label, node in zip(labels, nodes, strict=True)]
    return "\n".join(["space = {", *lines, "}"])


def _argument(call: ast.Call, name: str, place: int) -> str:
    given = next((each.value for each in call.keywords if each.arg == name), None)
    if given is None and len(call.args) > place:
        given = call.args[place]
    if not isinstance(given, ast.Name):
        raise CodeInvalid(f"optim.minimize must get {name}= as the name of a function of the file.")
    return given.id


def _node(template: str, label: str) -> str:
    try:
        call = ast.parse(template, mode="eval").body
    except SyntaxError as error:
        raise CodeInvalid(f"{{{{{template}}}}} is not a call of Hyperas: {error.msg}.") from error
    if not isinstance(call, ast.Call) or called_name(call) not in _KINDS:
        raise CodeInvalid(
            f"{{{{{template}}}}} is not one of Hyperas' distributions: {', '.join(sorted(_KINDS))}."
        )
    arguments = [ast.unparse(each) for each in (*call.args, *call.keywords)]
    return f'hp.{called_name(call)}("{label}", {", ".join(arguments)})'


def _labels(tree: ast.Module, n: int) -> list[str]:
    """Return a name for each template: of the argument that it is, or of what is called with it."""
    found: dict[int, str] = {}
    for node in ast.walk(tree):
        parts = [(node.arg or "", node.value)] if isinstance(node, ast.keyword) else []
        if isinstance(node, ast.Call):
            parts += [(called_name(node), each) for each in node.args]
        for label, part in parts:
            number = _number_in(part)
            if number is not None:
                found[number] = label
    labels: list[str] = []
    for number in range(n):
        label = found.get(number) or "choice"
        n_before = sum(other == label or other.startswith(f"{label}_") for other in labels)
        labels.append(f"{label}_{n_before}" if n_before else label)
    return labels


def _number_in(part: ast.expr) -> int | None:
    """Return the template that an argument is, also inside of int(...)."""
    if isinstance(part, ast.Call) and part.args:
        part = part.args[0]
    name = part.id if isinstance(part, ast.Name) else ""
    match = re.fullmatch(r"_template_(\d+)_", name)
    return int(match[1]) if match else None
