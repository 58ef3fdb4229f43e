"""The loop of a search: one trial after the other, or several side by side in threads."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from optimizer.compat.hyperopt.search.saved_trials import save_trials
from optimizer.errors import SpaceExhausted
from optimizer.wording import bound

if TYPE_CHECKING:
    import os

    from optimizer.compat.hyperopt.early_stop import StopFunction
    from optimizer.compat.hyperopt.progress import Bar, ProgressCallback
    from optimizer.compat.hyperopt.search.arguments import Limits
    from optimizer.compat.hyperopt.search.search import Evaluation, Outcome, Search


@dataclass
class Loop:
    """Runs ``search`` until a limit is reached, the user's function says stop, or nothing is left to try."""

    search: Search
    limits: Limits
    callback: ProgressCallback
    early_stop_fn: StopFunction | None
    save_file: str | os.PathLike[str]
    catch_exceptions: bool
    _began: float = field(default=0.0, init=False)
    _stop_args: Iterable[Any] = field(default=(), init=False)

    def run(self) -> None:
        """Evaluate as many trials at a time as the trials say. Raises what the objective raises."""
        self._began = monotonic()
        total = sys.maxsize if self.limits.n_trials is None else self.limits.n_trials
        n_threads = self.search.trials.parallelism
        with self.callback(initial=self.search.n_evaluated, total=total) as bar:
            if n_threads == 1:
                self._run_one_by_one(bar)
            else:
                with ThreadPoolExecutor(n_threads, "fmin") as executor:
                    self._run_side_by_side(bar, executor, n_threads)

    def _run_one_by_one(self, bar: Bar) -> None:
        while (evaluation := self._next()) is not None:
            try:
                outcome = self.search.evaluate(evaluation)
            except BaseException:
                self.search.give_up(evaluation)
                self._save()
                raise
            if self._finish(bar, evaluation, outcome):
                return

    def _run_side_by_side(self, bar: Bar, executor: ThreadPoolExecutor, n_threads: int) -> None:
        running: dict[Future[Outcome], Evaluation] = {}
        is_over = False
        try:
            while True:
                while not is_over and len(running) < n_threads and (evaluation := self._next()) is not None:
                    running[executor.submit(self.search.evaluate, evaluation)] = evaluation
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                # In the order in which they were begun, so that equal speed gives equal searches.
                for future in [future for future in running if future in done]:
                    outcome = future.result()
                    is_over |= self._finish(bar, running.pop(future), outcome)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for evaluation in running.values():
                self.search.give_up(evaluation)
            raise

    def _next(self) -> Evaluation | None:
        search = self.search
        n_begun = search.n_evaluated + search.n_running
        if not self.limits.allow(n_begun, search.best_loss, monotonic() - self._began):
            return None
        try:
            return search.begin()
        except SpaceExhausted:
            return None

    def _finish(self, bar: Bar, evaluation: Evaluation, outcome: Outcome) -> bool:
        """Record a trial, and whether the search is over. Raises the error of the objective."""
        self.search.finish(evaluation, outcome)
        self._save()
        if outcome.error is not None and not self.catch_exceptions:
            raise outcome.error
        if math.isfinite(self.search.best_loss):
            bar.postfix = f"best loss: {bound(self.search.best_loss)}"
        bar.update(1)
        if self.early_stop_fn is None:
            return False
        stop, self._stop_args = self.early_stop_fn(self.search.trials, *self._stop_args)
        return bool(stop)

    def _save(self) -> None:
        if self.save_file:
            save_trials(self.search.trials, self.save_file)
