"""Whether trainings of a trial came out the same."""

from dataclasses import dataclass

from dashboard.goals import Goal
from dashboard.models import Attempt, Trial, TrialState
from dashboard.winners.queries import repeats_of
from dashboard.wording import all_of


@dataclass(frozen=True)
class Repeat:
    trial: Trial
    words: str

    @property
    def is_open(self) -> bool:
        return not self.trial.is_ended


def repeats(trial: Trial, goal: Goal) -> list[Repeat]:
    return [Repeat(again, _words(trial, again, goal)) for again in repeats_of(trial)]


def _is_same(trial: Trial, again: Trial) -> bool:
    return (
        again.state == TrialState.COMPLETE and again.metrics == trial.metrics and again.value == trial.value
    )


def _words(trial: Trial, again: Trial, goal: Goal) -> str:
    if not again.is_ended:
        return "in progress"
    if again.state != TrialState.COMPLETE or again.value is None or trial.value is None:
        return f"{again.get_state_display().lower()}: {again.failure_message or 'no value'}"
    if _is_same(trial, again):
        return f"{goal.show(again.value)}, identical"
    differing = _what_differs(_environment(trial), _environment(again))
    off = f"{goal.show(again.value)}, differs by {goal.show_spread(abs(again.value - trial.value))}"
    if differing:
        return f"{off}: {all_of(differing)} changed"
    chance = "training is not deterministic"
    if "deterministic" not in _environment(again):
        chance += " (set PARZEN_DETERMINISTIC=true to make it so)"
    return f"{off} with the same seed, versions, and threads: {chance}"


def _environment(trial: Trial) -> dict[str, object]:
    attempt: Attempt | None = next((a for a in trial.attempts.all() if a.number == trial.attempt), None)
    return dict(attempt.environment) if attempt else {}


def _what_differs(before: dict[str, object], now: dict[str, object]) -> list[str]:
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
