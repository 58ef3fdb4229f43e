"""How the learning rate changes while a training goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.knob import Knob, Value
from trainers.priors import among, log_uniform, uniform, whole

if TYPE_CHECKING:
    from trainers.job import Objective

GROUP = "Learning rate schedule"
_COSINE = ("schedule", ("cosine",))
_STEP = ("schedule", ("step",))
_ONE_CYCLE = ("schedule", ("one_cycle",))
_PLATEAU = ("schedule", ("plateau",))
_END_OF_CYCLE = 1e-4  # of the peak; Smith and Topin 2019 let the cycle end several orders below its start


def _share(name: str, label: str, default: float, text: str, when: tuple[str, tuple[Value, ...]]) -> Knob:
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


def _factor(name: str, label: str, text: str, when: tuple[str, tuple[Value, ...]]) -> Knob:
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
        distribution=among("constant", "cosine", "one_cycle"),
    ),
    _share("warmup", "Warm-up", 0.0, "Share of the training in which the rate rises from zero.", _COSINE),
    Knob(
        name="final_share",
        label="Final share",
        kind="float",
        default=0.0,
        minimum=0,
        maximum=1,
        help="What is left of the learning rate at the end, as a share.",
        group=GROUP,
        distribution=uniform(0.0, 0.2),
        when=_COSINE,
    ),
    Knob(
        name="step_every",
        label="Step every",
        kind="int",
        default=5,
        minimum=1,
        maximum=10_000,
        help="Epochs after which the learning rate falls.",
        group=GROUP,
        unit="epochs",
        distribution=whole(1, 10),
        when=_STEP,
    ),
    _factor("step_factor", "Step factor", "What the learning rate is multiplied with at each step.", _STEP),
    _share(
        "peak_at", "Peak at", 0.3, "Share of the training in which the rate rises to its peak.", _ONE_CYCLE
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
    Knob(
        name="plateau_patience",
        label="Plateau patience",
        kind="int",
        default=3,
        minimum=1,
        maximum=10_000,
        help="Epochs without a better objective after which the learning rate falls.",
        group=GROUP,
        unit="epochs",
        distribution=whole(1, 5),
        when=_PLATEAU,
    ),
    _factor("plateau_factor", "Plateau factor", "What the learning rate is then multiplied with.", _PLATEAU),
)


def build_schedule(values: Mapping[str, Value], steps_per_epoch: int, max_epochs: int) -> Any:
    """Return the learning rate as Keras takes it: a number, or a schedule over the full budget's steps."""
    from keras.optimizers import schedules  # noqa: PLC0415, the web process reads the knobs above

    rate = float(values["learning_rate"])
    n_steps = steps_per_epoch * max_epochs
    match values["schedule"]:
        case "cosine":
            n_rising = round(float(values["warmup"]) * n_steps)
            return _rise_and_fall(0.0, rate, n_rising, n_steps, float(values["final_share"]))
        case "one_cycle":
            n_rising = round(float(values["peak_at"]) * n_steps)
            start = rate / float(values["start_divisor"])
            return _rise_and_fall(start, rate, n_rising, n_steps, _END_OF_CYCLE)
        case "step":
            every = steps_per_epoch * int(values["step_every"])
            return schedules.ExponentialDecay(rate, every, float(values["step_factor"]), staircase=True)
        case _:
            return rate


def plateau_code(values: Mapping[str, Value], objective: Objective) -> str:
    """Return that callback as Python, "" where it is not chosen."""
    if values.get("schedule") != "plateau":
        return ""
    mode = "min" if objective.direction == "minimize" else "max"
    return (
        f"keras.callbacks.ReduceLROnPlateau({objective.metric!r}, mode={mode!r}, min_delta=0, "
        f"factor={values['plateau_factor']!r}, patience={values['plateau_patience']!r})"
    )


def plateau_callbacks(values: Mapping[str, Value], objective: Objective) -> list[Any]:
    """Return the Keras callback that lowers the rate on a plateau of the objective, where it is chosen."""
    import keras  # noqa: PLC0415

    if values["schedule"] != "plateau":
        return []
    callback = keras.callbacks.ReduceLROnPlateau(
        objective.metric,
        mode="min" if objective.direction == "minimize" else "max",
        factor=values["plateau_factor"],
        patience=values["plateau_patience"],
        min_delta=0,
    )
    return [callback]


def _rise_and_fall(start: float, peak: float, n_rising: int, n_steps: int, final_share: float) -> Any:
    """Return a straight rise from `start` to `peak`, then half a cosine down to `final_share` of the peak."""
    from keras.optimizers import schedules  # noqa: PLC0415

    n_falling = max(1, n_steps - n_rising)
    if not n_rising:
        return schedules.CosineDecay(peak, n_falling, alpha=final_share)
    return schedules.CosineDecay(
        start, n_falling, alpha=final_share, warmup_target=peak, warmup_steps=n_rising
    )
