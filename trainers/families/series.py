"""A forecaster of series: from the last `window` rows to the next `horizon` values of the target.

What is known ahead (the calendar) is given for the rows to come as well. Windows of the training part end in
it; those of the validation part have all their targets in it and may look back into the training part, so
that every window size is measured on the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.wording import count_noun, thousands
from trainers.base import Metric, TrainerInfo
from trainers.errors import ParamsInvalid
from trainers.families.family import Family
from trainers.knob import Knob, Value
from trainers.parts import dense, keras_optimizer, regression, schedule, sequences, training
from trainers.parts.head import apply_head, head_dropout_knob, head_units_knob
from trainers.parts.knobs import activation_knob, count_knob, switch_knob, units_knob
from trainers.plan import Plan, Rows
from trainers.priors import choice, integer

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset

_SERIES = "Series"
_NETWORK = "Network"
_DENSE = ("network", ("dense",))
_CONV = ("network", ("conv",))
_LSTM = ("network", ("lstm",))

_SERIES_KNOBS = (
    count_knob(
        "horizon",
        "Horizon",
        "Number of rows to forecast at once. Choose what you need: shorter horizons are easier.",
        _SERIES,
        {"type": "constant", "value": 7},
        default=7,
        maximum=1_000,
        unit="rows",
    ),
    count_knob(
        "window",
        "Window",
        "Number of past rows that a forecast uses.",
        _SERIES,
        integer(7, 56, 7),
        default=28,
        maximum=10_000,
        unit="rows",
        is_searched=True,
    ),
    switch_knob(
        "uses_ahead",
        "Calendar",
        "Use what is known about the rows to forecast, such as holidays.",
        _SERIES,
        is_on=True,
    ),
)
_NETWORK_KNOBS = (
    Knob(
        name="network",
        label="Network",
        kind="categorical",
        default="dense",
        choices=("dense", "conv", "lstm"),
        help="Read the window with dense layers, convolutions, or an LSTM.",
        group=_NETWORK,
        distribution=choice("dense", "conv", "lstm"),
        is_searched=True,
    ),
    count_knob(
        "dense_layers",
        "Dense layers",
        "Number of dense layers; with 0, and no head, the forecast is linear.",
        _NETWORK,
        integer(0, 3),
        _DENSE,
        default=1,
        minimum=0,
        maximum=8,
    ),
    units_knob(
        "dense_units",
        "Dense units",
        "Width of the dense layers.",
        _NETWORK,
        integer(16, 256, 16),
        _DENSE,
        default=64,
    ),
    *sequences.conv_knobs(_NETWORK, _CONV),
    *sequences.recurrent_knobs("lstm", "LSTM", _NETWORK, _LSTM),
    head_units_knob(
        _NETWORK,
        default=64,
        largest=256,
        step=32,
        text="Width of the dense layer that combines window and calendar. 0 removes it.",
        is_searched=True,
    ),
    activation_knob("Activation function of dense layers and convolutions.", _NETWORK),
    head_dropout_knob("dropout", "Dropout", _NETWORK),
)
_NAIVE_MAE = Metric(
    "val_naive_mae",
    "validation mean absolute error of repeating the last season or the last value, whichever is better",
    "minimize",
)


def windows(x: Array, y: Array, first: int, n: int, values: Mapping[str, Value], n_ahead: int) -> Rows:
    """Return `n` windows of rows x (rows, columns) and their targets y (rows,); `first` is forecast first.

    Inputs are (b, window, columns), and (b, horizon, n_ahead) where the calendar is used.
    """
    return windows_at(x, y, first + np.arange(n), values, n_ahead)


def windows_at(x: Array, y: Array, firsts: Array, values: Mapping[str, Value], n_ahead: int) -> Rows:
    """Return the windows whose first forecast rows are `firsts` (n,), as `windows` does."""
    # offsets from the first forecast row, so that a batch is one lookup
    past = np.arange(-int(values["window"]), 0)
    ahead = np.arange(int(values["horizon"]))

    def inputs(rows: Array) -> tuple[Array, ...]:
        starts = firsts[rows][:, None]
        seen = np.asarray(x[starts + past])
        return (seen, np.asarray(x[starts + ahead, -n_ahead:])) if n_ahead else (seen,)

    return Rows(len(firsts), inputs, lambda rows: y[firsts[rows][:, None] + ahead].astype(np.float32))


def seasonal_naive_mae(y: Array, first: int, n: int, horizon: int, season: int) -> float:
    """Return the mean absolute error of repeating the last season, over the same windows."""
    return _naive_mae(y, first + np.arange(n), horizon, season)


def _naive_mae(y: Array, firsts: Array, horizon: int, season: int) -> float:
    starts = firsts[:, None]
    ahead = np.arange(horizon)
    # one season earlier; a horizon longer than a season repeats it
    return float(np.abs(y[starts + ahead] - y[starts - season + ahead % season]).mean())


def _plan(values: Mapping[str, Value], data: Dataset) -> Plan:
    window, horizon = int(values["window"]), int(values["horizon"])
    n_train, n_validation = len(data.y_train), len(data.y_validation)
    back = max(window, data.info.season)  # rows of the training part before the first forecast
    series = data.facts.series_rows or ((n_train, n_validation, 0),)
    train, validation, tails = window_starts(series, window, back, horizon)
    if not (len(train) and len(validation)):
        longest = max(series)
        _check_lengths(back, horizon, longest[0], longest[1])
        raise ParamsInvalid("No series has enough rows. Choose a shorter window or horizon.")
    n_ahead = data.facts.n_ahead if values["uses_ahead"] else 0
    # windows of the validation part begin in the training part, whatever the size of the window:
    # all trials are validated on the same rows
    x = _with_tails(data.x_train, data.x_validation, series, tails)
    y = _with_tails(data.y_train, data.y_validation, series, tails)
    inputs, outputs = _network(values, data, n_ahead)
    how = {"window": window, "horizon": horizon}
    return Plan(
        inputs,
        outputs,
        regression.loss_and_metrics(values, data.facts),
        windows_at(data.x_train, data.y_train, train, values, n_ahead),
        windows_at(x, y, validation, values, n_ahead),
        reading={
            "forecast": {**how, "n_ahead": n_ahead, "season": data.info.season},
            "series_columns": list(data.info.series_columns),
        },
        # a season that was guessed wrong would make any forecaster look good
        constants={
            _NAIVE_MAE.name: min(
                _naive_mae(y, validation, horizon, season) for season in {1, data.info.season}
            )
        },
    )


def window_starts(
    series: Sequence[Sequence[int]], window: int, back: int, horizon: int
) -> tuple[Array, Array, list[int]]:
    """Return the first forecast rows of all windows that stay inside of one series, in train and validation.

    `series` are the rows of each in train and validation, which lie one series after the other. Before the
    validation rows of each come its last training rows, at most `back`: their numbers are the third value. A
    series with fewer of them, or with fewer validation rows than the `horizon`, has no window there.
    """
    train, validation, tails = [], [], []
    at = at_validation = 0
    for n_train, n_validation, *_ in series:
        tail = min(back, n_train)
        train.append(at + window + np.arange(max(0, n_train - window - horizon + 1)))
        n = max(0, n_validation - horizon + 1) if tail == back and n_train >= back + horizon else 0
        validation.append(at_validation + tail + np.arange(n))
        tails.append(tail)
        at += n_train
        at_validation += tail + n_validation
    return np.concatenate(train), np.concatenate(validation), tails


def _with_tails(train: Array, validation: Array, series: Sequence[Sequence[int]], tails: list[int]) -> Array:
    """Return the validation rows of each series behind the last training rows of it."""
    parts = []
    end = end_validation = 0
    for (n_train, n_validation, *_), tail in zip(series, tails, strict=True):
        end, end_validation = end + n_train, end_validation + n_validation
        parts += [train[end - tail : end], validation[end_validation - n_validation : end_validation]]
    return np.concatenate(parts)


def _check_lengths(back: int, horizon: int, n_train: int, n_validation: int) -> None:
    if back + horizon > n_train:
        raise ParamsInvalid(
            f"A window or season of {count_noun(back, 'row')} and a horizon of "
            f"{thousands(horizon)} need {thousands(back + horizon)} training "
            f"rows; there are {thousands(n_train)}."
        )
    if horizon > n_validation:
        raise ParamsInvalid(
            f"A horizon of {count_noun(horizon, 'row')} needs as many validation rows; there "
            f"are {thousands(n_validation)}."
        )


def _network(values: Mapping[str, Value], data: Dataset, n_ahead: int) -> tuple[list[Any], Any]:
    import keras  # noqa: PLC0415, the web process reads the knobs above

    horizon = int(values["horizon"])
    inputs = [keras.Input((int(values["window"]), *data.facts.shape))]
    x = _encode(inputs[0], values)
    if n_ahead:
        inputs.append(keras.Input((horizon, n_ahead)))
        x = keras.layers.Concatenate()([x, keras.layers.Flatten()(inputs[1])])
    x = apply_head(x, values, dropout="dropout")
    return inputs, regression.head(x, data, horizon)


def _encode(x: Any, values: Mapping[str, Value]) -> Any:
    """Return one Keras vector per window (length, columns)."""
    from keras import layers  # noqa: PLC0415

    if values["network"] == "lstm":
        return sequences.recurrent_stack(x, values, "lstm")
    if values["network"] == "conv":
        return layers.Flatten()(sequences.conv_stack(x, values, padding="causal"))
    x = layers.Flatten()(x)
    for _ in range(int(values["dense_layers"])):
        x = dense.dense_block(x, units=int(values["dense_units"]), activation=str(values["activation"]))
    return x


FORECASTER = Family(
    TrainerInfo(
        name="forecast",
        label="Forecaster",
        summary="Forecasts the next rows of a series with dense layers, convolutions, or an LSTM.",
        knobs=(
            *keras_optimizer.KNOBS,
            *schedule.KNOBS,
            *_SERIES_KNOBS,
            *_NETWORK_KNOBS,
            *training.KNOBS,
            *regression.KNOBS,
        ),
        metrics=(*regression.METRICS, _NAIVE_MAE),
        kinds=("series",),
        task="forecast",
    ),
    _plan,
)
