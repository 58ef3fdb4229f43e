import json
from dataclasses import replace

import pytest

from trainers.base import Budget, Job, Objective, Result
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid

JOB = Job(
    trainer="mlp",
    dataset="digits",
    params={"units_1": 32, "learning_rate": 0.001, "batch_norm": True},
    max_epochs=3,
    objective="val_loss",
    direction="minimize",
    seed=7,
    cache_dir="/cache",
    split=Split(seed=5, validation_fraction=0.25),
    threads=2,
    trial=4,
    attempt=2,
)


def test_a_job_comes_back_from_json_as_it_was():
    assert Job.from_json(JOB.to_json()) == JOB


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"trainer": "mlp"}', '{"split": 3}', '{"nonsense": 1}'])
def test_a_text_that_is_no_job_is_refused(text: str):
    with pytest.raises(ParamsInvalid, match="not a job"):
        Job.from_json(text)


def test_a_job_with_a_value_that_is_no_number_is_not_sent():
    with pytest.raises(ValueError, match="not JSON compliant"):
        replace(JOB, params={"x": float("nan")}).to_json()


@pytest.mark.parametrize("change", [{"seed": -1}, {"seed": 2**32}, {"threads": 0}])
def test_a_seed_or_threads_that_keras_cannot_take_are_refused(change):
    with pytest.raises(ParamsInvalid, match="must be at least"):
        replace(JOB, **change)
    if "seed" in change:
        with pytest.raises(ParamsInvalid, match="must be at least"):
            Split(**change)


def test_a_result_comes_back_from_json_as_it_was():
    result = Result(
        value=0.5, best_step=2, metrics={"val_loss": 0.5}, n_steps=3, n_parameters=9, seconds=1.0, versions={}
    )
    message = {"type": "result", **result.to_json_dict()}
    assert Result.from_json_dict(json.loads(json.dumps(message))) == result


@pytest.mark.parametrize(
    ("direction", "values", "best"),
    [
        ("minimize", [3.0, 1.0, 2.0], 2),
        ("maximize", [3.0, 1.0, 2.0], 1),
        ("minimize", [1.0, 1.0], 1),
        ("maximize", [float("nan"), 0.5, float("inf")], 2),
        ("minimize", [float("-inf"), 0.5], 2),
    ],
)
def test_the_best_step_is_the_first_best_finite_one(direction, values, best):
    assert Objective("val_loss", direction).best_step(values) == best


def test_there_is_no_best_step_without_a_finite_value():
    with pytest.raises(ParamsInvalid, match="no finite value in 2 epochs"):
        Objective("val_loss", "minimize").best_step([float("nan"), float("inf")])


def test_budget_and_direction_are_checked():
    with pytest.raises(ParamsInvalid, match="at least 1, not 0"):
        Budget(0)
    with pytest.raises(ParamsInvalid, match="not 'up'"):
        Objective("val_loss", "up")  # type: ignore[arg-type]
