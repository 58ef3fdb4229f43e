"""A dictionary and a `Scan` of Talos as a search space and an objective."""

from __future__ import annotations

import ast

from trainers.custom.converting.editing import find_calls, function_named, names_from, parse, without
from trainers.custom.user_code import CodeInvalid

_ARGUMENTS = ("x", "y", "params", "model")
_HEAD = '"""Converted from Talos. Read it before you use it: it minimizes val_loss."""\n'
_VALIDATION_SHARE = "0.3"  # what Talos takes where nothing is said


def convert_talos(source: str) -> str:
    """Return a model file; CodeInvalid says why there is none."""
    tree = parse(source)
    search = next(find_calls(tree, "Scan"), None)
    if search is None:
        raise CodeInvalid("The file does not call talos.Scan(x, y, params, model), which says what is tuned.")
    given: dict[str, ast.expr] = dict(zip(_ARGUMENTS, search.args, strict=False))
    given |= {each.arg: each.value for each in search.keywords if each.arg}
    missing = [name for name in _ARGUMENTS if name not in given]
    if missing:
        raise CodeInvalid(f"talos.Scan lacks {' and '.join(missing)}.")
    if not isinstance(given["model"], ast.Name):
        raise CodeInvalid("talos.Scan must get model= as the name of a function of the file.")
    function = function_named(tree, given["model"].id)
    _check_names(function, [name for name in names_from(tree, "talos") if name != "Scan"])
    space = _space(_dictionary(tree, given["params"]))
    kept = without(source, tree, "talos", search)
    head = f"{_HEAD}\nfrom hyperopt import STATUS_OK, hp\n{kept}"
    return f"{head}\n\n{space}\n\n\n{_objective(function.name, given)}"


def _objective(model: str, given: dict[str, ast.expr]) -> str:
    x, y = ast.unparse(given["x"]), ast.unparse(given["y"])
    if "x_val" in given and "y_val" in given:
        split, data = "", f"{x}, {y}, {ast.unparse(given['x_val'])}, {ast.unparse(given['y_val'])}"
    else:
        share = ast.unparse(given["val_split"]) if "val_split" in given else _VALIDATION_SHARE
        split = (
            "    from sklearn.model_selection import train_test_split\n\n"
            f"    parts = train_test_split({x}, {y}, test_size={share}, random_state=0)\n"
            "    x_train, x_val, y_train, y_val = parts\n"
        )
        data = "x_train, y_train, x_val, y_val"
    return (
        'metric = "val_loss"\n\n\n'
        f"def objective(params):\n{split}"
        f"    history, _ = {model}({data}, params)\n"
        '    return {"val_loss": min(history.history["val_loss"]), "status": STATUS_OK}\n'
    )


def _dictionary(tree: ast.Module, given: ast.expr) -> ast.Dict:
    name = given.id if isinstance(given, ast.Name) else ""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(each, "id", None) == name for each in node.targets):
            given = node.value
    if not isinstance(given, ast.Dict):
        raise CodeInvalid("The params of talos.Scan must be a dict that the file writes out.")
    return given


def _space(params: ast.Dict) -> str:
    lines = []
    for key, value in zip(params.keys, params.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise CodeInvalid("The keys of the params of talos.Scan must be texts.")
        lines.append(f'    "{key.value}": hp.choice("{key.value}", {_options(key.value, value)}),')
    return "\n".join(["space = {", *lines, "}"])


def _options(name: str, value: ast.expr) -> str:
    """Return the options of a list, or of (low, high, steps): `steps` values from low, without high."""
    if isinstance(value, ast.List):
        return ast.unparse(value)
    try:
        low, high, steps = ast.literal_eval(value)
    except (ValueError, TypeError) as error:
        raise CodeInvalid(f"{name} must be a list, or a tuple of low, high and steps as numbers.") from error
    numbers = [low + place * (high - low) / steps for place in range(int(steps))]
    is_whole = isinstance(low, int) and isinstance(high, int)
    return repr([int(number) if is_whole else round(number, 12) for number in numbers])


def _check_names(function: ast.FunctionDef, names: list[str]) -> None:
    """Refuse what Talos brings into a model: there is no counterpart that could be written for it."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in names:
            raise CodeInvalid(
                f"Line {node.lineno}: {node.id} is Talos' own, and has no counterpart here. Replace it first."
            )
