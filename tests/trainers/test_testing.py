"""The checks of trainers find what is wrong."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from trainers.base import TrainerInfo
from trainers.errors import TrainerError
from trainers.families import mlp
from trainers.families.family import Family
from trainers.plan import Plan
from trainers.priors import integer, uniform
from trainers.testing import ContractBroken, check_trainer, tiny_dataset
from trainers.testing import declaration_checks as declared
from trainers.testing import training_checks as trained

REGRESSOR = mlp.REGRESSOR


def with_knob(name: str, /, **changes: Any) -> TrainerInfo:
    """The regressor with one of its knobs changed."""
    info = REGRESSOR.info
    return replace(
        info, knobs=tuple(replace(knob, **changes) if knob.name == name else knob for knob in info.knobs)
    )


def with_knobs(change: Callable[[Any], Any]) -> TrainerInfo:
    return replace(REGRESSOR.info, knobs=tuple(change(list(REGRESSOR.info.knobs))))


def with_metric(**changes: Any) -> TrainerInfo:
    first, *others = REGRESSOR.info.metrics
    return replace(REGRESSOR.info, metrics=(replace(first, **changes), *others))


@pytest.mark.parametrize(
    ("check", "info", "words"),
    [
        (declared.check_knob_names, with_knob("units_2", name="units_1"), "two knobs named units_1"),
        (declared.check_groups, with_knobs(lambda knobs: [*knobs[1:], knobs[0]]), "do not follow"),
        (declared.check_texts, with_knob("patience", help="Epochs"), "help of patience"),
        (declared.check_texts, with_knob("patience", label=""), "patience needs a label"),
        (
            declared.check_searched_knobs,
            with_knobs(lambda knobs: [replace(knob, is_searched=False) for knob in knobs]),
            "searches no knob",
        ),
        (declared.check_objectives, replace(REGRESSOR.info, metrics=()), "No metric"),
        (declared.check_objectives, with_metric(name="mae"), "mae must be a metric of the validation"),
        (declared.check_defaults, with_knob("patience", default=-1), "patience must be at least 0"),
        (
            declared.check_distributions,
            with_knob("patience", distribution=integer(-3, 3)),
            "low of patience must be",
        ),
        (
            declared.check_distributions,
            with_knob("momentum", distribution=uniform(0.9, 0.1)),
            "search space of momentum is invalid",
        ),
        (declared.check_parents, with_knob("momentum", when=("rule", ("sgd",))), "rule, the parent of mom"),
        (
            declared.check_parents,
            with_knob("momentum", when=("optimizer", ("sg",))),
            "parent that is invalid",
        ),
        (
            declared.check_parents,
            with_knob("momentum", when=("patience", (0,))),
            "patience must come before momentum",
        ),
        (declared.check_parents, with_knob("momentum", when=("optimizer", ())), "at least one value"),
        (declared.check_whole_space, replace(REGRESSOR.info, knobs=()), "is invalid|no knob"),
    ],
)
def test_a_wrong_declaration_is_named(check, info: TrainerInfo, words: str):
    check(REGRESSOR.info)
    with pytest.raises(ContractBroken, match=words):
        check(info)


class Lenient(TrainerInfo):
    """Accepts any params."""

    def complete_params(self, params):
        return dict(params)


def test_a_trainer_that_accepts_any_params_is_named():
    info = Lenient(**{name: getattr(REGRESSOR.info, name) for name in TrainerInfo.__dataclass_fields__})
    with pytest.raises(ContractBroken, match="accepts"):
        declared.check_wrong_params(info)


def changed(change: Callable[..., Any]) -> Family:
    """The regressor, whose results or arguments are changed."""

    class Changed(Family):
        def __call__(self, *args, **kwargs):
            return change(super().__call__, *args, **kwargs)

    return Changed(REGRESSOR.info, REGRESSOR.plan)


def with_result(**changes: Any) -> Family:
    return changed(lambda train, *args, **kwargs: replace(train(*args, **kwargs), **changes))


def from_any_seed(train, *args, seed, **kwargs):
    return train(*args, seed=random.SystemRandom().randrange(10**6), **kwargs)


def from_one_seed(train, *args, seed, **kwargs):
    return train(*args, seed=1, **kwargs)


def without_stops(train, params, data, budget, reporter, **kwargs):
    reporter.should_stop = lambda: False
    return train(params, data, budget, reporter, **kwargs)


def without_errors(train, *args, **kwargs):
    try:
        return train(*args, **kwargs)
    except TrainerError:
        return None


def with_constant(values, data) -> Plan:
    return replace(REGRESSOR.plan(values, data), constants={"extra": 1.0})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "family", "words"),
    [
        (trained.check_best_epoch, with_result(value=0.9), "is 0.9, not the best"),
        (trained.check_best_epoch, with_result(best_step=4), "best step is 4"),
        (trained.check_best_epoch, with_result(metrics={}), "not those of the best epoch"),
        (trained.check_best_epoch, with_result(n_steps=1), "has 1 steps"),
        (trained.check_divergence, changed(without_errors), "TrialDiverged"),
        (trained.check_stop, changed(without_stops), "TrialStopped"),
        (trained.check_wrong_arguments, changed(without_errors), "ParamsInvalid"),
        (trained.check_metrics, Family(REGRESSOR.info, with_constant), "Reported are .*extra"),
        (trained.check_metrics, with_result(metrics={"loss": float("nan")}), "not those reported"),
        (trained.check_seed, changed(from_any_seed), "same seed have different"),
        (trained.check_seed, changed(from_one_seed), "different seeds have the same"),
        (trained.check_random_params, with_result(metrics={"loss": float("inf")}), "not finite"),
    ],
)
def test_a_wrong_training_is_named(check, family: Family, words: str):
    with pytest.raises(ContractBroken, match=words):
        check(family, tiny_dataset(REGRESSOR.info))


@pytest.mark.slow
def test_all_checks_run_at_once():
    with pytest.raises(ContractBroken, match="has 1 steps"):
        check_trainer(with_result(n_steps=1))
    with pytest.raises(ContractBroken, match="help of patience"):
        check_trainer(Family(with_knob("patience", help="Epochs"), REGRESSOR.plan))


def test_data_of_another_kind_have_to_be_given():
    with pytest.raises(ValueError, match="no tiny dataset for regression of text"):
        tiny_dataset(replace(REGRESSOR.info, kinds=("text",)))
