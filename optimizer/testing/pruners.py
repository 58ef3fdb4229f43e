"""What every pruner must do, whatever was reported."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from optimizer.pruners import PRUNERS, create_pruner
from optimizer.pruners.base import Decision, Pruner
from optimizer.reports import Reports
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.objective import Direction

Curves: TypeAlias = Sequence[Mapping[int, float]]  # what trials 0, 1, ... reported, by step
PrunerCheck: TypeAlias = Callable[[Pruner], None]

VALUES: Final = (-1.0, 0.0, 0.5, 0.5, 0.75, 1.0, 2.0, math.nan, math.inf)


def random_curves(seed: int) -> list[dict[int, float]]:
    """Values by step of up to 12 trials: few different values and steps, so that ties and gaps are common."""
    rng = Random(seed)  # noqa: S311 - for tests
    steps, n_steps = range(rng.randint(1, 10)), rng.randint(1, 6)
    return [
        {step: rng.choice(VALUES) for step in rng.sample(steps, min(len(steps), rng.randint(0, n_steps)))}
        for _ in range(rng.randint(1, 12))
    ]


TABLES: Final = [random_curves(seed) for seed in range(50)]


def filled_reports(curves: Curves, direction: Direction = "minimize") -> Reports:
    """The reports that ``curves`` describe."""
    reports = Reports(direction)
    for number, curve in enumerate(curves):
        for step, value in curve.items():
            reports.add(number, step, value)
    return reports


def decisions(
    pruner: Pruner, curves: Curves, direction: Direction = "minimize"
) -> dict[tuple[int, int], Decision]:
    """The decision about every report, by trial and step."""
    reports = filled_reports(curves, direction)
    return {(n, s): pruner.decide(reports, n, s) for n, curve in enumerate(curves) for s in curve}


def pruned(pruner: Pruner, curves: Curves, direction: Direction = "minimize") -> set[tuple[int, int]]:
    """Trial and step of every report at which the trial is stopped."""
    found = decisions(pruner, curves, direction)
    return {place for place, decision in found.items() if decision.should_prune}


def check_pruner(pruner: Pruner) -> None:
    """Raise ``AssertionError`` unless ``pruner`` keeps the contract; check it with all kinds of options.

    Runs ``PRUNER_CHECKS`` one after the other.
    """
    for check in PRUNER_CHECKS:
        check(pruner)


def check_options(pruner: Pruner) -> None:
    """A pruner is its options: they survive JSON, and equal options make equal pruners."""
    instance: object = pruner
    _require(isinstance(instance, Pruner), "a pruner must be an instance of a subclass of Pruner", instance)
    written = json.loads(json.dumps(pruner.to_json()))
    _require(written.get("name") == pruner.name, "to_json must contain the name of the pruner", written)
    options = {field.name: getattr(pruner, field.name) for field in fields(pruner) if field.init}
    again = [type(pruner)(**options)]
    if pruner.name in PRUNERS and PRUNERS[pruner.name].pruner is type(pruner):
        again.append(create_pruner(**written))
    for other in again:
        is_same = other == pruner and hash(other) == hash(pruner) and other.to_json() == pruner.to_json()
        _require(is_same, "pruners with the same options must be equal and have the same hash", other)


def check_decisions(pruner: Pruner) -> None:
    """Every decision has one sentence that says what happens."""
    for curves in TABLES:
        for (_, step), decision in decisions(pruner, curves).items():
            should_prune, text = decision
            lead = f"Stopped at step {thousands(step)}: " if should_prune else "Continues: "
            is_sentence = (
                text.startswith(lead) and text.endswith(".") and ".." not in text and "\n" not in text
            )
            _require(is_sentence, f"a decision must be one sentence that begins with {lead!r}", text)


def check_missing_report(pruner: Pruner) -> None:
    """A report that never came is a ``KeyError``."""
    reports = filled_reports([{1: 0.5}, {2: 0.5}])
    for number, step in ((0, 2), (7, 1)):
        try:
            decision = pruner.decide(reports, number, step)
        except KeyError:
            continue
        raise AssertionError(
            f"decide must raise KeyError for trial {number}, which has not reported at step {step}, "
            f"got {decision!r}"
        )


def check_best_trial(pruner: Pruner) -> None:
    """A relative pruner stops neither a trial that has nobody to compare with, nor the best at a step."""
    if not pruner.is_relative:
        return
    for curves in TABLES:
        alone = pruned(pruner, curves[:1])
        _require(not alone, "a relative pruner must not stop a trial that is alone", alone)
        for number, step in pruned(pruner, curves):
            losses = {n: _loss(curve[step]) for n, curve in enumerate(curves) if step in curve}
            is_behind = losses[number] > min(losses.values())
            _require(is_behind, f"a relative pruner must not stop the best at step {step}", losses[number])


def check_order_of_reports(pruner: Pruner) -> None:
    """Decisions depend on the reports alone: not on their order, and on nothing that was asked before."""
    other = pickle.loads(pickle.dumps(pruner))  # noqa: S301 - its own
    for seed, curves in enumerate(TABLES):
        expected, reports = decisions(pruner, curves), Reports()
        order = Random(seed).sample(list(expected), len(expected))  # noqa: S311 - for tests
        for number, step in order:  # asked on the way, about values that are replaced later
            reports.add(number, step, 0.6)
            other.decide(reports, number, step)
        for number, step in reversed(order):
            reports.add(number, step, curves[number][step])
        for place, decision in expected.items():
            found = other.decide(reports, *place)
            rule = (
                f"a pruner must decide {decision} for trial and step {place} in whatever order reports came"
            )
            _require(found == decision, rule, found)


def check_direction(pruner: Pruner) -> None:
    """Maximizing mirrors minimizing, except for bounds that are values."""
    if not pruner.is_relative:
        return
    for curves in TABLES:
        mirrored = [{step: -value for step, value in curve.items()} for curve in curves]
        expected, found = pruned(pruner, curves), pruned(pruner, mirrored, "maximize")
        _require(found == expected, f"maximizing must stop the mirrored trials {sorted(expected)}", found)


PRUNER_CHECKS: Final[tuple[PrunerCheck, ...]] = (
    check_options,
    check_decisions,
    check_missing_report,
    check_best_trial,
    check_order_of_reports,
    check_direction,
)


def _loss(value: float) -> float:
    return value if math.isfinite(value) else math.inf


def _require(condition: bool, rule: str, got: object) -> None:
    if not condition:
        raise AssertionError(f"{rule}, got {got!r}")
