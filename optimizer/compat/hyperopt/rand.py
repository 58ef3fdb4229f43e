"""Names that are imported from ``hyperopt.rand``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.compat.hyperopt.miscs import miscs_update_idxs_vals
from optimizer.compat.hyperopt.search.algos import Algorithm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.compat.hyperopt.documents import Document, Tid
    from optimizer.compat.hyperopt.domain import Domain
    from optimizer.compat.hyperopt.search.algos import Seed
    from optimizer.compat.hyperopt.trials import Trials
    from optimizer.samplers import Sampler


class Rand(Algorithm):
    """Draws that are independent of each other and of the trials when it is called as Hyperopt calls it."""

    def propose(
        self,
        sampler: Sampler,  # noqa: ARG002 - drawn from the priors at once
        new_ids: Sequence[Tid],
        domain: Domain,
        trials: Trials,
        seed: Seed,
    ) -> list[Document]:
        miscs = [{"tid": tid, "cmd": domain.cmd, "workdir": domain.workdir} for tid in new_ids]
        idxs, vals = domain.s_idxs_vals.draw(new_ids, np.random.default_rng(seed))
        miscs_update_idxs_vals(miscs, idxs, vals)
        results = [domain.new_result() for _ in new_ids]
        return trials.new_trial_docs(new_ids, [None] * len(new_ids), results, miscs)


RAND: Final = Rand("random", {"verbose": None})
suggest = RAND.suggest

__all__ = ["suggest"]
