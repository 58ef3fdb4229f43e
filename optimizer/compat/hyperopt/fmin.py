"""``fmin``: Hyperopt's one call that searches, on top of ask and tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.compat.hp import space_eval
from optimizer.compat.hyperopt.domain import Domain
from optimizer.compat.hyperopt.progress import callback_for
from optimizer.compat.hyperopt.search.algos import sampler_of
from optimizer.compat.hyperopt.search.arguments import (
    Limits,
    generate_trial,
    generate_trials_to_calculate,
    objective_and_space,
    seed_of,
    trials_to_fill,
)
from optimizer.compat.hyperopt.search.loop import Loop
from optimizer.compat.hyperopt.search.search import Search
from optimizer.compat.hyperopt.trials import Trials

if TYPE_CHECKING:
    import os

    import numpy as np

    from optimizer.compat.hyperopt.early_stop import StopFunction
    from optimizer.compat.hyperopt.progress import ProgressCallback
    from optimizer.samplers import Sampler

__all__ = [
    "fmin", "fmin_pass_expr_memo_ctrl", "generate_trial", "generate_trials_to_calculate", "partial",
    "space_eval",
]  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., Any])


def fmin(
    fn: Callable[..., Any],
    space: Any,
    algo: Callable[..., Any] | Sampler | str | None = None,
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
    ``return_argmin=False`` its point, None without any trial. ``algo`` is ``tpe.suggest`` and the like, or a
    function of one's own of (new_ids, domain, trials, seed) that returns documents. ``max_evals`` counts all
    trials, those in ``trials`` and ``points_to_evaluate`` (values by label, evaluated first) included.
    ``timeout`` is in seconds, and no trial begins after it; one whose loss is below ``loss_threshold`` is
    enough. ``rstate`` is a seed, or a generator to draw one from. ``early_stop_fn`` gets ``trials`` and what
    it returned before. ``trials_save_file`` keeps the trials after each one, and is read when there are no
    ``trials``. With ``SparkTrials``, trials are evaluated side by side. Values in ``trials`` that no longer
    fit ``space`` are left out with a warning, and points outside of it are evaluated as they are given.

    Raises ``AllTrialsFailed`` when no loss is finite, ``SpaceError`` for a space or a point that breaks a
    rule, and what ``fn`` raises, unless ``catch_eval_exceptions``; that trial is in ``trials.documents`` in
    either case.

    Examples
    --------
    >>> from optimizer import fmin, hp
    >>> space = {"x": hp.uniform("x", -5, 5)}
    >>> best = fmin(lambda point: (point["x"] - 1) ** 2, space, max_evals=30, rstate=0, verbose=False)
    >>> abs(best["x"] - 1) < 0.1
    True

    """
    fn, space = objective_and_space(fn, space)
    trials = trials_to_fill(trials, trials_save_file)
    limits = Limits(
        max_evals,
        getattr(trials, "timeout", None) if timeout is None else timeout,
        getattr(trials, "loss_threshold", None) if loss_threshold is None else loss_threshold,
    )
    sampler, seed = sampler_of(algo), seed_of(rstate)
    search = Search(Domain(fn, space, None, pass_expr_memo_ctrl), sampler, trials, seed, limits.n_trials)
    search.add_points(points_to_evaluate or ())
    search.check_waiting()
    callback = callback_for(show_progressbar, verbose=verbose)
    is_patient = catch_eval_exceptions or trials.asynchronous
    Loop(search, limits, callback, early_stop_fn, trials_save_file, is_patient).run()
    if return_argmin:
        return trials.argmin
    return space_eval(space, trials.argmin) if len(trials) else None


def fmin_pass_expr_memo_ctrl(fn: Function) -> Function:
    """Mark an objective that takes the space, the values of its nodes and a ``Ctrl`` instead of a point."""
    fn.fmin_pass_expr_memo_ctrl = True  # type: ignore[attr-defined]
    return fn


Trials.search = fmin
