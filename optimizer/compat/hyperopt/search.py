"""One search: evaluates an objective at what an ``Optimizer`` asks for, and keeps documents of it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from optimizer.ask_tell import Optimizer
from optimizer.compat.hyperopt.documents import (
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    JOB_STATE_RUNNING,
    Document,
    new_document,
    raw_of,
)
from optimizer.compat.hyperopt.results import failed_result, loss_of, read_result

if TYPE_CHECKING:
    from optimizer.compat.hp import LabelledSpace
    from optimizer.compat.hyperopt.trials import Trials
    from optimizer.samplers import Sampler
    from optimizer.values import Params

_logger = logging.getLogger(__name__)


class Search:
    """``trials`` are taken over: finished ones teach the sampler, waiting ones are evaluated first.

    Raises ``SpaceError`` when a trial is no point of the space.
    """

    def __init__(
        self,
        fn: Callable[[Any], Any],
        space: LabelledSpace,
        sampler: Sampler,
        trials: Trials,
        seed: int,
        max_evals: int | None,
        catch_exceptions: bool,
    ) -> None:
        self.trials = trials
        self._fn = fn
        self._space = space
        self._catch_exceptions = catch_exceptions
        self._optimizer = Optimizer(space.search_space, sampler, seed=seed, max_trials=max_evals)
        self._waiting: deque[Document] = deque()
        for document in trials:
            self._take_over(document)

    @property
    def n_evaluated(self) -> int:
        """How many trials are done, in whatever way."""
        return len(self.trials) - len(self._waiting)

    @property
    def best_loss(self) -> float:
        """The lowest finite loss so far, or infinity."""
        best = self._optimizer.best_trial
        return float("inf") if best is None or best.value is None else best.value

    def add_points(self, points: Iterable[Mapping[str, Any]]) -> None:
        """Evaluate these values by label first, except those that were evaluated before."""
        for point in points:
            params = self._space.params_of(point)
            self._space.search_space.validate_params(params)
            if not self._optimizer.history.has_seen(params):
                self._wait_for(self._append(params))

    def evaluate_next(self) -> None:
        """Ask, evaluate and tell once. Raises ``SpaceExhausted``, and what the objective raises.

        An exception of the objective makes the trial failed. Whatever else ends the evaluation, such as
        Ctrl-C, says nothing about its params: then the trial waits to be evaluated again.
        """
        trial = self._optimizer.ask()
        document = self._waiting.popleft() if self._waiting else self._append(trial.params)
        now = datetime.now(UTC)
        document.update(state=JOB_STATE_RUNNING, book_time=now, refresh_time=now)
        try:
            result, attachments = read_result(self._fn(self._space.point_of(trial.params)))
        except Exception as error:
            document["misc"]["error"] = (type(error).__name__, str(error))
            self._finish(trial.number, document, JOB_STATE_ERROR, failed_result(error))
            if not self._catch_exceptions:
                raise
            _logger.warning("trial %s failed: %s", document["tid"], document["result"]["failure"])
        except BaseException:
            document["state"] = JOB_STATE_NEW
            raise
        else:
            self.trials.trial_attachments(document).update(attachments)
            self._finish(trial.number, document, JOB_STATE_DONE, result)

    def _finish(self, number: int, document: Document, state: int, result: dict[str, Any]) -> None:
        document.update(state=state, result=result, refresh_time=datetime.now(UTC))
        loss = loss_of(result)
        self._optimizer.tell(number, loss, state="failed" if loss is None else "complete")

    def _append(self, params: Params) -> Document:
        raw, labels = self._space.raw_of(params), self._space.search_space.names
        (tid,) = self.trials.new_trial_ids(1)
        self.trials.insert_trial_doc(new_document(tid, raw, labels, self.trials.exp_key))
        return self.trials.trials[-1]

    def _take_over(self, document: Document) -> None:
        state = document["state"]
        if state == JOB_STATE_NEW:
            self._wait_for(document)
        elif state in {JOB_STATE_DONE, JOB_STATE_ERROR}:
            params, loss = self._space.params_of(raw_of(document)), loss_of(document["result"])
            self._optimizer.add_trial(params, loss, state="failed" if loss is None else "complete")

    def _wait_for(self, document: Document) -> None:
        self._optimizer.enqueue(self._space.params_of(raw_of(document)))
        self._waiting.append(document)
