"""A Keras network, its optimizer and its loss as Python code, for the package of a downloaded model."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from trainers.knob import Value
    from trainers.plan import Plan

# Parts of a layer's configuration that are no arguments, or that nobody would write in code.
_IGNORED_KEYS = {"name", "trainable", "dtype", "build_config", "registered_name", "shared_object_id"}
_TEMPLATE = '''"""The network and how it was trained, in plain Keras. `train.py` trains it again."""

import keras

EPOCHS = {epochs}  # the best epoch of the trial
BATCH_SIZE = {batch_size}
SEED = {seed}
CLASS_WEIGHTS = {class_weights!r}
MIXUP = {mixup!r}


def build() -> keras.Model:
    """Return the untrained network."""
    {body}


def compile_network(network: keras.Model) -> None:
    """Compile the network with its optimizer, loss and metrics."""
    network.compile(
        optimizer={optimizer},
        loss={loss},
        metrics={metrics},
    )


def callbacks() -> list[keras.callbacks.Callback]:
    """Return the callbacks of the training."""
    return [{callbacks}]
'''


def network_code(
    plan: Plan, values: Mapping[str, Value], optimizer: Any, callbacks: str, *, epochs: int, seed: int
) -> str:
    """Return a module with `build`, `compile_network` and `callbacks`, "" where there is no plain code.

    There is none for a loss without `code`, or a network that is not a graph of Keras' own layers, each
    called once. `callbacks` is code already.
    """
    if not plan.loss_and_metrics.code:
        return ""
    try:
        lines = _network_lines(keras.Model(plan.inputs, plan.outputs))
    except _NotExpressible:
        return ""
    return _TEMPLATE.format(
        epochs=epochs,
        batch_size=values["batch_size"],
        seed=seed,
        class_weights=values.get("class_weights", "none"),
        mixup=plan.mixup,
        body="\n    ".join(lines),
        optimizer=_expression(keras.optimizers.serialize(optimizer)),
        loss=plan.loss_and_metrics.code,
        metrics=plan.loss_and_metrics.metrics_code,
        callbacks=callbacks,
    )


class _NotExpressible(Exception):  # noqa: N818 (no error)
    """An object that cannot be written as plain code."""


def _network_lines(network: keras.Model) -> list[str]:
    """Return the lines of a function that builds a graph of layers, each of which is called once."""
    config = network.get_config()
    layers = _layers_of_output(config["layers"])
    # Keras' names of layers to names of variables: x is used again as soon as nothing needs its tensor
    names: dict[str, str] = {}
    lines = []
    for number, layer in enumerate(layers):
        if layer["class_name"] == "InputLayer":
            n_before = sum(name.startswith("inputs") for name in names.values())
            names[layer["name"]] = f"inputs_{n_before + 1}" if n_before else "inputs"
            lines.append(f"{names[layer['name']]} = {_input(layer['config'])}")
            continue
        # shared layers and loops would need more than one assignment per layer
        if len(layer["inbound_nodes"]) != 1:
            raise _NotExpressible
        argument, *_ = layer["inbound_nodes"][0]["args"]
        shown = _tensors(argument, names)
        # a variable is free again when no later layer is called on its tensor
        later = {name for other in layers[number + 1 :] for name in _inbound(other)}
        needed = {names[name] for name in later if name in names}
        free = (name for name in ("x", *(f"x_{n}" for n in range(2, len(layers) + 2))) if name not in needed)
        names[layer["name"]] = next(free)
        lines.append(f"{names[layer['name']]} = {_expression(layer)}({shown})")
    # Keras writes a single input as [name, 0, 0], several as a list of those
    found = config["input_layers"]
    inputs = [names[name] for name, *_ in (found if isinstance(found[0], list) else [found])]
    shown = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    return [*lines, f"return keras.Model({shown}, {names[layers[-1]['name']]})"]


def _layers_of_output(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the layers that the last one depends on. Others compute masks, which Keras adds itself."""
    by_name = {layer["name"]: layer for layer in layers}
    wanted = [layers[-1]["name"]]
    # the list grows while it is read, until no layer adds another one
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
    """Return code for an object that Keras has serialized, with the arguments that are not defaults."""
    if isinstance(config, Mapping) and "class_name" in config:
        return _call(config)
    if isinstance(config, list | tuple):
        inner = ", ".join(map(_expression, config))
        return f"[{inner}]" if isinstance(config, list) else f"({inner}{',' if len(config) == 1 else ''})"
    if isinstance(config, float):
        return repr(_shortest(config))
    if config is None or isinstance(config, bool | int | str):
        return repr(config)
    raise _NotExpressible


def _call(config: Mapping[str, Any]) -> str:
    module, name = config["module"], config["class_name"]
    kind = getattr(_module(module), name, None)
    if kind is None:
        raise _NotExpressible
    given = dict(config["config"])
    signature = inspect.signature(kind.__init__).parameters
    required = [
        parameter.name
        for parameter in list(signature.values())[1:]
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    if any(parameter not in given for parameter in required):
        raise _NotExpressible
    needed = {parameter: keras.saving.deserialize_keras_object(given[parameter]) for parameter in required}
    # an object with required arguments only, whose other arguments are the defaults to compare with
    defaults = kind(**needed).get_config()
    arguments = [_expression(given[parameter]) for parameter in required]
    arguments += [
        f"{key}={_expression(value)}"
        for key, value in given.items()
        if key not in {*_IGNORED_KEYS, *required}
        and _without_ignored(value) != _without_ignored(defaults.get(key))
    ]
    return f"{module}.{name}({', '.join(arguments)})"


def _module(path: str) -> Any:
    # layers that a person wrote have another root, and cannot be imported where the code runs
    root, *parts = path.split(".")
    found: Any = keras if root == "keras" else None
    for part in parts:
        found = getattr(found, part, None)
    if found is None:
        raise _NotExpressible
    return found


def _without_ignored(value: Any) -> Any:
    """Return a configuration without `_IGNORED_KEYS` at any depth, for comparison."""
    if isinstance(value, Mapping):
        return {key: _without_ignored(inner) for key, inner in value.items() if key not in _IGNORED_KEYS}
    if isinstance(value, list | tuple):
        return [_without_ignored(inner) for inner in value]
    return value


def _shortest(number: float) -> float:
    """Return the shortest number with the same float32 value: Keras stores learning rates as float32."""
    short = np.float32(number)
    return float(str(short)) if float(short) == number else number
