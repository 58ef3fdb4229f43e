"""Objectives of Optuna as people have them: their space, reports, pruning, and what is refused."""

import json
import subprocess
from pathlib import Path

import pytest

from trainers.base import Budget, Objective
from trainers.custom.custom_trainer import _evaluate
from trainers.custom.model_file import read_model_file
from trainers.custom.user_code import CodeInvalid
from trainers.datasets.base import NO_DATA
from trainers.errors import TrialInfeasible, TrialStopped
from trainers.testing import RecordingReporter

HERE = Path(__file__).parent
REAL = HERE.parents[2] / ".venv-peers" / "bin" / "python"
PLAIN = [HERE / "optuna_files" / f"{name}.py" for name in ("branches", "older")]


def conditions(source):
    params = read_model_file(source).search_space.to_json()["params"]
    return {param["name"]: param.get("when", {}) for param in params}


def declared(source):
    file = read_model_file(source)
    return file.search_space, file.goal()


def run(source, params, reporter=None):
    file = read_model_file(source)
    reporter = reporter or RecordingReporter()
    objective = Objective(file.metric, file.goal().direction)
    return _evaluate(file, params, NO_DATA, Budget(5), reporter, seed=1, objective=objective), reporter


def test_branches_and_loops_become_branches():
    found = conditions(PLAIN[0].read_text())
    assert found["kind"] == {}
    assert found["alpha"] == {"parent": "kind", "in": ["linear"]}
    assert found["units_0"]["parent"] in {"n_layers", "kind"}
    assert found["units_2"] == {"parent": "n_layers", "in": [3, 4]}
    assert found["momentum"] == {"parent": "optimizer", "in": ["sgd"]}


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_file(), reason="Optuna is in .venv-peers only")
@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_it_is_what_the_real_optuna_is_asked_for(path):
    command = [str(REAL), str(HERE / "real_optuna.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    real = json.loads(done.stdout.rstrip().rpartition("\n")[2])[path.stem]
    runs = read_model_file(path.read_text()).asking.explored.runs
    ours = {asked.name: asked.distribution for run in runs for asked in run.asked.values()}
    assert ours.keys() == real.keys()
    for name, distribution in ours.items():
        if "choices" in real[name]:
            assert len(distribution.choices) == len(real[name]["choices"])
            continue
        low, high, log, step = (real[name][key] for key in ("low", "high", "log", "step"))
        assert (distribution.low, distribution.high, distribution.log) == (low, high, log)
        assert (distribution.step or 1) == (step or 1)


def test_direction_metric_and_number_of_trials_come_from_the_study():
    file = read_model_file(PLAIN[0].read_text())
    assert (file.goal().metric, file.goal().direction) == ("value", "minimize")
    assert file.warnings == ["study.optimize asks for 100 trials: the budget of this page counts."]
    assert read_model_file(PLAIN[1].read_text()).goal().direction == "maximize"


def test_reports_become_steps_and_numbers_that_are_kept_become_metrics():
    params = {"x": 1.0, "y": 0.5, "z": 0.1, "q": 0.25, "sizes": "[8, 8]"}
    result, reporter = run(PLAIN[1].read_text(), params)
    assert result.value == pytest.approx(4.85)
    assert reporter.metrics == [{"value": pytest.approx(4 / step)} for step in range(1, 6)]
    assert result.metrics["n_sizes"] == 2, "the choice itself, not its text"


def test_our_pruner_decides():
    reporter = RecordingReporter(lambda: len(reporter.steps) == 2)
    with pytest.raises(TrialStopped, match="Stopped on request"):
        run(PLAIN[1].read_text(), {"x": 1.0, "y": 0, "z": 0.1, "q": 0.25, "sizes": "[16]"}, reporter)
    assert len(reporter.steps) == 2


HEAD = "import optuna\ndef objective(trial):\n    x = trial.suggest_float('x', 0, 1)\n"
OPTIMIZE = "\noptuna.create_study().optimize(objective, n_trials=10)"


def test_what_is_pruned_unasked_is_infeasible():
    source = f"{HEAD}    if x > 0.5: raise optuna.exceptions.TrialPruned()\n    return x{OPTIMIZE}"
    assert run(source, {"x": 0.25})[0].value == 0.25
    with pytest.raises(TrialInfeasible, match="raised TrialPruned, although"):
        run(source, {"x": 0.75})


def test_bounds_that_depend_on_another_value_are_searched_whole():
    source = (
        f"{HEAD}    n = trial.suggest_int('n', 1, 3)\n    return trial.suggest_int('m', n, 2 * n){OPTIMIZE}"
    )
    file = read_model_file(source)
    assert file.search_space["m"].distribution.describe() == "1 to 6: 6 values"
    with pytest.raises(TrialInfeasible, match="m is 1, but the objective takes 3 to 6"):
        run(source, {"x": 0.5, "n": 3, "m": 1})


def test_what_a_number_between_two_ends_switches_on_is_found():
    source = f"{HEAD}    return x if x < 0.7 else trial.suggest_int('n', 1, 3){OPTIMIZE}"
    assert conditions(source) == {"x": {}, "n": {}}, "a number is no parent: it is always there"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            f"{HEAD}    return x",
            "direction is missing: Parzen does not know whether a lower or a higher value",
        ),
        (
            f"{HEAD}    return x\noptuna.create_study(directions=['minimize', 'maximize'])",
            "A study has one objective, but create_study has 2 directions.",
        ),
        (f"{HEAD}    return x\noptuna.create_study(direction='up')", "direction must be 'minimize' or"),
        (f"{HEAD}    return x\noptuna.create_study().ask()", "study.ask has nothing here"),
        (
            f"{HEAD}    return x\nprint(optuna.create_study().best_params)",
            "study.best_params has nothing here",
        ),
        ("import optuna\ndef objective(trial): return 1.0" + OPTIMIZE, "The function asks for no values"),
        ("import optuna\ndef objective(trial): return {}['a']" + OPTIMIZE, "Line 2: KeyError: 'a'."),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(source, words):
    with pytest.raises(CodeInvalid) as caught:
        declared(source)
    assert str(caught.value).startswith(words)


def test_an_error_after_the_first_values_is_a_warning():
    source = f"{HEAD}    return trial.suggest_float('y', 2, 1){OPTIMIZE}"
    *_, warning = read_model_file(source).warnings
    assert warning.endswith("Line 4: ValueError: y: low must not be above high, got 2.0 and 1.0.")


def test_a_value_that_was_never_found_says_so():
    source = f"{HEAD}    return x if x != 0.3 else trial.suggest_int('n', 1, 3){OPTIMIZE}"
    with pytest.raises(CodeInvalid, match="asks for n, which was not found when the file was read"):
        run(source, {"x": 0.3})


def test_two_values_at_once_are_refused():
    with pytest.raises(CodeInvalid, match="returned 2 values, and a study has one objective"):
        run(f"{HEAD}    return x, x{OPTIMIZE}", {"x": 0.3})
