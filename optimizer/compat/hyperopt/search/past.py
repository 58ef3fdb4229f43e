"""Earlier trials as an ``Optimizer`` learns from them, also where they no longer fit the space."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING

from optimizer.compat.hyperopt.documents import JOB_STATE_DONE, JOB_STATE_ERROR, raw_of
from optimizer.compat.hyperopt.results import loss_of
from optimizer.wording import count_noun

if TYPE_CHECKING:
    from optimizer.ask_tell import Optimizer
    from optimizer.compat.hp import LabelledSpace
    from optimizer.compat.hyperopt.documents import Document
    from optimizer.values import Value


class Past:
    """Reads documents as params of ``space``, and remembers which of their values have no place in it.

    Such a value (outside of bounds that are narrower now, of a parameter that was removed) is left out: the
    trial is history without that coordinate.
    """

    def __init__(self, space: LabelledSpace) -> None:
        self._space = space
        self._misfits: Counter[str] = Counter()
        self._n_trials = 0

    def params_of(self, document: Document) -> dict[str, Value]:
        """The values that fit, by label."""
        params, misfits = self._space.fitting(raw_of(document))
        self._misfits.update(misfits)
        self._n_trials += bool(misfits)
        return params

    def take_over(self, optimizer: Optimizer, document: Document) -> None:
        """Record a finished trial."""
        params, loss = self.params_of(document), loss_of(document["result"])
        optimizer.add_trial(params, loss, state="failed" if loss is None else "complete")

    def warn(self) -> None:
        """Say once what was left out, if anything was."""
        if not self._misfits:
            return
        labels = ", ".join(f"{label} of {count_noun(n, 'trial')}" for label, n in self._misfits.items())
        warnings.warn(
            f"{count_noun(self._n_trials, 'trial')} had values outside of the search space, which the search "
            f"does not learn from: {labels}",
            stacklevel=4,
        )


def is_finished(document: Document) -> bool:
    """Whether a document was evaluated, in whatever way."""
    return document["state"] in {JOB_STATE_DONE, JOB_STATE_ERROR}
