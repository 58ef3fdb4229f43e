"""A study with columns of every kind, also with names and values that are hard to write."""

import numpy as np

from dashboard.trials.selection import Column, Field

ODD = (
    None, "none", "None", True, False, 1, 0, 0.5, "1", "yes", 'a "b"\\', "a\n\u202e", "2 d", "and",
)  # fmt: skip
FIELDS = [
    Field("trial", "number"),
    Field("state", "text", choices=("complete", "pruned", "failed")),
    Field("failed", "text", choices=("out of memory", "timed out")),
    Field("duration", "duration"),
    Field("learning_rate", "number"),
    Field("val_accuracy", "number", is_percent=True),
    Field("units", "number", choices=(32, 64, 1024)),
    Field("optimizer", "text", choices=("adam", "sgd", "adam w")),
    Field("odd", "text", choices=ODD),
    Field("message", "text"),
    Field("svm__C", "number"),
    Field("0", "number"),
    Field("and", "number"),
    Field("5 min", "number"),
    Field("my rate", "number"),
    Field("größe", "number"),
    Field('"', "number"),
]  # fmt: skip
N = 6


def column(values, *, is_known=None):
    kind = float if all(isinstance(value, float) for value in values) else object
    known = [True] * len(values) if is_known is None else is_known
    array = np.empty(len(values), dtype=kind)
    array[:] = values
    return Column(array, np.array(known))


COLUMNS = {
    "trial": column([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    "state": column(["complete", "complete", "pruned", "pruned", "failed", "failed"]),
    "failed": column(
        [None, None, None, None, "out of memory", "timed out"], is_known=[False] * 4 + [True] * 2
    ),
    "duration": column([48.0, 300.0, 4800.0, 0.8, float("nan"), 90_000.0]),
    "learning_rate": column([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0]),
    "val_accuracy": column([0.976, 0.98, 0.5, 0.0, 0.0, 1.0], is_known=[True] * 4 + [False] * 2),
    "units": column([32.0, 64.0, 1024.0, 32.0, 0.0, 64.0], is_known=[True] * 4 + [False, True]),
    "optimizer": column(["adam", "sgd", "adam w", "adam", None, "sgd"], is_known=[True] * 4 + [False, True]),
    "odd": column([None, "none", True, 1, "1", 0.5]),
    "message": column(["Out of memory", "", "NaN at step 3", "ß", "memory", "x"]),
    "svm__C": column([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    "0": column([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
    "and": column([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
    "5 min": column([0.0, 1.0, 0.0, 1.0, 0.0, 1.0]),
    "my rate": column([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    "größe": column([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    '"': column([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
}
