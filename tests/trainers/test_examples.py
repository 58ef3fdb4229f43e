"""The examples in docstrings run as they are printed there."""

import doctest
import importlib
import pkgutil

import pytest

import trainers

# Their examples load Keras.
SLOW = {"trainers.families.family.Family", "trainers.plan.Plan", "trainers.testing.check_trainer"}
# What people import to write trainers, model files and packages of their own.
PUBLIC = {
    "trainers.base.Metric",
    "trainers.base.Reporter",
    "trainers.base.Trainer",
    "trainers.base.TrainerInfo",
    "trainers.checkpoints.Checkpoint",
    "trainers.checkpoints.Checkpoints",
    "trainers.custom.declaration.Declaration",
    "trainers.custom.model_file.read_model_file",
    "trainers.families.family.Family",
    "trainers.job.Budget",
    "trainers.job.Job",
    "trainers.job.Objective",
    "trainers.job.Result",
    "trainers.knob.Knob",
    "trainers.plan.LossAndMetrics",
    "trainers.plan.Plan",
    "trainers.plan.Rows",
    "trainers.presets.Preset",
    "trainers.priors",
    "trainers.registry.compatible_trainers",
    "trainers.registry.load_trainer",
    "trainers.registry.trainer_info",
    "trainers.registry.trainer_infos",
    "trainers.space.KnobSetting",
    "trainers.space.default_setting",
    "trainers.space.space_json",
    "trainers.testing",
    "trainers.testing.reporter.RecordingReporter",
    "trainers.testing.check_trainer",
    "trainers.testing.tiny_datasets.tiny_dataset",
}


def modules_without_keras() -> list[str]:
    """Those that can be imported without loading Keras or running anything."""
    names = [module.name for module in pkgutil.walk_packages(trainers.__path__, "trainers.")]
    heavy = ("trainers.fitting.", "trainers.portable.", "trainers.datasets.", "trainers.costs.timing")
    others = {
        "trainers.custom.compiled_model",
        "trainers.custom.keeping",
        "trainers.custom.kerastuner.applications",
        "trainers.custom.kerastuner.training",
        "trainers.custom.labels",
        "trainers.custom.optuna.callbacks",
        "trainers.parts.macro_f1",
        "trainers.processes.preload",
    }
    return [name for name in names if not name.startswith(heavy) and name not in others]


def examples() -> dict[str, doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {}
    for name in modules_without_keras():
        module = importlib.import_module(name)
        found |= {test.name: test for test in finder.find(module) if test.examples}
    return found


EXAMPLES = examples()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in sorted(EXAMPLES)],
)
def test_an_example_runs(name: str):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    said: list[str] = []
    runner.run(EXAMPLES[name], out=said.append)
    assert runner.failures == 0, "".join(said)


def test_what_people_import_has_an_example():
    assert PUBLIC - set(EXAMPLES) == set()
