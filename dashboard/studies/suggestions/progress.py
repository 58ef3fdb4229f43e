"""A search that finds nothing better any more."""

from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.wording import count_noun, thousands

# Without improvement for so many trials, and for this part of all.
MANY, PART = 50, 0.25


# Samplers that learn nothing from the trials: another one may still find something.
BLIND = ("random", "sobol", "grid")


def no_progress(
    n_stale: int,
    n_finished: int,
    best_number: int,
    stop_url: str,
    *,
    best: str = "",
    since: str = "",
    sampler: str = "",
    learn_url: str = "",
) -> Suggestion | None:
    """Say for how many trials nothing better came; None while that is not long.

    `best` is the best value, `since` the best of those that came later, in words. Where the sampler does not
    learn, the search goes on with one that does; otherwise it may as well stop.
    """
    if n_stale < max(MANY, PART * n_finished):
        return None
    is_blind = bool(learn_url) and sampler in BLIND
    value = f", {best}," if best else ""
    later = f"; the best since then is {since}" if since else ""
    return Suggestion(
        key="no progress",
        tone="info",
        title=f"No better value for {count_noun(n_stale, 'trial')}.",
        evidence=f"Trial #{best_number}{value} is still the best after {thousands(n_finished)} trials"
        f"{later}.",
        strength=n_stale,
        button="Copy with a sampler that learns" if is_blind else "Stop after running trials",
        url=learn_url if is_blind else stop_url,
        acts=not is_blind,
    )
