"""Train the network of this folder again, on your own data. It needs numpy and keras with a backend.

    python train.py rows.csv        # a table, texts or a series, with a header and the target column
    python train.py images.npz      # images: arrays x and y (or x_train and y_train)
    python train.py images/         # images: a folder for each class

`network.py` in this folder builds the network, `predict.py` prepares rows as `reading.json` says. A fifth of
the rows is used for validation, of a series the last fifth. The trained network is saved as trained.keras.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras
import network  # type: ignore[import-not-found]
import numpy as np
import predict  # type: ignore[import-not-found]

VALIDATION_FRACTION = 0.2


class MixupBatches(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """Batches in which each row is blended with another one (mixup, Zhang and others 2018)."""

    def __init__(self, x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> None:
        super().__init__()
        self._arrays = (x, y, weights)
        self._rng = np.random.default_rng(network.SEED)
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(range(0, len(self._order), network.BATCH_SIZE))

    def __getitem__(self, number: int) -> tuple[np.ndarray, ...]:
        rows = self._order[number * network.BATCH_SIZE :][: network.BATCH_SIZE]
        # one share per batch, as in Zhang's own code
        share, partners = self._rng.beta(network.MIXUP, network.MIXUP), self._rng.permutation(rows)
        blended = [share * array[rows] + (1 - share) * array[partners] for array in self._arrays]
        return tuple(array.astype(np.float32) for array in blended)

    def on_epoch_end(self) -> None:
        """Shuffle."""
        self._order = self._rng.permutation(len(self._arrays[0]))


def load(reading: dict[str, Any], path: Path) -> tuple[Any, np.ndarray]:
    """Return the network's input, one array or several, and the targets; ValueError for wrong data."""
    if reading["kind"] == "images":
        return load_images(reading, path)
    rows = predict.read_csv(path)
    target = reading["target"]
    if not rows or target not in rows[0]:
        raise ValueError(f"{path} needs rows and a header with a column named {target!r}.")
    rows = known_rows(reading, rows)
    if reading["kind"] == "text":
        names = [name for name in rows[0] if name != target]
        name = "text" if "text" in names else names[0]
        return predict.encode_texts(reading, [row[name] for row in rows]), class_numbers(reading, rows)
    if reading["kind"] == "series":
        return load_series(reading, rows)
    y = class_numbers(reading, rows) if reading["classes"] else numbers(reading, rows)[:, None]
    return predict.encode_rows(reading, rows), y


def load_images(reading: dict[str, Any], path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return images (n, *shape) and class numbers (n,)."""
    if path.is_dir():
        files = [file for file in sorted(path.glob("*/*")) if file.parent.name in reading["classes"]]
        if not files:
            raise ValueError(
                f"{path} needs a folder of images for each of these classes: {', '.join(reading['classes'])}."
            )
        x = np.concatenate([predict.encode_image(reading, file.read_bytes()) for file in files])
        return x, np.array([reading["classes"].index(file.parent.name) for file in files])
    with np.load(path, allow_pickle=False) as arrays:
        # mnist.npz and its like name them x_train and y_train
        part = "" if "x" in arrays else "_train"
        return arrays[f"x{part}"], np.asarray(arrays[f"y{part}"], dtype=np.int64).ravel()


def load_series(reading: dict[str, Any], rows: list[dict[str, str]]) -> tuple[Any, np.ndarray]:
    """Return all windows of each series and the values that follow each; the latest ones last."""
    found = [series_windows(reading, part) for part in predict.split_series(reading, rows).values()]
    inputs = [array if isinstance(array, list) else [array] for array, _, _ in found]
    # a fifth of the times is used for validation: those of all series
    order = np.argsort(np.concatenate([places for _, _, places in found]), kind="stable")
    joined = [np.concatenate(arrays)[order] for arrays in zip(*inputs)]  # noqa: B905, for older Pythons
    y = np.concatenate([y for _, y, _ in found])[order]
    return joined if len(joined) > 1 else joined[0], y


def series_windows(reading: dict[str, Any], rows: list[dict[str, str]]) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return all windows of a series, the values that follow each, and how far from its end they are."""
    settings, rows = reading["forecast"], predict.sort_by_date(rows, predict.date_notation(reading))
    y = numbers(reading, rows)
    starts = np.arange(settings["window"], len(rows) - settings["horizon"] + 1)
    if not len(starts):
        raise ValueError(
            f"At least {settings['window'] + settings['horizon']} rows are needed, not {len(rows)}."
        )
    inputs = predict.windows(reading, predict.encode_series(reading, rows), starts)
    return inputs, y[starts[:, None] + np.arange(settings["horizon"])], starts - len(rows)


def target_column(reading: dict[str, Any]) -> dict[str, Any]:
    """Return how the target is written in the training file, plainly where that is not known."""
    plain = {"type": "category" if reading["classes"] else "number", "name": reading["target"]}
    return reading.get("target_column") or plain


def known_rows(reading: dict[str, Any], rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows that have a target, where those without one were left out of the first training."""
    part = target_column(reading)
    if not part.get("drops_unknown"):
        return rows
    return [row for row, text in zip(rows, predict.column_texts(part, rows)) if text]  # noqa: B905


def numbers(reading: dict[str, Any], rows: list[dict[str, str]]) -> np.ndarray:
    """Return the target as float32 (n,), read as in the first training; ValueError where one is missing."""
    part = target_column(reading)
    values = predict.plain_numbers(part, predict.column_texts(part, rows))
    if np.isnan(values).any():
        row = int(np.argmax(np.isnan(values))) + 1
        raise ValueError(f"{part['name']} must be a number in every row; row {row} has none.")
    return np.asarray(values, dtype=np.float32)


def class_numbers(reading: dict[str, Any], rows: list[dict[str, str]]) -> np.ndarray:
    """Return the number of each row's class (n,)."""
    place = {name: number for number, name in enumerate(reading["classes"])}
    labels = [class_name(row[reading["target"]].strip(), place) for row in rows]
    unknown = set(labels) - set(place)
    if unknown:
        raise ValueError(
            f"{min(unknown)!r} is not a class of the network; its classes are {', '.join(place)}."
        )
    return np.array([place[label] for label in labels])


def class_name(text: str, classes: dict[str, int]) -> str:
    """Return the class that a text names: classes that are numbers may be written in other ways, 1.0 as 1."""
    if text in classes:
        return text
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text


def weights_of(y: np.ndarray) -> np.ndarray:
    """Return the weight of each row, 1 on average, float32 (n,)."""
    if network.CLASS_WEIGHTS == "none":
        return np.ones(len(y), dtype=np.float32)
    counts = np.bincount(y)[y]
    weights = 1 / counts if network.CLASS_WEIGHTS == "balanced" else 1 / np.sqrt(counts)
    return np.asarray(weights / weights.mean(), dtype=np.float32)


def main() -> None:
    """Train, and print the metrics of each epoch."""
    if len(sys.argv) != 2 or sys.argv[1] in {"-h", "--help"}:
        sys.exit(__doc__)
    keras.utils.set_random_seed(network.SEED)
    folder = Path(__file__).resolve().parent
    reading = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    try:
        x, y = load(reading, Path(sys.argv[1]))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    inputs = x if isinstance(x, list) else [x]
    order = np.arange(len(y))  # a series keeps its order: the last fifth comes after the rest
    if reading["kind"] != "series":
        order = np.random.default_rng(network.SEED).permutation(order)
    train, validation = np.split(order, [len(order) - max(1, round(len(order) * VALIDATION_FRACTION))])
    weights = weights_of(y[train]) if reading["classes"] else np.ones(len(train), dtype=np.float32)
    y = np.eye(len(reading["classes"]), dtype=np.float32)[y] if reading["classes"] else y
    train_inputs, validation_inputs = ([array[rows] for array in inputs] for rows in (train, validation))
    model = network.build()
    network.compile_network(model)
    arguments: dict[str, Any] = {
        "x": train_inputs if len(inputs) > 1 else train_inputs[0],
        "y": y[train],
        "sample_weight": weights,
        "batch_size": network.BATCH_SIZE,
    }
    if network.MIXUP:
        arguments = {"x": MixupBatches(train_inputs[0], y[train], weights)}
    validation_data = (validation_inputs if len(inputs) > 1 else validation_inputs[0], y[validation])
    model.fit(
        **arguments,
        epochs=network.EPOCHS,
        validation_data=validation_data,
        callbacks=network.callbacks(),
        verbose=2,
    )
    # without the optimizer's state, as model.keras is
    keras.Model(model.inputs, model.outputs).save(folder / "trained.keras")


if __name__ == "__main__":
    main()
