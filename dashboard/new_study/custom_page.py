"""The page of a new study with a custom model: what it opens with."""

from typing import Any

from django.conf import settings

from dashboard.models import Study
from dashboard.studies.budget_page import budget_of

# Works as it stands; the comments are the short manual.
EXAMPLE = '''"""A search space and a function that turns params into a value. Hyperopt code works here."""

from optimizer import STATUS_OK, hp

space = {
    "x": hp.uniform("x", -5, 5),
    "shape": hp.choice("shape", [{}, {"power": hp.uniformint("power", 2, 4)}]),
}


def objective(params):
    """Return a number, or {"loss": number, "status": STATUS_OK}. The lowest wins."""
    power = params["shape"].get("power", 1)
    return {"loss": abs(params["x"] - 1) ** power, "status": STATUS_OK}


# Or, instead of objective(params), return a compiled Keras model. Choose a dataset to fit it to.
#
# import keras
# metric = "val_accuracy"
#
# def build(params):
#     model = keras.Sequential([
#         keras.layers.Rescaling(1 / 16),
#         keras.layers.Flatten(),
#         keras.layers.Dense(params["units"], activation="relu"),
#         keras.layers.Dense(10, activation="softmax"),
#     ])
#     model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
#     return model
'''


def start_fields() -> dict[str, Any]:
    return {
        "name": "my-model",
        "code": EXAMPLE,
        "max_trials": 30,
        "max_epochs": 10,
        "n_parallel": settings.SLOTS,
    }


def fields_of(study: Study) -> dict[str, Any]:
    """The same again, to be changed."""
    kept = ("code", "dataset", "sampler", "pruner", "max_epochs")
    return {
        "name": f"{study.name} again"[:100],
        **{name: getattr(study, name) for name in kept},
        **budget_of(study),
    }
