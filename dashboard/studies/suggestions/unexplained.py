"""Params that say next to nothing about the value of an unseen trial."""

from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.wording import count_noun, percent, thousands

# Of the variance of unseen trials, from so many that a pattern would show.
WEAK, FEWEST = 0.1, 40
# Complete trials for each searched parameter, from which more would hardly help.
ENOUGH = 10


def hardly_explained(
    fit: float, n_trials: int, n_searched: int, *, more_url: str, copy_url: str
) -> Suggestion | None:
    """Say that a model learns nothing: from too few trials, or from parameters that do not matter.

    `fit` is the share of the variance of trials that a model has not seen, in cross-validation.
    """
    if n_trials < FEWEST or fit >= WEAK or not n_searched:
        return None
    is_few = n_trials < ENOUGH * n_searched
    found = (
        f"A model of {thousands(n_trials)} complete trials explains {percent(fit, 0)} of the differences "
        f"between trials that it has not seen."
    )
    why = (
        f" {thousands(n_searched)} searched parameters need about {thousands(ENOUGH * n_searched)} trials."
        if is_few
        else f" The differences are noise, or {count_noun(n_searched, 'parameter')} are too many to tell."
    )
    return Suggestion(
        key="unexplained",
        tone="info",
        title="The parameters hardly explain the values.",
        evidence=found + why,
        strength=n_trials,
        button="Add trials" if is_few else "Copy with fewer parameters",
        url=more_url if is_few else copy_url,
        is_for_editors=is_few,
    )
