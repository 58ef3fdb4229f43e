"""``Domain``: an objective with its space, as algorithms for Hyperopt get it; and the ``Ctrl`` of a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from optimizer.compat.hp import LabelledSpace, space_eval
from optimizer.compat.hyperopt.documents import STATUS_NEW, Document
from optimizer.compat.hyperopt.pyll.base import Draws
from optimizer.compat.hyperopt.results import read_result

if TYPE_CHECKING:
    import numpy as np

    from optimizer.compat.hp.nodes import Labelled
    from optimizer.compat.hyperopt.trials import Trials


class Ctrl:
    """What an objective with ``pass_expr_memo_ctrl`` gets of its search: the trials and its own document."""

    def __init__(self, trials: Trials, current_trial: Document | None = None) -> None:
        self.trials = trials
        self.current_trial = current_trial

    @property
    def attachments(self) -> MutableMapping[str, Any]:
        """The attachments of the trial. Raises ``ValueError`` outside of one."""
        if self.current_trial is None:
            raise ValueError("attachments belong to a trial, got none; create Ctrl with current_trial")
        return self.trials.trial_attachments(self.current_trial)

    def checkpoint(self, result: Mapping[str, Any] | None = None) -> None:
        """Keep an intermediate result in the trial; it is replaced at the end."""
        if self.current_trial is not None and result is not None:
            self.current_trial["result"] = dict(result)


class Domain:
    """``fn``, a function of a point, and ``expr``, the nest of nodes that its points are made from.

    With ``pass_expr_memo_ctrl``, ``fn`` gets ``expr``, the values of the nodes and a ``Ctrl`` instead of a
    point. ``name`` and ``loss_target`` are kept for the caller. Raises ``SpaceError`` for an unfit ``expr``.

    Examples
    --------
    >>> from optimizer import hp
    >>> domain = Domain(lambda x: x**2, hp.uniform("x", -1, 1), loss_target=0)
    >>> domain.evaluate({"x": 0.5}, None), list(domain.params)
    ({'loss': 0.25, 'status': 'ok'}, ['x'])

    """

    cmd = None  # Hyperopt's name of a pickle for other processes
    workdir = None

    def __init__(
        self,
        fn: Callable[..., Any],
        expr: Any,
        workdir: str | None = None,  # noqa: ARG002 - Hyperopt's, of no effect
        pass_expr_memo_ctrl: bool | None = None,
        name: str | None = None,
        loss_target: float | None = None,
    ) -> None:
        self.fn = fn
        self.expr = expr
        self.name = name
        self.loss_target = loss_target
        given = getattr(fn, "fmin_pass_expr_memo_ctrl", False)
        self.pass_expr_memo_ctrl = bool(given if pass_expr_memo_ctrl is None else pass_expr_memo_ctrl)
        self.space = LabelledSpace(expr)
        self.s_idxs_vals = Draws(self.space)

    @property
    def params(self) -> Mapping[str, Labelled]:
        """The node of each label."""
        return self.space.nodes

    @property
    def s_new_ids(self) -> object:
        """The key of the tids in the memo of ``s_idxs_vals``."""
        return self.s_idxs_vals.new_ids

    @property
    def s_rng(self) -> object:
        """The key of the generator in the memo of ``s_idxs_vals``."""
        return self.s_idxs_vals.rng

    def call(
        self, config: Mapping[str, Any], ctrl: Ctrl | None, rng: np.random.Generator | None = None
    ) -> Any:
        """What ``fn`` returns at the values of ``config`` by label; indices for choices."""
        if not self.pass_expr_memo_ctrl:
            return self.fn(space_eval(self.expr, config, rng))
        return self.fn(expr=self.expr, memo=self.memo_from_config(config), ctrl=ctrl)

    def memo_from_config(self, config: Mapping[str, Any]) -> dict[Labelled, Any]:
        """The values of ``config`` by node, as ``rec_eval`` takes them."""
        return {self.params[label]: value for label, value in config.items() if label in self.params}

    def evaluate(
        self, config: Mapping[str, Any], ctrl: Ctrl | None, attach_attachments: bool = True
    ) -> dict[str, Any]:
        """The result of ``fn`` at ``config``. Raises ``InvalidLoss`` and ``InvalidResultStatus``."""
        result, attachments = read_result(self.call(config, ctrl))
        if attach_attachments and ctrl is not None and ctrl.current_trial is not None:
            ctrl.attachments.update(attachments)
        return result

    def new_result(self) -> dict[str, Any]:
        """The result of a trial that waits."""
        return {"status": STATUS_NEW}

    def loss(self, result: Mapping[str, Any], config: object = None) -> float | None:  # noqa: ARG002
        """The loss of a result, or None."""
        return result.get("loss")

    def loss_variance(self, result: Mapping[str, Any], config: object = None) -> float:  # noqa: ARG002
        """The variance of its noise."""
        return float(result.get("loss_variance", 0.0))

    def true_loss(self, result: Mapping[str, Any], config: object = None) -> float | None:
        """The loss without noise where the result has one, else the loss."""
        true: float | None = result.get("true_loss", self.loss(result, config))
        return true

    def status(self, result: Mapping[str, Any], config: object = None) -> str:  # noqa: ARG002
        """The status of a result."""
        return str(result["status"])
