"""The page of a new study with a custom model: what it opens with."""

from typing import Any

from django.conf import settings

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


# Or return a compiled Keras model from build(params). It is fitted to the dataset that you choose.
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


LIBRARIES = ("NumPy", "SciPy", "scikit-learn", "Keras")


def library_words() -> str:
    """What a file may import on this machine."""
    names = [*LIBRARIES, *settings.PACKAGES]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def start_fields() -> dict[str, Any]:
    return {"name": "my-model", "code": EXAMPLE}
