"""The Keras optimizer. Each algorithm has its own branch of knobs, with the defaults of Keras.

Sources: Adam, Kingma and Ba 2015; AMSGrad, Reddi and others 2018; AdamW, Loshchilov and Hutter 2019; RMSprop,
Tieleman and Hinton 2012; Lion, Chen and others 2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.knob import Knob, Value
from trainers.parts.knobs import When, switch_knob
from trainers.priors import choice, log_uniform, uniform

GROUP = "Optimizer"
_ADAMS = ("optimizer", ("adam", "adamw"))
_SGD = ("optimizer", ("sgd",))
_RMSPROP = ("optimizer", ("rmsprop",))
_LION = ("optimizer", ("lion",))
_BELOW_ONE = 0.99999


def _decay(name: str, label: str, default: float, text: str, when: When) -> Knob:
    """Return the knob of a moving average's decay rate."""
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=default,
        minimum=0,
        maximum=_BELOW_ONE,
        help=text,
        group=GROUP,
        distribution=uniform(0.8, 0.999),
        when=when,
    )


def _momentum(
    name: str, label: str, default: float, rule: str, when: When, *, maximum: float, highest: float
) -> Knob:
    """Return the knob of an optimizer's momentum; values up to `highest` are worth trying."""
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=default,
        minimum=0,
        maximum=maximum,
        help=f"Fraction of the previous step that {rule} adds to the next one.",
        group=GROUP,
        distribution=uniform(0.0, highest),
        when=when,
    )


KNOBS = (
    Knob(
        name="optimizer",
        label="Optimizer",
        kind="categorical",
        default="adam",
        choices=("adam", "adamw", "sgd", "rmsprop", "lion"),
        help="The algorithm that turns gradients into weight updates. Adam is a safe first choice.",
        group=GROUP,
        distribution=choice("adam", "sgd", "rmsprop"),
    ),
    Knob(
        name="learning_rate",
        label="Learning rate",
        kind="float",
        default=0.001,
        minimum=0,
        minimum_exclusive=True,
        help="Size of each update step. Usually the most important parameter; search it on a log scale.",
        group=GROUP,
        distribution=log_uniform(1e-4, 1e-1),
        is_searched=True,
    ),
    Knob(
        name="weight_decay",
        label="Weight decay",
        kind="float",
        default=0.004,
        minimum=0,
        help="How strongly AdamW and Lion pull the weights toward zero.",
        group=GROUP,
        distribution=log_uniform(1e-5, 1e-1),
        when=("optimizer", ("adamw", "lion")),
    ),
    _momentum("momentum", "Momentum", 0.9, "SGD", _SGD, maximum=1, highest=0.99),
    switch_knob(
        "nesterov",
        "Nesterov momentum",
        "Compute the gradient at the point that momentum leads to, not at the current weights.",
        GROUP,
        _SGD,
    ),
    _decay("beta_1", "Beta 1", 0.9, "Decay rate of Adam's and AdamW's running mean of gradients.", _ADAMS),
    _decay("beta_2", "Beta 2", 0.999, "Decay rate of their running mean of squared gradients.", _ADAMS),
    switch_knob(
        "amsgrad",
        "AMSGrad",
        "Use the largest mean of squared gradients so far, so that steps do not grow again.",
        GROUP,
        _ADAMS,
    ),
    Knob(
        name="epsilon",
        label="Epsilon",
        kind="float",
        default=1e-7,
        minimum=0,
        minimum_exclusive=True,
        maximum=1,
        help="Added to the divisor for numerical stability; larger values limit rare, large steps.",
        group=GROUP,
        distribution=log_uniform(1e-8, 1e-3),
        when=("optimizer", ("adam", "adamw", "rmsprop")),
    ),
    _decay("rho", "Rho", 0.9, "Decay rate of RMSprop's running mean of squared gradients.", _RMSPROP),
    _momentum(
        "rmsprop_momentum",
        "RMSprop momentum",
        0.0,
        "RMSprop",
        _RMSPROP,
        maximum=_BELOW_ONE,
        highest=0.95,
    ),
    switch_knob(
        "centered",
        "Centered",
        "Divide by the variance of the gradients instead of their mean square.",
        GROUP,
        _RMSPROP,
    ),
    _decay("lion_beta_1", "Lion beta 1", 0.9, "Weight of the running mean in each step of Lion.", _LION),
    _decay("lion_beta_2", "Lion beta 2", 0.99, "Decay rate of Lion's running mean of gradients.", _LION),
    Knob(
        name="clipping",
        label="Gradient clipping",
        kind="categorical",
        default="none",
        choices=("none", "norm", "global_norm", "value"),
        help="Shorten large gradients: by the norm of each variable, by the norm of all, or value by value.",
        group=GROUP,
        distribution=choice("none", "global_norm"),
    ),
    Knob(
        name="clip_at",
        label="Clip at",
        kind="float",
        default=1.0,
        minimum=0,
        minimum_exclusive=True,
        help="The norm, or value, above which gradients are clipped.",
        group=GROUP,
        distribution=log_uniform(0.1, 10.0),
        when=("clipping", ("norm", "global_norm", "value")),
    ),
)


def build_optimizer(values: Mapping[str, Value], learning_rate: Any) -> Any:
    """Return the Keras optimizer for complete params; `learning_rate` is a number or a Keras schedule."""
    import keras  # noqa: PLC0415, the web process reads the knobs above

    kinds = {
        "adam": (keras.optimizers.Adam, ("beta_1", "beta_2", "epsilon", "amsgrad")),
        "adamw": (keras.optimizers.AdamW, ("beta_1", "beta_2", "epsilon", "amsgrad", "weight_decay")),
        "sgd": (keras.optimizers.SGD, ("momentum", "nesterov")),
        "rmsprop": (keras.optimizers.RMSprop, ("rho", "epsilon", "centered")),
        "lion": (keras.optimizers.Lion, ("weight_decay",)),
    }
    kind, names = kinds[str(values["optimizer"])]
    arguments = {name: values[name] for name in names}
    # knobs have unique names, arguments of Keras do not
    if values["optimizer"] == "rmsprop":
        arguments["momentum"] = values["rmsprop_momentum"]
    if values["optimizer"] == "lion":
        arguments |= {"beta_1": values["lion_beta_1"], "beta_2": values["lion_beta_2"]}
    return kind(learning_rate, **arguments, **_clipping(values))


def _clipping(values: Mapping[str, Value]) -> dict[str, Value]:
    keras_names = {"norm": "clipnorm", "global_norm": "global_clipnorm", "value": "clipvalue"}
    clipping = str(values["clipping"])
    return {keras_names[clipping]: values["clip_at"]} if clipping in keras_names else {}
