"""One search: evaluates an objective at what a sampler proposes, and keeps documents of it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

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
from optimizer.compat.hyperopt.domain import Ctrl
from optimizer.compat.hyperopt.results import failed_result, loss_of, read_result
from optimizer.compat.hyperopt.search.algos import MAX_SEED, CustomAlgo
from optimizer.compat.hyperopt.search.past import Past, is_finished
from optimizer.samplers import Sampler, create_sampler, generator_for

if TYPE_CHECKING:
    from optimizer.compat.hyperopt.domain import Domain
    from optimizer.compat.hyperopt.trials import Trials

NOISE_STREAM: Final = 2**62  # keeps the generator of an objective's noise apart from that of its proposal

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Evaluation:
    """A trial that is being evaluated; its ``number`` is None where its point is outside of the space."""

    document: Document
    number: int | None
    place: int  # counts from 0 on in the order of beginning, for the seeds


@dataclass(frozen=True)
class Outcome:
    """What came of an evaluation: a result with its attachments, or what was raised."""

    result: dict[str, Any]
    attachments: Mapping[str, Any]
    error: Exception | None = None


class Search:
    """``trials`` are taken over: finished ones teach the sampler, waiting ones are evaluated first.

    ``algo`` is a sampler, or an algorithm that is called as Hyperopt calls it. Trials are begun, evaluated
    (in any thread) and finished, one at a time or side by side.
    """

    def __init__(
        self,
        domain: Domain,
        algo: Sampler | CustomAlgo,
        trials: Trials,
        seed: int,
        max_evals: int | None,
    ) -> None:
        self.trials = trials
        self._domain = domain
        self._space = domain.space
        self._algo = None if isinstance(algo, Sampler) else algo
        self._seed = seed
        sampler = algo if isinstance(algo, Sampler) else create_sampler("random")
        self._optimizer = Optimizer(self._space.search_space, sampler, seed=seed, max_trials=max_evals)
        self._past = Past(self._space)
        documents = trials.documents
        for document in filter(is_finished, documents):
            self._past.take_over(self._optimizer, document)
        self._waiting = deque(doc for doc in documents if doc["state"] == JOB_STATE_NEW)
        self.n_evaluated = len(documents) - len(self._waiting)
        self.n_running = 0

    @property
    def best_loss(self) -> float:
        """The lowest finite loss so far, or infinity."""
        best = self._optimizer.best_trial
        return float("inf") if best is None or best.value is None else best.value

    def add_points(self, points: Iterable[Mapping[str, Any]]) -> None:
        """Evaluate these values by label first, except those that were evaluated before.

        Raises ``SpaceError`` for what is no point, values outside of their bounds apart.
        """
        points = list(points)
        for point in points:
            self._space.check_point(point)
        for point in points:
            params, misfits = self._space.fitting(point)
            if misfits or not self._optimizer.history.has_seen(params):
                used = params.keys() | set(misfits)
                self._waiting.append(self._insert({k: v for k, v in point.items() if k in used}))

    def check_waiting(self) -> None:
        """Say once which trials and points lie outside of the space. Raises as ``add_points`` does."""
        for document in self._waiting:
            self._space.check_point(raw_of(document))
            self._past.params_of(document)
        self._past.warn()

    def begin(self) -> Evaluation | None:
        """The next trial; None when the user's algorithm proposes nothing more. Raises ``SpaceExhausted``."""
        if not self._waiting and self._algo is not None:
            self._waiting.extend(self._proposed_by(self._algo))
            if not self._waiting:
                return None
        place = self.n_evaluated + self.n_running
        if self._waiting:
            document = self._waiting.popleft()
            number = self._number_of(document)
        else:
            trial = self._optimizer.ask()
            number, document = trial.number, self._insert(self._space.raw_of(trial.params))
        now = _now()
        document.update(state=JOB_STATE_RUNNING, book_time=now, refresh_time=now)
        self.trials.refresh()
        self.n_running += 1
        return Evaluation(document, number, place)

    def evaluate(self, evaluation: Evaluation) -> Outcome:
        """Call the objective. What is no ``Exception``, such as Ctrl-C, passes through."""
        document = evaluation.document
        rng = generator_for(self._seed + NOISE_STREAM, evaluation.place)
        try:
            returned = self._domain.call(raw_of(document), Ctrl(self.trials, document), rng)
            return Outcome(*read_result(returned))
        except Exception as error:  # noqa: BLE001 - an objective may raise anything
            return Outcome(failed_result(error), {}, error)

    def finish(self, evaluation: Evaluation, outcome: Outcome) -> None:
        """Record what came of a trial."""
        document, error = evaluation.document, outcome.error
        if error is not None:
            document["misc"]["error"] = (type(error).__name__, str(error))
        self.trials.trial_attachments(document).update(outcome.attachments)
        state = JOB_STATE_DONE if error is None else JOB_STATE_ERROR
        document.update(state=state, result=outcome.result, refresh_time=_now())
        self.n_running -= 1
        self.n_evaluated += 1
        self.trials.refresh()
        loss = loss_of(outcome.result)
        if evaluation.number is None:
            self._past.take_over(self._optimizer, document)
        else:
            self._optimizer.tell(evaluation.number, loss, state="failed" if loss is None else "complete")
        if error is not None:
            _logger.warning("trial %s failed: %s", document["tid"], outcome.result["failure"])

    def give_up(self, evaluation: Evaluation) -> None:
        """Let a trial that was interrupted, which says nothing about its params, be evaluated again."""
        evaluation.document["state"] = JOB_STATE_NEW
        self.n_running -= 1
        self.trials.refresh()

    def _proposed_by(self, algo: CustomAlgo) -> list[Document]:
        tids = self.trials.new_trial_ids(1)
        self.trials.refresh()
        rng = generator_for(self._seed, self.n_evaluated + self.n_running)
        proposed = list(algo(tids, self._domain, self.trials, int(rng.integers(MAX_SEED))) or ())
        for document in proposed:
            self._space.check_point(raw_of(document))
        self.trials.insert_trial_docs(proposed)
        return self.trials.documents[-len(proposed) :] if proposed else []

    def _number_of(self, document: Document) -> int | None:
        """The number of a document's point in the optimizer; None for one outside of the space."""
        params, misfits = self._space.fitting(raw_of(document))
        if misfits:
            return None
        self._optimizer.enqueue(params)
        return self._optimizer.ask().number

    def _insert(self, raw: Mapping[str, Any]) -> Document:
        (tid,) = self.trials.new_trial_ids(1)
        labels = self._space.search_space.names
        self.trials.insert_trial_doc(new_document(tid, raw, labels, self.trials.exp_key))
        return self.trials.documents[-1]


def _now() -> datetime:
    """The time in UTC without a zone, which is what Hyperopt's documents have."""
    return datetime.now(UTC).replace(tzinfo=None)
