"""The state of a search as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from optimizer.objective import to_loss
from optimizer.values import show_value

if TYPE_CHECKING:
    from optimizer.study_state import StudyState
    from optimizer.values import JSON

VERSION: Final = 1


def state_to_json(state: StudyState) -> dict[str, JSON]:
    """All trials, and the version of this form."""
    return {
        "version": VERSION,
        "space": state.space.to_json(),
        "directions": list(state.history.directions),
        "next": state.next_number,
        "queue": [dict(params) for params in state.queue],
        "running": [
            {
                "number": number,
                "params": dict(params),
                "reports": _reports(state, number),
                "proposer": state.proposers.get(number, ""),
            }
            for number, params in state.running.items()
        ],
        "trials": [_trial(state, row) for row in range(len(state.history))],
    }


def check_version(obj: object) -> None:
    """Raise ``ValueError`` unless ``obj`` has the form of ``state_to_json``."""
    if not isinstance(obj, Mapping) or obj.get("version") != VERSION:
        found = obj.get("version") if isinstance(obj, Mapping) else obj
        raise ValueError(f"a saved optimizer must have version {VERSION}, got {show_value(found)}")


def restore(state: StudyState, obj: Mapping[str, Any]) -> None:
    """Fill an empty state with the trials that ``state_to_json`` described."""
    for trial in obj["trials"]:
        _restore_reports(state, trial)
        state.record(
            trial["number"],
            trial["params"],
            tuple(trial["values"]),
            trial["state"],
            constraints=trial["constraints"],
            seconds=trial["seconds"],
            proposer=trial["proposer"],
        )
    for trial in obj["running"]:
        _restore_reports(state, trial)
        state.running[trial["number"]] = dict(trial["params"])
        if trial["proposer"]:
            state.proposers[trial["number"]] = trial["proposer"]
    state.queue.extend(dict(params) for params in obj["queue"])
    state.next_number = obj["next"]


def _trial(state: StudyState, row: int) -> dict[str, JSON]:
    trial, history = state.trial_at_row(row), state.history
    seconds = float(history.seconds[row])
    violation = float(history.violations[row])
    return {
        "number": trial.number,
        "params": dict(trial.params),
        "values": list(trial.values),
        "state": trial.state,
        "constraints": [violation] if history.has_constraints else [],
        "seconds": None if seconds != seconds else seconds,  # noqa: PLR0124 - NaN stands for unknown
        "reports": _reports(state, trial.number),
        "proposer": history.proposers[row],
    }


def _reports(state: StudyState, number: int) -> list[JSON]:
    """Pairs of step and value; JSON keys would turn the steps into texts. A NaN report is null."""
    reports = state.history.reports
    return [
        [step, to_loss(loss, reports.direction) if abs(loss) < float("inf") else None]
        for step, loss in reports.of(number).items()
    ]


def _restore_reports(state: StudyState, trial: Mapping[str, Any]) -> None:
    for step, value in trial["reports"]:
        state.history.reports.add(trial["number"], step, float("nan") if value is None else value)
