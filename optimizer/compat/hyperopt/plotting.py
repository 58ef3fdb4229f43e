"""Names that are imported from ``hyperopt.plotting``: charts of ``Trials``, with matplotlib.

matplotlib is loaded when a chart is drawn and is not installed with Parzen. ``do_show`` opens the window.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optimizer.compat.hyperopt.documents import STATUS_FAIL, STATUS_OK
from optimizer.compat.hyperopt.miscs import miscs_to_idxs_vals
from optimizer.compat.hyperopt.results import loss_of
from optimizer.wording import count_noun

if TYPE_CHECKING:
    from optimizer.compat.hyperopt.trials import Trials

STATUS_COLORS: Mapping[str, str] = {STATUS_OK: "tab:blue", STATUS_FAIL: "tab:red"}


def main_plot_history(
    trials: Trials,
    do_show: bool = True,
    status_colors: Mapping[str, str] | None = None,
    title: str = "Loss History",
) -> None:
    """The loss of each trial in the order in which they were begun, and a line at the best one.

    Raises ``ImportError`` without matplotlib.
    """
    pyplot = _pyplot()
    colors = status_colors or STATUS_COLORS
    statuses, losses = trials.statuses(), trials.losses()
    for status in dict.fromkeys(statuses):
        shown = [
            (i, loss)
            for i, (s, loss) in enumerate(zip(statuses, losses, strict=True))
            if s == status and _is_finite(loss)
        ]
        if shown:
            places, values = zip(*shown, strict=True)
            pyplot.scatter(places, values, s=12, color=colors.get(status, "tab:gray"), label=status)
    finite = [loss for loss in map(loss_of, trials.results) if loss is not None]
    if finite:
        pyplot.axhline(min(finite), color="tab:green", linewidth=1, label="best")
        pyplot.legend()
    _label(pyplot, title, "trial", "loss", do_show)


def main_plot_histogram(trials: Trials, do_show: bool = True, title: str = "Loss Histogram") -> None:
    """How often each range of losses came up among the trials with status "ok".

    Raises ``ImportError`` without matplotlib.
    """
    pyplot = _pyplot()
    finite = [loss for loss in map(loss_of, trials.results) if loss is not None]
    pyplot.hist(finite, bins="sqrt")
    _label(pyplot, f"{title}: {len(finite)} of {count_noun(len(trials), 'trial')}", "loss", "trials", do_show)


def main_plot_vars(
    trials: Trials,
    do_show: Any = True,
    fontsize: float = 10,
    colorize_best: float | None = None,
    columns: int = 5,
    arrange_by_loss: bool = False,
) -> None:
    """A chart per parameter: its value in each trial by number, or by loss with ``arrange_by_loss``.

    The color goes from the lowest loss to the highest; with ``colorize_best``, a number of trials, the best
    ones are red and the others gray. Raises ``ImportError`` without matplotlib.
    """
    pyplot = _pyplot()
    idxs, vals = miscs_to_idxs_vals(trials.miscs)
    losses = {tid: loss_of(result) for tid, result in zip(trials.tids, trials.results, strict=True)}
    finite = sorted(loss for loss in losses.values() if loss is not None)
    limit = finite[min(int(colorize_best), len(finite)) - 1] if colorize_best and finite else None
    n_rows = max(1, math.ceil(len(idxs) / columns))
    figure, axes = pyplot.subplots(n_rows, min(columns, max(1, len(idxs))), squeeze=False)
    for axis, label in zip(axes.flat, sorted(idxs), strict=False):
        shown = [
            (value, tid, loss)
            for tid, value in zip(idxs[label], vals[label], strict=True)
            if (loss := losses.get(tid)) is not None
        ]
        axis.set_title(label, fontsize=fontsize)
        if not shown:
            continue
        values, tids, of = zip(*shown, strict=True)
        colors = of if limit is None else ["tab:red" if loss <= limit else "lightgray" for loss in of]
        axis.scatter(values, of if arrange_by_loss else tids, c=colors, s=8)
    for axis in axes.flat[len(idxs) :]:
        axis.set_axis_off()
    figure.tight_layout()
    if do_show:
        pyplot.show()


def _label(pyplot: Any, title: str, x: str, y: str, do_show: Any) -> None:
    pyplot.title(title)
    pyplot.xlabel(x)
    pyplot.ylabel(y)
    if do_show:
        pyplot.show()


def _is_finite(loss: float | None) -> bool:
    return loss is not None and math.isfinite(loss)


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - only who draws a chart needs it
    except ImportError as error:
        raise ImportError("charts need matplotlib; install it with: pip install matplotlib") from error
    return plt
