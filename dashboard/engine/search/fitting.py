"""Which trials are points of the search space that their study has now, where it has had others before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.models import Study
from optimizer import SearchSpace
from optimizer.values import Params


@dataclass(frozen=True)
class Fit:
    """The space of a study, and what earlier trials count as having of params that a later space added."""

    space: SearchSpace
    # The number of the first trial of a space that added params, and their defaults; the latest space first.
    added: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    # Whether the study has had another space.
    is_changed: bool = False

    def params(self, number: int, params: Params) -> Params | None:
        """Those of a trial as a point of the space, or None where they are none."""
        if not self.is_changed:
            return params
        complete = dict(params)
        for first, defaults in self.added:
            if number < first:
                complete = {**defaults, **complete}
        # Defaults of branches that the trial does not use are no part of it.
        active = set(self.space.active(complete))
        found = {name: value for name, value in complete.items() if name in active or name in params}
        return found if is_point(self.space, found) else None


def fit_of(study: Study) -> Fit:
    rows = list(study.space_versions.order_by("-number").values_list("from_trial", "defaults"))
    added = tuple((first, defaults) for first, defaults in rows if defaults)
    return Fit(study.search_space, added, is_changed=len(rows) > 1)


def is_point(space: SearchSpace, params: Params) -> bool:
    """`SearchSpace.validate_params` without the words, for many trials."""
    active = space.active(params)
    return params.keys() == set(active) and all(
        space[name].distribution.contains(params[name]) for name in active
    )
