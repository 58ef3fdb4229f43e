"""The state of an ``Optimizer`` as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from optimizer.objective import to_loss
from optimizer.pruners import create_pruner
from optimizer.space import SearchSpace
from optimizer.values import show_value

if TYPE_CHECKING:
    from optimizer.ask_tell import Optimizer
    from optimizer.pruners import Pruner
    from optimizer.samplers import Sampler
    from optimizer.values import JSON

VERSION: Final = 1


def to_json(optimizer: Optimizer) -> dict[str, JSON]:
    """Everything that a proposal depends on, except a sampler's own options."""
    return {
        "version": VERSION,
        "space": optimizer.space.to_json(),
        "sampler": optimizer.sampler.name,
        "pruner": optimizer.pruner.to_json() if optimizer.pruner else None,
        "directions": list(optimizer.history.directions),
        "seed": optimizer.seed,
        "max_trials": optimizer.max_trials,
        "duplicates": optimizer.duplicates,
        "next": optimizer.next_number,
        "queue": [dict(params) for params in optimizer.queue],
        "running": [
            {
                "number": number,
                "params": dict(params),
                "reports": _reports(optimizer, number),
                "proposer": optimizer.proposers.get(number, ""),
            }
            for number, params in optimizer.running.items()
        ],
        "trials": [_trial(optimizer, row) for row in range(len(optimizer.history))],
    }


def from_json(cls: type[Optimizer], obj: object, sampler: Sampler | None, pruner: Pruner | None) -> Optimizer:
    """The optimizer that ``to_json`` described. Raises ``ValueError`` for another version."""
    if not isinstance(obj, Mapping) or obj.get("version") != VERSION:
        found = obj.get("version") if isinstance(obj, Mapping) else obj
        raise ValueError(f"a saved optimizer must have version {VERSION}, got {show_value(found)}")
    optimizer = cls(
        SearchSpace.from_json(obj["space"]),
        sampler or obj["sampler"],
        tuple(obj["directions"]),
        obj["seed"],
        pruner=pruner or (create_pruner(**obj["pruner"]) if obj["pruner"] else None),
        max_trials=obj["max_trials"],
        duplicates=obj["duplicates"],
    )
    for trial in obj["trials"]:
        _restore_reports(optimizer, trial)
        optimizer.record(
            trial["number"],
            trial["params"],
            tuple(trial["values"]),
            trial["state"],
            constraints=trial["constraints"],
            seconds=trial["seconds"],
            proposer=trial["proposer"],
        )
    for trial in obj["running"]:
        _restore_reports(optimizer, trial)
        optimizer.running[trial["number"]] = dict(trial["params"])
        if trial["proposer"]:
            optimizer.proposers[trial["number"]] = trial["proposer"]
    optimizer.queue.extend(dict(params) for params in obj["queue"])
    optimizer.next_number = obj["next"]
    return optimizer


def _trial(optimizer: Optimizer, row: int) -> dict[str, JSON]:
    trial, history = optimizer.trials_at(row), optimizer.history
    seconds = float(history.seconds[row])
    violation = float(history.violations[row])
    return {
        "number": trial.number,
        "params": dict(trial.params),
        "values": list(trial.values),
        "state": trial.state,
        "constraints": [violation] if history.has_constraints else [],
        "seconds": None if seconds != seconds else seconds,  # noqa: PLR0124 - NaN stands for unknown
        "reports": _reports(optimizer, trial.number),
        "proposer": history.proposers[row],
    }


def _reports(optimizer: Optimizer, number: int) -> list[JSON]:
    """Pairs of step and value; JSON keys would turn the steps into texts. A NaN report is null."""
    reports = optimizer.history.reports
    return [
        [step, to_loss(loss, reports.direction) if abs(loss) < float("inf") else None]
        for step, loss in reports.of(number).items()
    ]


def _restore_reports(optimizer: Optimizer, trial: Mapping[str, Any]) -> None:
    for step, value in trial["reports"]:
        optimizer.history.reports.add(trial["number"], step, float("nan") if value is None else value)
