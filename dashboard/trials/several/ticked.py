"""The ticked trials of a table: those that are named, or all that its filter selects."""

from dataclasses import dataclass

import numpy as np
from django.http import QueryDict

from dashboard.models import FailureKind, Study, TrialState
from dashboard.trials.results import SHOWN_STATES, Results, results_of
from dashboard.trials.selected import selection_for
from dashboard.web.requests import row_number
from dashboard.wording import all_of, thousands

NOUN = "trial"
NONE_TICKED = "Select at least one trial."
# Numbers in full; the rest are counted.
MAX_NUMBERS = 3
# Why a trial in this state cannot be retried: of one, and of several.
NOT_RETRIED = {
    TrialState.COMPLETE: ("is complete", "are complete"),
    TrialState.PRUNED: ("was pruned", "were pruned"),
    TrialState.RUNNING: ("is running", "are running"),
    TrialState.WAITING: ("is already waiting for a slot", "are already waiting for a slot"),
    TrialState.CANCELLED: ("was cancelled", "were cancelled"),
    FailureKind.LEFT_OUT: ("is left out of the model", "are left out of the model"),
    FailureKind.INFEASIBLE: ("breaks a constraint and would again", "break a constraint and would again"),
}


@dataclass(frozen=True)
class Ticked:
    results: Results
    # Places in the results.
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    @property
    def numbers(self) -> list[int]:
        found: list[int] = self.results["number"][self.places].tolist()
        return found

    def in_state(self, state: str) -> list[int]:
        """Numbers of those that are in this state, as pages call it."""
        is_in = self.results.shown_state[self.places] == SHOWN_STATES.index(str(state))
        found: list[int] = self.results["number"][self.places[is_in]].tolist()
        return found


def ticked_trials(study: Study, query: QueryDict) -> Ticked:
    """`trial` names numbers; `all` holds the filter whose trials are meant instead. May raise Refused."""
    results = results_of(study)
    if "all" in query:
        return Ticked(results, np.flatnonzero(selection_for(study, results, str(query["all"])).mask))
    named = [row_number(text) for text in query.getlist("trial")]
    numbers = [number for number in named if number is not None]
    return Ticked(results, np.flatnonzero(np.isin(results["number"], numbers)))


def why_not_retried(ticked: Ticked) -> tuple[list[str], int]:
    """A reason for each state in which there are some, and how many trials these are."""
    reasons, n = [], 0
    for state, (of_one, of_several) in NOT_RETRIED.items():
        numbers = ticked.in_state(state)
        if numbers:
            reasons.append(f"{named(numbers)} {of_one if len(numbers) == 1 else of_several}")
            n += len(numbers)
    return reasons, n


def named(numbers: list[int]) -> str:
    """`#1, #4 and 12 more`."""
    words = [f"#{number}" for number in numbers[:MAX_NUMBERS]]
    more = len(numbers) - MAX_NUMBERS
    return all_of([*words, f"{thousands(more)} more"] if more > 0 else words)
