"""The page of a new study with a custom model: what it opens with, and what its file declares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from dashboard.models import Study
from dashboard.models.study import Direction
from dashboard.new_study.forms import CustomModelForm
from dashboard.wording import all_of
from trainers.custom.declaration import Declaration

# Works as it stands; the comments are the short manual.
EXAMPLE = '''"""A search space and a function that turns params into a value. Hyperopt code works here."""

from optimizer import STATUS_OK, hp

space = {
    "x": hp.uniform("x", -5, 5),
    "shape": hp.choice("shape", [{}, {"power": hp.uniformint("power", 2, 4)}]),
}


def objective(params):
    """Return a number, or {"loss": number, "status": STATUS_OK}. The lowest loss wins."""
    power = params["shape"].get("power", 1)
    return {"loss": abs(params["x"] - 1) ** power, "status": STATUS_OK}


# For another goal, set metric to a key of what you return, and direction to minimize or maximize it.
#
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
    return all_of([*LIBRARIES, *settings.PACKAGES])


def start_fields() -> dict[str, Any]:
    return {"name": "my-model", "code": EXAMPLE}


@dataclass(frozen=True)
class FileCheck:
    """What a model file declares, in words, or why it cannot be used; all empty before it was read."""

    goal: str = ""
    params: str = ""
    problem: str = ""
    warnings: Sequence[str] = ()
    # Whether it is to be read as soon as the page is open.
    is_due: bool = False


def check_of_example() -> FileCheck:
    return FileCheck(_goal(Direction.MINIMIZE, "loss"), "x, shape, power")


def check_of_study(study: Study) -> FileCheck:
    """What the file of this study declared when it was made."""
    return FileCheck(_goal(study.direction, study.objective), _params(study.space))


def check_of_declaration(declared: Declaration) -> FileCheck:
    goal = _goal(declared.direction, declared.metric)
    return FileCheck(goal, _params(declared.space), warnings=declared.warnings)


def problem_of_code(form: CustomModelForm) -> str:
    """Why this is no model file at all, whatever it declares; empty where it may be one."""
    return " ".join(str(error) for error in form.errors.get("code", []))


def _goal(direction: str, metric: str) -> str:
    return f"{Direction(direction).label} {metric}"


def _params(space: dict[str, Any]) -> str:
    return ", ".join(param["name"] for param in space["params"])
