"""How the learning rate changes during a training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.knob import Knob, Value
from trainers.parts.knobs import When, epochs_knob
from trainers.priors import choice, log_uniform, uniform

if TYPE_CHECKING:
    from trainers.job import Objective

GROUP = "Learning rate schedule"
_COSINE = ("schedule", ("cosine",))
_STEP = ("schedule", ("step",))
_ONE_CYCLE = ("schedule", ("one_cycle",))
_PLATEAU = ("schedule", ("plateau",))
_END_OF_CYCLE = 1e-4  # of the peak; Smith and Topin 2019 let the cycle end several orders below its start


def _share_of_training(name: str, label: str, default: float, text: str, when: When) -> Knob:
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=default,
        minimum=0,
        maximum=0.9,
        help=text,
        group=GROUP,
        distribution=uniform(0.0, 0.4),
        when=when,
    )


def _factor(name: str, label: str, text: str, when: When) -> Knob:
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=0.5,
        minimum=0,
        minimum_exclusive=True,
        maximum=0.99,
        help=text,
        group=GROUP,
        distribution=uniform(0.1, 0.9),
        when=when,
    )


KNOBS = (
    Knob(
        name="schedule",
        label="Schedule",
        kind="categorical",
        default="constant",
        choices=("constant", "cosine", "step", "one_cycle", "plateau"),
        help="How the learning rate changes. All but step and plateau are planned for the full budget.",
        group=GROUP,
        distribution=choice("constant", "cosine", "one_cycle"),
    ),
    _share_of_training(
        "warmup", "Warm-up", 0.0, "Fraction of the training in which the rate rises from 0.", _COSINE
    ),
    Knob(
        name="final_share",
        label="Final share",
        kind="float",
        default=0.0,
        minimum=0,
        maximum=1,
        help="Learning rate at the end, as a fraction of its highest value.",
        group=GROUP,
        distribution=uniform(0.0, 0.2),
        when=_COSINE,
    ),
    epochs_knob(
        "step_every", "Step every", "Epochs between drops of the learning rate.", GROUP, _STEP, default=5
    ),
    _factor("step_factor", "Step factor", "The learning rate is multiplied by this at each step.", _STEP),
    _share_of_training(
        "peak_at", "Peak at", 0.3, "Fraction of the training in which the rate rises to its peak.", _ONE_CYCLE
    ),
    Knob(
        name="start_divisor",
        label="Start divisor",
        kind="float",
        default=25.0,
        minimum=1,
        help="The cycle starts at the learning rate divided by this.",
        group=GROUP,
        distribution=log_uniform(2.0, 100.0),
        when=_ONE_CYCLE,
    ),
    epochs_knob(
        "plateau_patience",
        "Plateau patience",
        "Epochs without improvement after which the learning rate drops.",
        GROUP,
        _PLATEAU,
        default=3,
        highest=5,
    ),
    _factor(
        "plateau_factor", "Plateau factor", "The learning rate is multiplied by this at each drop.", _PLATEAU
    ),
)


def build_schedule(values: Mapping[str, Value], steps_per_epoch: int, max_epochs: int) -> Any:
    """Return the learning rate as Keras takes it: a number, or a schedule over the full budget's steps."""
    from keras.optimizers import schedules  # noqa: PLC0415, the web process reads the knobs above

    rate = float(values["learning_rate"])
    n_steps = steps_per_epoch * max_epochs
    match values["schedule"]:
        case "cosine":
            n_warm_up = round(float(values["warmup"]) * n_steps)
            return _warm_up_and_decay(0.0, rate, n_warm_up, n_steps, float(values["final_share"]))
        case "one_cycle":
            n_warm_up = round(float(values["peak_at"]) * n_steps)
            start = rate / float(values["start_divisor"])
            return _warm_up_and_decay(start, rate, n_warm_up, n_steps, _END_OF_CYCLE)
        case "step":
            # Keras counts steps, people count epochs
            every = steps_per_epoch * int(values["step_every"])
            return schedules.ExponentialDecay(rate, every, float(values["step_factor"]), staircase=True)
        case _:
            return rate


def plateau_code(values: Mapping[str, Value], objective: Objective) -> str:
    """Return the callback of `plateau_callbacks` as Python, "" where it is not chosen."""
    if values.get("schedule") != "plateau":
        return ""
    return (
        f"keras.callbacks.ReduceLROnPlateau({objective.metric!r}, mode={objective.keras_mode!r}, "
        f"min_delta=0, factor={values['plateau_factor']!r}, patience={values['plateau_patience']!r})"
    )


def plateau_callbacks(values: Mapping[str, Value], objective: Objective) -> list[Any]:
    """Return the Keras callback that lowers the rate on a plateau of the objective, where it is chosen."""
    import keras  # noqa: PLC0415

    if values["schedule"] != "plateau":
        return []
    callback = keras.callbacks.ReduceLROnPlateau(
        objective.metric,
        mode=objective.keras_mode,
        factor=values["plateau_factor"],
        patience=values["plateau_patience"],
        min_delta=0,  # any improvement counts, as for the best epoch
    )
    return [callback]


def _warm_up_and_decay(start: float, peak: float, n_warm_up: int, n_steps: int, final_share: float) -> Any:
    """Return a linear rise from `start` to `peak`, then a cosine decay to `final_share` of the peak."""
    from keras.optimizers import schedules  # noqa: PLC0415

    # Keras refuses a decay of no steps
    n_decay = max(1, n_steps - n_warm_up)
    # without a warm-up the decay starts at the peak
    if not n_warm_up:
        return schedules.CosineDecay(peak, n_decay, alpha=final_share)
    return schedules.CosineDecay(
        start, n_decay, alpha=final_share, warmup_target=peak, warmup_steps=n_warm_up
    )
