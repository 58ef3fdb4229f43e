"""Whatever a model file raises is one sentence, with the line, that a database can keep."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.trainers.custom.forked import forked_call
from tests.trainers.custom.test_model_files import SPACE, host, train  # noqa: F401, a fixture
from tests.trainers.datasets.uploads.made import described
from tests.trainers.datasets.uploads.test_real_fits import TEXTS
from trainers.custom.declaration import read_declaration
from trainers.custom.user_code import OPTIONAL_PACKAGES, CodeInvalid
from trainers.processes.prediction import predict

EVIL = """
class Evil(Exception):
    def __str__(self): raise ValueError("not to be shown")
    __repr__ = __str__
"""
BAD_BATCH = """
from optimizer import hp
space = {"batch_size": hp.choice("batch_size", [32, VALUE])}
def build(p): ...
"""


def refusal(source):
    with pytest.raises(CodeInvalid) as caught:
        read_declaration(source, call=forked_call())
    message = str(caught.value)
    message.encode()
    assert len(message) < 500
    assert len(message.splitlines()) == 1
    assert message.endswith(".")
    return message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("\nraise KeyboardInterrupt", "Line 2: KeyboardInterrupt."),
        ("\nraise GeneratorExit", "Line 2: GeneratorExit."),
        (EVIL + "raise Evil", "Line 5: Evil."),
        ("raise ValueError('\\ud800 odd')", "Line 1: ValueError: ? odd."),
        ("raise ValueError('\\0odd')", "Line 1: ValueError: \ufffdodd."),
        ("raise ValueError('x' * 10**6)", "Line 1: ValueError: xxx"),
        ("def f(): f()\nf()", "Line 1: RecursionError: maximum recursion depth exceeded"),
        ("\nraise SyntaxError('odd')", "Line 2: SyntaxError: odd."),
        ("\nraise SystemExit('x' * 10**6)", "Line 2: The model file exited the process (exit code xxx"),
        (EVIL + "raise SystemExit(Evil())", "Line 5: The model file exited the process"),
        ("space = {}\nspace['a'] = space\ndef objective(p): ...", "The search space is invalid: "),
        (EVIL + SPACE + "metric = Evil()\ndef objective(p): ...", "metric must be a name of at most 50"),
        (SPACE + "metric = '\\ud800'\ndef objective(p): ...", "metric must be a name of at most 50"),
        (SPACE + "direction = 'x' * 10**6\ndef objective(p): ...", "direction must be 'minimize' or"),
        (
            "from optimizer import hp\nspace = [hp.uniform('\\ud800', 0, 1)]\ndef objective(p): ...",
            "The search space is invalid: ",
        ),
        (
            BAD_BATCH.replace("VALUE", "None"),
            "Line 3: batch_size must be a whole number of at least 1, not None",
        ),
        (BAD_BATCH.replace("VALUE", "0"), "Line 3: batch_size must be a whole number of at least 1, not 0."),
        (
            BAD_BATCH.replace("VALUE", "'32'"),
            "Line 3: batch_size must be a whole number of at least 1, not '32'.",
        ),
        ("import sys; sys.stdout = None\nraise ValueError('odd')", "Line 2: ValueError: odd."),
        (
            "# file: model.py\nimport parts\n# file: parts.py\n\nraise KeyError('a')",
            "parts.py, line 2: KeyError: 'a'.",
        ),
        ("# file: model.py\nimport parts\n# file: parts.py\ndef f(:", "parts.py, line 1: invalid syntax."),
        (
            "# file: a-b.py\nx = 1",
            "A file must have a name that can be imported, such as layers.py, not 'a-b.py'.",
        ),
        ("# file: ../x.py\nx = 1", "A file must have a name that can be imported"),
        ("# file: a.py\n# file: a.py\n", "Two files have the name a.py; rename one."),
        ("# file: model.py\n# file: random.py\n", "random.py has the name of the installed module random;"),
        ("# file: model.py\n# file: keras/x.py\n", "keras/x.py has the name of the installed module keras;"),
    ],
)
def test_a_file_gets_one_sentence(source, words):
    assert refusal(source).startswith(words)


@pytest.mark.skipif(find_spec("pandas") is not None, reason="pandas is installed")
def test_a_package_that_an_administrator_can_add_is_said():
    said = refusal("import math\nimport pandas as pd")
    assert said.startswith("Line 2: pandas is not installed. ")
    assert "PARZEN_PACKAGES=pandas" in said


def test_each_package_that_can_be_added_is_pinned():
    deploy = Path(__file__).resolve().parents[3] / "deploy"
    for name in OPTIONAL_PACKAGES:
        assert f"\n{name}==" in "\n" + (deploy / f"requirements-{name}.txt").read_text()


@pytest.mark.parametrize("line", ["import sys; sys.stdout.close()", "import os; os.close(1)", "print('}')"])
def test_what_a_file_does_to_its_output_does_no_harm(line):
    found = read_declaration(SPACE + line + "\ndef objective(p): ...")
    assert found.metric == "loss"


def test_files_import_each_other():
    source = """# file: nets/model.py
from optimizer import hp
from nets.parts import low
from .deep.more import high
from parts import low as again
space = {"x": hp.uniform("x", low + again, high)}
def objective(p): ...
# file: nets/parts.py
low = 1
# file: nets/deep/more.py
from ..parts import low
high = low + 8
"""
    (param,) = read_declaration(source, call=forked_call()).space["params"]
    assert (param["low"], param["high"]) == (2.0, 9.0)


def test_a_class_of_a_file_can_look_its_module_up():
    source = "from __future__ import annotations\nimport dataclasses\nfrom dataclasses import KW_ONLY\n"
    source += "@dataclasses.dataclass\nclass A:\n    _: KW_ONLY\n    b: int = 1\n"
    assert read_declaration(source + SPACE + "def objective(p): ...").metric == "loss"


MODEL = """
def build(p):
    import keras
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", LOSS)
    return model
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("def objective(p):\n    raise KeyboardInterrupt", "error", "Line 4: KeyboardInterrupt."),
        (EVIL + "def objective(p):\n    raise Evil", "error", "Line 8: Evil."),
        (EVIL + "def objective(p): return Evil()", "error", "objective"),
        ("def objective(p):\n    raise SystemExit", "error", "Line 4: The model file exited the process"),
        ("def objective(p): return objective(p)", "error", "Line 3: RecursionError: maximum recursion depth"),
        ("def objective(p):\n    raise ValueError('\\ud800' * 10**6)", "error", "Line 4: ValueError: ???"),
        ("def objective(p):\n    raise MemoryError", "out_of_memory", "The training ran out of memory."),
        (
            MODEL.replace("LOSS", "'categorical_crossentropy'"),
            "error",
            "Line 7: categorical_crossentropy needs one column per class, but the classes of",
        ),
        (
            MODEL.replace("LOSS", "keras.losses.CategoricalCrossentropy()"),
            "error",
            "use sparse_categorical_crossentropy.",
        ),
        (
            MODEL.replace("LOSS", "'sparse_categorical_crossentropy', metrics=['categorical_accuracy']"),
            "error",
            "use sparse_categorical_accuracy.",
        ),
        (MODEL.replace("LOSS", "'mse'"), "error", "Line 4, build: "),
        (
            MODEL.replace("keras.layers.Dense(10", "keras.layers.Dense(5").replace(
                "LOSS", "'sparse_categorical_crossentropy'"
            ),
            "error",
            "The model has 5 outputs, but Digits has 10 classes. Give its last layer 10 units.",
        ),
    ],
)
def test_a_training_gets_one_sentence(host, tmp_path, body, kind, words):  # noqa: F811, the fixture
    message, _, _ = train(host, SPACE + body, tmp_path, dataset="digits")
    assert (message["type"], message["kind"]) == ("failed", kind), message
    assert words in message["message"]
    assert "\ud800" not in message["message"]


TEXT_MODEL = """
def build(p):
    import keras
    model = keras.Sequential([
        keras.layers.TextVectorization(vocabulary=["free", "call"], output_mode="multi_hot"),
        keras.layers.Dense(1),
    ])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return model
"""


@pytest.mark.slow
def test_texts_come_as_texts(host, tmp_path):  # noqa: F811, the fixture
    content = "\n".join(["label\ttext", *TEXTS])
    upload, _ = described(tmp_path, content)
    path = tmp_path / "kept" / "model.keras"
    message, _, _ = train(
        host,
        SPACE + TEXT_MODEL,
        tmp_path,
        dataset=upload.info.name,
        upload=upload.to_json_dict(),
        objective="val_loss",
        model_path=str(path),
    )
    assert message["type"] == "result", message
    assert message["unkept"] == ""
    reading = json.loads(path.with_suffix(".json").read_text())
    assert reading["is_logits"]
    found = predict(path, reading, {"text": "call now"})
    assert sum(found["probabilities"].values()) == pytest.approx(1)


@pytest.mark.slow
def test_a_batch_size_of_none_is_said(host, tmp_path):  # noqa: F811, the fixture
    body = MODEL.replace("LOSS", "'sparse_categorical_crossentropy'")
    message, _, _ = train(
        host, SPACE + body, tmp_path, dataset="digits", params={"x": 0.5, "batch_size": None}
    )
    assert message["message"] == "batch_size must be a whole number of at least 1, not None."
