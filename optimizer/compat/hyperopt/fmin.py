"""``fmin``: Hyperopt's one call that searches, on top of ask and tell."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from optimizer.compat.hp import LabelledSpace, space_eval
from optimizer.compat.hyperopt.algos import sampler_of
from optimizer.compat.hyperopt.arguments import (
    Limits,
    generate_trials_to_calculate,
    objective_and_space,
    seed_of,
    trials_to_fill,
)
from optimizer.compat.hyperopt.progress import callback_for
from optimizer.compat.hyperopt.saved_trials import save_trials
from optimizer.compat.hyperopt.search import Search
from optimizer.compat.hyperopt.trials import Trials
from optimizer.errors import SpaceExhausted
from optimizer.wording import bound

if TYPE_CHECKING:
    import os

    import numpy as np

    from optimizer.compat.hyperopt.early_stop import StopFunction
    from optimizer.compat.hyperopt.progress import ProgressCallback
    from optimizer.samplers import Sampler

__all__ = ["fmin", "generate_trials_to_calculate", "partial", "space_eval"]  # as in hyperopt.fmin


def fmin(
    fn: Callable[..., Any],
    space: Any,
    algo: Callable[..., Sampler] | Sampler | str | None = None,
    max_evals: float | None = None,
    timeout: float | None = None,
    loss_threshold: float | None = None,
    trials: Trials | None = None,
    rstate: int | np.random.Generator | np.random.RandomState | None = None,
    allow_trials_fmin: bool = True,  # noqa: ARG001 - no effect: trials.fmin is this function
    pass_expr_memo_ctrl: bool | None = None,
    catch_eval_exceptions: bool = False,
    verbose: bool = True,
    return_argmin: bool = True,
    points_to_evaluate: Iterable[Mapping[str, Any]] | None = None,
    max_queue_len: int = 1,  # noqa: ARG001 - no effect: every proposal is made when it is needed
    show_progressbar: bool | ProgressCallback = True,
    early_stop_fn: StopFunction | None = None,
    trials_save_file: str | os.PathLike[str] = "",
) -> Any:
    """Minimise ``fn``, which takes a point of ``space`` and returns a loss or {"loss": ..., "status": ...}.

    Returns the best trial's values by label, with indices for choices, as ``space_eval`` takes them; or with
    ``return_argmin=False`` its point. ``max_evals`` counts all trials, those in ``trials`` and
    ``points_to_evaluate`` (values by label, evaluated first) included. ``timeout`` is in seconds, and no
    trial begins after it; one whose loss is below ``loss_threshold`` is enough. ``rstate`` is a seed, or a
    generator to draw one from. ``early_stop_fn`` gets ``trials`` and what it returned before.
    ``trials_save_file`` keeps the trials after each one, and is read when there are no ``trials``.

    Raises ``AllTrialsFailed`` when no loss is finite, ``SpaceError`` for a space or a point that breaks a
    rule, and what ``fn`` raises, unless ``catch_eval_exceptions``; that trial is listed as failed in either
    case.

    Examples
    --------
    >>> from optimizer import fmin, hp
    >>> space = {"x": hp.uniform("x", -5, 5)}
    >>> best = fmin(lambda point: (point["x"] - 1) ** 2, space, max_evals=30, rstate=0, verbose=False)
    >>> abs(best["x"] - 1) < 0.1
    True

    """
    limits = Limits(max_evals, timeout, loss_threshold)
    fn, space = objective_and_space(fn, space, pass_expr_memo_ctrl)
    trials = trials_to_fill(trials, trials_save_file)
    sampler, seed = sampler_of(algo), seed_of(rstate)
    search = Search(fn, LabelledSpace(space), sampler, trials, seed, limits.n_trials, catch_eval_exceptions)
    search.add_points(points_to_evaluate or ())
    callback = callback_for(show_progressbar, verbose=verbose)
    _run(search, limits, callback, early_stop_fn, trials_save_file)
    if return_argmin:
        return trials.argmin
    return space_eval(space, trials.argmin) if len(trials) else None


def _run(
    search: Search,
    limits: Limits,
    callback: ProgressCallback,
    early_stop_fn: StopFunction | None,
    save_file: str | os.PathLike[str],
) -> None:
    """Evaluate until a limit is reached, the user's function says stop, or all points have been tried."""
    began = monotonic()
    stop_args: Iterable[Any] = ()
    total = sys.maxsize if limits.n_trials is None else limits.n_trials
    with callback(initial=search.n_evaluated, total=total) as bar:
        while limits.allow(search.n_evaluated, search.best_loss, monotonic() - began):
            try:
                search.evaluate_next()
            except SpaceExhausted:
                return
            finally:
                if save_file:
                    save_trials(search.trials, save_file)
            if math.isfinite(search.best_loss):
                bar.postfix = f"best loss: {bound(search.best_loss)}"
            bar.update(1)
            if early_stop_fn is not None:
                stop, stop_args = early_stop_fn(search.trials, *stop_args)
                if stop:
                    return


Trials.search = fmin
