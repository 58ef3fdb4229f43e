"""A Keras network, its optimizer and its loss as Python that people can read, change and run elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from trainers.knob import Value
    from trainers.plan import Plan

# What Keras writes down of a layer, and nobody wrote in code.
_ASIDE = {"name", "trainable", "dtype", "build_config", "registered_name", "shared_object_id"}
_HEAD = '''"""The network and how it was trained, in plain Keras; `train.py` beside this trains it again."""

import keras

EPOCHS = {epochs}  # the best one of the search's training
BATCH_SIZE = {batch_size}
SEED = {seed}
CLASS_WEIGHTS = {class_weights!r}
MIXUP = {mixup!r}


def build() -> keras.Model:
    """Return the untrained network."""
    {body}


def compile_network(network: keras.Model) -> None:
    """Give it its optimizer and its loss."""
    network.compile(
        optimizer={optimizer},
        loss={loss},
        metrics={metrics},
    )


def callbacks() -> list[keras.callbacks.Callback]:
    """Return what changes the training on its way."""
    return [{callbacks}]
'''


def code_of(
    plan: Plan, values: Mapping[str, Value], optimizer: Any, callbacks: str, *, epochs: int, seed: int
) -> str:
    """Return a module with `build`, `compile_network` and `callbacks`; "" for what has no plain code.

    That is a loss that does not say its code, and a network that is no graph of Keras' own layers. The
    callbacks come as code.
    """
    if not plan.goal.code:
        return ""
    try:
        lines = _network_lines(keras.Model(plan.inputs, plan.outputs))
    except _NoCode:
        return ""
    return _HEAD.format(
        epochs=epochs,
        batch_size=values["batch_size"],
        seed=seed,
        class_weights=values.get("class_weights", "none"),
        mixup=plan.mixup,
        body="\n    ".join(lines),
        optimizer=_expression(keras.optimizers.serialize(optimizer)),
        loss=plan.goal.code,
        metrics=plan.goal.metrics_code,
        callbacks=callbacks,
    )


class _NoCode(Exception):  # noqa: N818 (no error)
    """Of this there is no plain code."""


def _network_lines(network: keras.Model) -> list[str]:
    """Return the lines of a function that builds a graph of layers, each of which is called once."""
    config = network.get_config()
    layers = _called(config["layers"])
    names: dict[str, str] = {}
    lines = []
    for number, layer in enumerate(layers):
        if layer["class_name"] == "InputLayer":
            n_before = sum(name.startswith("inputs") for name in names.values())
            names[layer["name"]] = f"inputs_{n_before + 1}" if n_before else "inputs"
            lines.append(f"{names[layer['name']]} = {_input(layer['config'])}")
            continue
        if len(layer["inbound_nodes"]) != 1:
            raise _NoCode
        argument, *_ = layer["inbound_nodes"][0]["args"]
        shown = _tensors(argument, names)
        later = {name for other in layers[number + 1 :] for name in _inbound(other)}
        needed = {names[name] for name in later if name in names}
        free = (name for name in ("x", *(f"x_{n}" for n in range(2, len(layers) + 2))) if name not in needed)
        names[layer["name"]] = next(free)
        lines.append(f"{names[layer['name']]} = {_expression(layer)}({shown})")
    found = config["input_layers"]
    inputs = [names[name] for name, *_ in (found if isinstance(found[0], list) else [found])]
    shown = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    return [*lines, f"return keras.Model({shown}, {names[layers[-1]['name']]})"]


def _called(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those that the last one is made of. Others make masks, which Keras does by itself."""
    by_name = {layer["name"]: layer for layer in layers}
    wanted = [layers[-1]["name"]]
    for name in wanted:
        wanted += [other for other in _inbound(by_name[name]) if other not in wanted]
    return [layer for layer in layers if layer["name"] in wanted]


def _input(config: Mapping[str, Any]) -> str:
    kind = "" if config["dtype"] == "float32" else f", dtype={config['dtype']!r}"
    return f"keras.Input({tuple(config['batch_shape'][1:])}{kind})"


def _inbound(layer: Mapping[str, Any]) -> list[str]:
    """Return the names of the layers that a layer is called on."""
    return [
        tensor["config"]["keras_history"][0]
        for node in layer["inbound_nodes"]
        for argument in node["args"]
        for tensor in (argument if isinstance(argument, list) else [argument])
        if isinstance(tensor, Mapping)
    ]


def _tensors(argument: Any, names: Mapping[str, str]) -> str:
    if isinstance(argument, list):
        return f"[{', '.join(_tensors(one, names) for one in argument)}]"
    return names[argument["config"]["keras_history"][0]]


def _expression(config: Any) -> str:
    """Return code that makes what Keras has serialized, with all that differs from its defaults."""
    if isinstance(config, Mapping) and "class_name" in config:
        return _call(config)
    if isinstance(config, list | tuple):
        inner = ", ".join(map(_expression, config))
        return f"[{inner}]" if isinstance(config, list) else f"({inner}{',' if len(config) == 1 else ''})"
    if isinstance(config, float):
        return repr(_plain(config))
    if config is None or isinstance(config, bool | int | str):
        return repr(config)
    raise _NoCode


def _call(config: Mapping[str, Any]) -> str:
    module, name = config["module"], config["class_name"]
    kind = getattr(_module(module), name, None)
    if kind is None:
        raise _NoCode
    given = dict(config["config"])
    signature = inspect.signature(kind.__init__).parameters
    required = [
        parameter.name
        for parameter in list(signature.values())[1:]
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    if any(parameter not in given for parameter in required):
        raise _NoCode
    needed = {parameter: keras.saving.deserialize_keras_object(given[parameter]) for parameter in required}
    usual = kind(**needed).get_config()
    arguments = [_expression(given[parameter]) for parameter in required]
    arguments += [
        f"{key}={_expression(value)}"
        for key, value in given.items()
        if key not in {*_ASIDE, *required} and _bare(value) != _bare(usual.get(key))
    ]
    return f"{module}.{name}({', '.join(arguments)})"


def _module(path: str) -> Any:
    root, *parts = path.split(".")
    found: Any = keras if root == "keras" else None
    for part in parts:
        found = getattr(found, part, None)
    if found is None:
        raise _NoCode
    return found


def _bare(value: Any) -> Any:
    """Return a configuration without what `_ASIDE` names, fit to be compared."""
    if isinstance(value, Mapping):
        return {key: _bare(inner) for key, inner in value.items() if key not in _ASIDE}
    if isinstance(value, list | tuple):
        return [_bare(inner) for inner in value]
    return value


def _plain(number: float) -> float:
    """Return the shortest number that is the same float32: Keras keeps rates as such."""
    short = np.float32(number)
    return float(str(short)) if float(short) == number else number
