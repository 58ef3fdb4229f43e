"""What model files declare and do, and one sentence for each that cannot be used."""

import pytest

from tests.trainers.custom.forked import forked_call
from trainers import subprocess_call
from trainers.custom import declaration
from trainers.custom.declaration import read_declaration
from trainers.custom.model_file import CodeInvalid, read_model_file
from trainers.job import Job
from trainers.testing import RecordingReporter

HYPEROPT = """
from hyperopt import hp, STATUS_OK
net = hp.choice("net", [{"kind": "a"}, {"kind": "b", "n": hp.uniformint("n", 1, 3)}])
space = {"x": hp.uniform("x", -5, 5), "net": net}
def objective(params):
    return {"loss": params["x"] ** 2, "status": STATUS_OK}
"""
SPACE = "from optimizer import hp\nspace = {'x': hp.uniform('x', 0, 1)}\n"


def test_a_file_written_for_hyperopt_is_taken_as_it_is():
    declared = read_declaration(HYPEROPT, call=forked_call())

    assert [param["name"] for param in declared.space["params"]] == ["x", "net", "n"]
    assert (declared.metric, declared.direction, declared.needs_data) == ("loss", "minimize", False)
    file = read_model_file(HYPEROPT)
    assert file.point_of({"x": 1.0, "net": file.search_space["net"].distribution.choices[1], "n": 2}) == {
        "x": 1.0,
        "net": {"kind": "b", "n": 2},
    }


@pytest.mark.parametrize(
    ("arguments", "needs_data"),
    [("p, data", True), ("p, *, data", True), ("p, data=None", False), ("p", False)],
)
def test_an_objective_that_asks_for_data_needs_a_dataset(arguments, needs_data):
    declared = read_declaration(f"{SPACE}def objective({arguments}): ...", call=forked_call())
    assert (declared.needs_data, declared.fits_rows) == (needs_data, False)


def test_declared_knobs_are_a_space_too():
    source = """
from trainers.knob import Knob
knobs = [
    Knob(name="units", label="Units", kind="int", default=8, minimum=1, maximum=64, help="", group="net",
         distribution={"type": "int", "low": 4, "high": 32}, is_searched=True),
    Knob(name="rate", label="Rate", kind="float", default=0.1, minimum=0, help="", group="net"),
]
metric = "val_accuracy"
def build(params): ...
"""
    declared = read_declaration(source, call=forked_call())
    assert [param["type"] for param in declared.space["params"]] == ["int", "constant"]
    assert (declared.metric, declared.direction, declared.needs_data) == ("val_accuracy", "maximize", True)
    assert read_model_file(source).point_of({"units": 4, "rate": 0.1}) == {"units": 4, "rate": 0.1}


def test_what_is_printed_does_no_harm():
    declared = read_declaration(
        SPACE + "print('x' * 10**8)\nimport sys; sys.stderr.write('y' * 10**7)\ndef build(p): ..."
    )
    assert declared.metric == "val_loss"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1 / 0", "Line 1: ZeroDivisionError: division by zero."),
        ("\ndef f(:", "Line 2: invalid syntax."),
        ("raise SystemExit(3)", "Line 1: The model file exited the process (exit code 3)."),
        ("import nothing_like_this", "Line 1: ModuleNotFoundError: No module named 'nothing_like_this'."),
        (SPACE, "A model file must define one function: objective(params), which returns a value, or build"),
        (SPACE + "objective = build = print", "A model file must define one function"),
        (
            "def objective(p): ...",
            "A model file must define a search space: space = {...} with hp.* nodes, or knobs",
        ),
        ("space = {}\ndef objective(p): ...", "The search space is invalid: a search space must contain"),
        (
            SPACE + "direction = 'up'\ndef build(p): ...",
            "direction must be 'minimize' or 'maximize', not 'up'.",
        ),
        (SPACE + "metric = 3\ndef build(p): ...", "metric must be a name of at most 50 characters, not 3."),
        ("knobs = [1]\ndef build(p): ...", "knobs must be a list of trainers.knob.Knob."),
        (
            "import socket; socket.create_connection(('127.0.0.1', 9))",
            "A model file may not open connections (",
        ),
        ("import socket; socket.socket().bind(('127.0.0.1', 0))", "A model file may not open connections ("),
        ("import os; os.fork()", "A model file may not start or end processes (os.fork)."),
        (
            "import subprocess; subprocess.run(['id'])",
            "A model file may not start or end processes (subprocess.",
        ),
        ("import os; os.kill(os.getppid(), 9)", "A model file may not start or end processes (os.kill)."),
        (
            "open('/proc/1/environ').read()",
            "A model file may not read /proc/1/environ, because it belongs to Parzen.",
        ),
        ("open('/usr/x', 'w')", "A model file may only write files in "),
        ("import os; os.remove('/etc/hostname')", "A model file may only write files in "),
        ("import os; os._exit(7)", "Running the model file failed: exit code 7."),
        ("x" * 100_001, "A model file can have at most 100,000 characters, but this one has 100,001."),
    ],
)
def test_a_file_that_breaks_a_rule_gets_one_sentence(source, words):
    with pytest.raises(CodeInvalid) as caught:
        read_declaration(source, call=forked_call())
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1 / 0", "Line 1: ZeroDivisionError: division by zero."),
        ("import os; os.fork()", "A model file may not start or end processes (os.fork)."),
        ("import os; os._exit(7)", "Running the model file failed: exit code 7."),
    ],
)
def test_a_process_of_its_own_says_the_same(source, words):
    with pytest.raises(CodeInvalid) as caught:
        read_declaration(source)
    assert str(caught.value).startswith(words)


def test_what_parzen_keeps_is_not_read(tmp_path):
    """Also where it lies in the temporary folder."""
    (tmp_path / "secret-key").write_text("hush")
    source = f"open({str(tmp_path / 'secret-key')!r}).read()"
    with pytest.raises(CodeInvalid, match=r"may not read .*secret-key, because it belongs to Parzen"):
        read_declaration(source, (str(tmp_path),), call=forked_call())
    source = SPACE + "def build(p): ...\nimport tempfile\ntempfile.TemporaryFile().write(b'x')"
    assert read_declaration(source, call=forked_call()).needs_data


def test_a_file_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(declaration, "MAX_SECONDS", 1.0)
    with pytest.raises(CodeInvalid, match="took more than 1 s of computing time"):
        read_declaration("while True: pass")
    monkeypatch.setattr(declaration, "MAX_WAIT_SECONDS", 1.0)
    with pytest.raises(CodeInvalid, match=r"Running the model file took more than 1 s\.$"):
        read_declaration("import time; time.sleep(60)")


def test_time_that_the_machine_takes_is_not_counted(monkeypatch):
    monkeypatch.setattr(declaration, "MAX_SECONDS", 1.0)
    source = "import time; time.sleep(1.5)\n" + SPACE + "def build(p): ..."
    assert read_declaration(source, call=forked_call()).needs_data


def test_memory_has_an_end(monkeypatch):
    source = "import resource\nprint(resource.getrlimit(resource.RLIMIT_DATA))\nx = bytearray(40 * 2**30)"
    assert subprocess_call.MAX_MEMORY_BYTES < 40 * 2**30
    with pytest.raises(CodeInvalid, match=r"MemoryError|more than .* GB of memory"):
        read_declaration(source, call=forked_call())


PLAIN_BUILD = """
def build(p):
    import keras
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model
"""

# In a training ------------------------------------------------------------------------------------------


def train(host, code, tmp_path, **fields):
    """The last message of a training with this file, its log, and the steps it reported."""
    job = Job(
        trainer="own",
        dataset=fields.pop("dataset", ""),
        params=fields.pop("params", {"x": 0.5}),
        max_epochs=3,
        objective=fields.pop("objective", "loss"),
        direction=fields.pop("direction", "minimize"),
        seed=1,
        cache_dir=str(tmp_path / "cache"),
        code=code,
        **fields,
    )
    steps, lines = [], []
    with host.start(job) as process:
        while True:
            message = process.poll(60)
            assert message is not None, "nothing for a minute"
            if message["type"] == "report":
                steps.append(message["metrics"])
            elif message["type"] == "log":
                lines.append(message["line"])
            elif message["type"] in {"result", "failed", "exited"}:
                return message, lines, steps


@pytest.fixture(scope="module")
def host():
    from trainers.processes.host import TrainerHost

    with TrainerHost() as host:
        yield host


@pytest.mark.slow
def test_an_objective_is_evaluated(host, tmp_path):
    result, _, steps = train(host, SPACE + "def objective(p): return p['x'] ** 2", tmp_path)
    assert (result["value"], result["metrics"], steps) == (0.25, {"loss": 0.25}, [{"loss": 0.25}])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("returned", "value", "metrics"),
    [
        (
            "{'loss': 0.9, 'accuracy': 0.1, 'status': 'ok'}",
            0.1,
            {"loss": 0.9, "accuracy": 0.1},
        ),
        ("{'accuracy': 0.1, 'status': 'ok', 'note': 'x', 'none': None}", 0.1, {"accuracy": 0.1}),
        ("{'loss': None, 'accuracy': 0.1, 'status': 'ok'}", 0.1, {"accuracy": 0.1}),
        ("0.1", 0.1, {"accuracy": 0.1}),
    ],
)
def test_the_value_is_what_metric_names(host, tmp_path, returned, value, metrics):
    code = SPACE + f"metric = 'accuracy'\ndef objective(p): return {returned}"
    fields = {"objective": "accuracy", "direction": "maximize"}
    result, lines, steps = train(host, code, tmp_path, **fields)
    assert (result["value"], result["metrics"], steps) == (value, metrics, [{"accuracy": value}]), lines
    assert any("accuracy 0.1" in line for line in lines if line.startswith("epoch"))


@pytest.mark.slow
@pytest.mark.parametrize(("returned", "step"), [("min(seen)", 2), ("seen[-1]", 3), ("sum(seen) / 3", 0)])
def test_the_epoch_that_is_named_is_the_one_of_the_value(host, tmp_path, returned, step):
    code = (
        SPACE
        + f"""
def objective(p, report):
    seen = [3.0, 1.0, 2.5]
    for value in seen:
        report(value)
    return {returned}
"""
    )
    result, lines, _ = train(host, code, tmp_path)
    assert (result["best_step"], result["n_steps"]) == (step, 3)
    assert any(line.startswith("complete") and (f"at epoch {step}" in line) == (step > 0) for line in lines)


@pytest.mark.slow
def test_an_objective_that_trains_keras_is_repeated_by_its_seed(host, tmp_path):
    code = (
        SPACE
        + """
import random
import keras
import numpy as np
def objective(p, data):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dropout(0.5), keras.layers.Dense(10)])
    model.compile("adam", "mse")
    x = np.random.random((200, 8))
    losses = model.fit(x, x[:, :1] * np.ones((1, 10)), epochs=2, verbose=0).history["loss"]
    drawn = float(keras.ops.convert_to_numpy(keras.random.uniform(())))
    return {"loss": losses[-1], "drawn": drawn, "python": random.random(), "status": "ok"}
"""
    )
    first, second = (train(host, code, tmp_path, dataset="digits")[0]["metrics"] for _ in range(2))
    assert first == second
    assert set(first) == {"loss", "drawn", "python"}


@pytest.mark.slow
def test_modules_that_are_imported_behind_the_guard_are_not_compiled_to_files(host, tmp_path):
    code = SPACE + "def objective(p):\n    import sys; return float(sys.dont_write_bytecode)"
    assert train(host, code, tmp_path)[0]["value"] == 1.0


@pytest.mark.slow
def test_an_objective_gets_what_it_asks_for(host, tmp_path):
    code = (
        SPACE
        + """
def objective(p, data, report, seed, max_epochs):
    for step in range(max_epochs):
        report(1 / (step + 1), rows=len(data.y_train))
    return {"loss": seed, "status": "ok", "extra": 4}
"""
    )
    result, _, steps = train(host, code, tmp_path, dataset="digits")
    assert (result["value"], result["metrics"]) == (1.0, {"loss": 1.0, "extra": 4.0})
    assert [step["loss"] for step in steps] == [1.0, 0.5, 1 / 3]
    assert steps[0]["rows"] == 1079


@pytest.mark.slow
def test_a_built_model_is_fitted_and_kept(host, tmp_path):
    code = (
        SPACE
        + """
import keras
metric = "val_accuracy"
def build(params):
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
    )
    path = tmp_path / "kept" / "model.keras"
    result, lines, steps = train(
        host,
        code,
        tmp_path,
        dataset="digits",
        objective="val_accuracy",
        direction="maximize",
        model_path=str(path),
        is_confirming=True,
    )
    assert result["type"] == "result", result
    assert result["value"] == max(step["val_accuracy"] for step in steps)
    assert len(steps) == 3
    assert 0 < result["metrics"]["test_accuracy"] <= 1
    assert result["n_parameters"] == 650
    assert path.is_file(), lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("def objective(p): return None", "error", "objective: the loss must be a number, got None"),
        ("def objective(p): return 'good'", "error", "objective: the loss must be a number, got 'good'"),
        ("def objective(p): return float('nan')", "diverged", "The objective returned nan."),
        ("def objective(p): return {'loss': 1}", "error", "objective: a result must have a status"),
        (
            "def objective(p): return {'status': 'ok', 'error': 1}",
            "error",
            "metric is 'loss', but the objective returned only 'status', 'error'.",
        ),
        (
            "def objective(p, report):\n    report(1, loss=2)\n    return 1",
            "error",
            "report got loss twice",
        ),
        (
            "def objective(p): return {'status': 'fail'}",
            "infeasible",
            "The objective reported a failure: no reason",
        ),
        ("def objective(p):\n    raise KeyError('units')", "error", "Line 4: KeyError: 'units'."),
        (
            "def objective(p):\n    import os; os.fork()",
            "error",
            "A model file may not start or end processes",
        ),
        (
            "def build(p): return None",
            "error",
            "build must return a compiled Keras model, but it returned NoneType.",
        ),
        (
            "def build(p):\n    import keras\n    return keras.Sequential([keras.layers.Dense(1)])",
            "error",
            "build must return a compiled Keras model, but it returned a model that is not compiled.",
        ),
        (
            PLAIN_BUILD,
            "error",
            "does not measure other_loss",
        ),
        (
            PLAIN_BUILD.replace('"mse"', '"categorical_crossentropy"'),
            "error",
            "use sparse_categorical_crossentropy",
        ),
        ("def objective(p):\n    print('x' * 10**8)\n    print('y\\n' * 10**6)\n    return 1", None, ""),
    ],
)
def test_a_training_that_goes_wrong_says_one_sentence(host, tmp_path, body, kind, words):
    objective = "other_loss" if "not measure" in words else "loss"
    message, lines, _ = train(host, SPACE + body, tmp_path, dataset="digits", objective=objective)
    if kind is None:
        assert message["type"] == "result"
        assert max(map(len, lines)) < 5000
        return
    assert (message["type"], message["kind"]) == ("failed", kind), message
    assert words in message["message"]


def test_reports_stop_when_told():
    from trainers.custom.custom_trainer import _Report
    from trainers.errors import TrialStopped

    reporter = RecordingReporter()
    reporter.should_stop = lambda: True
    with pytest.raises(TrialStopped):
        _Report(reporter, "loss")(1.0)
