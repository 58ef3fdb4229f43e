"""Names that are imported from ``hyperopt.mix``: algorithms by turns, at random."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.compat.hyperopt.search.algos import MAX_SEED

if TYPE_CHECKING:
    from optimizer.compat.hyperopt.documents import Document, Tid
    from optimizer.compat.hyperopt.domain import Domain
    from optimizer.compat.hyperopt.trials import Trials


def suggest(
    new_ids: Sequence[Tid],
    domain: Domain,
    trials: Trials,
    seed: int,
    p_suggest: Sequence[tuple[float, Callable[..., Any]]],
) -> list[Document]:
    """What one of the algorithms in ``p_suggest``, pairs of probability and algorithm, proposes.

    Raises ``ValueError`` for probabilities that do not sum to 1.
    """
    shares = [share for share, _ in p_suggest]
    if not (shares and min(shares) >= 0 and math.isclose(sum(shares), 1)):
        raise ValueError(f"the probabilities of p_suggest must sum to 1, got {shares}")
    rng = np.random.default_rng(seed)
    _, chosen = p_suggest[int(rng.choice(len(shares), p=np.array(shares) / sum(shares)))]
    documents: list[Document] = chosen(new_ids, domain, trials, seed=int(rng.integers(MAX_SEED)))
    return documents


__all__ = ["suggest"]
