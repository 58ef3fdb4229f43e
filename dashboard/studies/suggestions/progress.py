"""A search that finds nothing better any more."""

from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.wording import count_noun, thousands

# Without improvement for so many trials, and for this part of all.
MANY, PART = 50, 0.25


def no_progress(
    n_stale: int, n_finished: int, best_number: int, stop_url: str, *, best: str = "", since: str = ""
) -> Suggestion | None:
    """Say for how many trials nothing better came; None while that is not long.

    `best` is the best value, `since` the best of those that came later, in words.
    """
    if n_stale < max(MANY, PART * n_finished):
        return None
    value = f", {best}," if best else ""
    later = f"; the best since then is {since}" if since else ""
    return Suggestion(
        key="no progress",
        tone="info",
        title=f"No better value for {count_noun(n_stale, 'trial')}.",
        evidence=f"Trial #{best_number}{value} is still the best after {thousands(n_finished)} trials"
        f"{later}.",
        strength=n_stale,
        button="Stop after running trials",
        url=stop_url,
        acts=True,
    )
