"""The optimizer: how gradients become steps. Each rule has its own branch of knobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.knob import Knob, Value
from trainers.priors import among, either, log_uniform, uniform

GROUP = "Optimizer"
_ADAMS = ("optimizer", ("adam", "adamw"))
_SGD = ("optimizer", ("sgd",))
_RMSPROP = ("optimizer", ("rmsprop",))
_LION = ("optimizer", ("lion",))
_BELOW_ONE = 0.99999


def _decay(name: str, label: str, default: float, text: str, when: tuple[str, tuple[Value, ...]]) -> Knob:
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


KNOBS = (
    Knob(
        name="optimizer",
        label="Optimizer",
        kind="categorical",
        default="adam",
        choices=("adam", "adamw", "sgd", "rmsprop", "lion"),
        help="The rule that turns gradients into steps. Adam is a safe start.",
        group=GROUP,
        distribution=among("adam", "sgd", "rmsprop"),
    ),
    Knob(
        name="learning_rate",
        label="Learning rate",
        kind="float",
        default=0.001,
        minimum=0,
        minimum_exclusive=True,
        help="How far one step goes. Usually the knob that matters most; search it on a log scale.",
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
        help="How strongly AdamW and Lion pull the weights towards zero.",
        group=GROUP,
        distribution=log_uniform(1e-5, 1e-1),
        when=("optimizer", ("adamw", "lion")),
    ),
    Knob(
        name="momentum",
        label="Momentum",
        kind="float",
        default=0.9,
        minimum=0,
        maximum=1,
        help="How much of the last step SGD carries into the next one.",
        group=GROUP,
        distribution=uniform(0.0, 0.99),
        when=_SGD,
    ),
    Knob(
        name="nesterov",
        label="Nesterov momentum",
        kind="boolean",
        default=False,
        help="Measure the gradient where the momentum leads to, not where the weights are.",
        group=GROUP,
        distribution=either(),
        when=_SGD,
    ),
    _decay("beta_1", "Decay of the mean", 0.9, "How long Adam and AdamW remember gradients.", _ADAMS),
    _decay("beta_2", "Decay of the square", 0.999, "How long they remember squared gradients.", _ADAMS),
    Knob(
        name="amsgrad",
        label="AMSGrad",
        kind="boolean",
        default=False,
        help="Never let a step grow again because squared gradients were forgotten.",
        group=GROUP,
        distribution=either(),
        when=_ADAMS,
    ),
    Knob(
        name="epsilon",
        label="Epsilon",
        kind="float",
        default=1e-7,
        minimum=0,
        minimum_exclusive=True,
        maximum=1,
        help="Added before dividing by the root of squared gradients; more of it calms rare, large steps.",
        group=GROUP,
        distribution=log_uniform(1e-8, 1e-3),
        when=("optimizer", ("adam", "adamw", "rmsprop")),
    ),
    _decay("rho", "Decay of the square", 0.9, "How long RMSprop remembers squared gradients.", _RMSPROP),
    Knob(
        name="rmsprop_momentum",
        label="Momentum of RMSprop",
        kind="float",
        default=0.0,
        minimum=0,
        maximum=_BELOW_ONE,
        help="How much of the last step RMSprop carries into the next one.",
        group=GROUP,
        distribution=uniform(0.0, 0.95),
        when=_RMSPROP,
    ),
    Knob(
        name="centered",
        label="Centered",
        kind="boolean",
        default=False,
        help="Divide by the gradients' spread around their mean, not around zero.",
        group=GROUP,
        distribution=either(),
        when=_RMSPROP,
    ),
    _decay("lion_beta_1", "Weight of the mean", 0.9, "How much of Lion's step is memory.", _LION),
    _decay("lion_beta_2", "Decay of the mean", 0.99, "How long Lion remembers gradients.", _LION),
    Knob(
        name="clipping",
        label="Gradient clipping",
        kind="categorical",
        default="none",
        choices=("none", "norm", "global_norm", "value"),
        help="Shorten gradients that are too long: each variable's, all together, or number by number.",
        group=GROUP,
        distribution=among("none", "global_norm"),
    ),
    Knob(
        name="clip_at",
        label="Clip at",
        kind="float",
        default=1.0,
        minimum=0,
        minimum_exclusive=True,
        help="The length, or the value, above which a gradient is shortened.",
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
    own = {name: values[name] for name in names}
    if values["optimizer"] == "rmsprop":
        own["momentum"] = values["rmsprop_momentum"]
    if values["optimizer"] == "lion":
        own |= {"beta_1": values["lion_beta_1"], "beta_2": values["lion_beta_2"]}
    return kind(learning_rate, **own, **_clipping(values))


def _clipping(values: Mapping[str, Value]) -> dict[str, Value]:
    words = {"norm": "clipnorm", "global_norm": "global_clipnorm", "value": "clipvalue"}
    clipping = str(values["clipping"])
    return {words[clipping]: values["clip_at"]} if clipping in words else {}
