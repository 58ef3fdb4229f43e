"""The search spaces that a study has had, in words."""

import datetime as dt
from dataclasses import dataclass

from dashboard.engine.steering.spaces import count_fitting, differences
from dashboard.models import Study
from dashboard.trials.results import Results
from dashboard.wording import count_noun
from optimizer import SearchSpace


@dataclass(frozen=True)
class SpaceLine:
    number: int
    from_trial: int
    by: str
    at: dt.datetime
    # What differs from the one before; of the first, nothing.
    changes: list[str]


def space_lines(study: Study) -> list[SpaceLine]:
    """The latest first; empty where there was only one."""
    rows = list(study.space_versions.order_by("number"))
    spaces = [SearchSpace.from_json(row.space) for row in rows]
    return [
        SpaceLine(
            row.number,
            row.from_trial,
            row.by,
            row.at,
            differences(spaces[place - 1], spaces[place]) if place else [],
        )
        for place, row in reversed(list(enumerate(rows)))
    ]


def fitting_words(study: Study, results: Results) -> str:
    """How many ended trials go on teaching the sampler; empty where the space was never changed."""
    if not study.space_versions.exists():
        return ""
    n, n_fitting = results.once("fitting", lambda: count_fitting(study))
    if n == n_fitting:
        return f"All {count_noun(n, 'ended trial')} fit the current space, so the sampler learns from them."
    return (
        f"{n_fitting} of {count_noun(n, 'ended trial')} fit the current space, so the sampler learns from "
        f"them. The other {n - n_fitting} are left out of the model."
    )
