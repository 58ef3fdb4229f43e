"""The pictures of the view by name, for page, SVG and CSV."""

from collections.abc import Callable

from dashboard.charts.panels.axes import widened
from dashboard.charts.panels.distribution import distribution_panel
from dashboard.charts.panels.panel import Picture
from dashboard.charts.panels.scatter import scatter_panel
from dashboard.charts.panels.tenth import tenth_panel, tenth_rows
from dashboard.charts.trend import n_best
from dashboard.models import TrialState
from dashboard.studies.explore.asked import Asked, by_importance
from dashboard.studies.explore.effects import effects
from dashboard.studies.explore.groups import groups_picture
from dashboard.studies.explore.pair import pair
from dashboard.studies.explore.timeline import timeline_picture
from dashboard.studies.model import model_of
from dashboard.wording import count_noun, percent
from optimizer.objective import to_loss

MAX_PLOTS = 12


def scatter(asked: Asked) -> Picture:
    subject, model = asked.subject, model_of(asked.subject.study)
    names = by_importance(subject, model)[:MAX_PLOTS]
    shares = {p.name: p for p in model.importance.parameters}
    lines = [shares[name].curve for name in names] if model.explanation else []
    metric = widened(subject.metric(few=True), [v for line in lines if line for v in line.predicted])
    panels = [
        scatter_panel(
            subject.axis(name),
            metric,
            shares[name].curve if model.explanation else None,
            percent(shares[name].share, 0) if model.explanation and not shares[name].reason else "",
        )
        for name in names
    ]
    n_all = len(list(subject.space.searched))
    sub = f"The {len(names)} most important of {n_all}" if n_all > len(names) else ""
    note = (
        "Blue: complete trials, amber: pruned ones at their last epoch. Line: what the model expects on "
        "average over all values of the other parameters, most of them worse than what a search tries; band: "
        "its standard error. "
        "Percent: how much of the variance a parameter explains alone."
        if model.explanation
        else f"No model yet: {model.importance.note}"
    )
    return Picture(
        "by parameter", panels, sub, note, "" if panels else "No parameter is searched.", is_grid=True
    )


def tenth(asked: Asked) -> Picture:
    subject, mask = asked.subject, asked.selected.mask
    complete = subject.results.best_first
    complete = complete[mask[complete]]
    n = n_best(len(complete))
    if not n:
        words = "Needs 20 complete trials" + (" in the selection." if asked.is_filter else ".")
        return Picture("", [], empty=words)
    drawn = subject.drawn
    is_chosen = mask[drawn] & ~subject.results.is_in(TrialState.RUNNING, TrialState.WAITING)[drawn]
    every = [params for params, chosen in zip(subject.drawn_params, is_chosen, strict=True) if chosen]
    best = subject.params_at(complete[:n])
    names = by_importance(subject, model_of(subject.study))[:MAX_PLOTS]
    panels, rows = [], []
    for name in names:
        places = (subject.places(name, every), subject.places(name, best))
        of_all, of_best = ([v for v in side if v is not None] for side in places)
        panels.append(tenth_panel(subject.axis(name), of_all, of_best))
        rows += tenth_rows(subject.axis(name), of_all, of_best)
    chosen_words = " selected" if asked.is_filter else ""
    sub = f"The best {n} of {count_noun(len(complete), f'complete{chosen_words} trial')}"
    note = "Narrow bars: the best tenth. Wide bars: all trials that have ended, with or without a value."
    header = ["param", "values", "share_of_best_tenth", "share_of_all"]
    return Picture("", panels, sub, note, header=header, rows=rows, is_grid=True)


def distribution(asked: Asked) -> Picture:
    subject = asked.subject
    best = subject.results.best_first
    best = best[asked.selected.mask[best]]
    if not len(best):
        return Picture(
            "",
            [],
            empty="No complete trial yet." if not asked.is_filter else "No complete trial is selected.",
        )
    losses = subject.results.losses[best]
    panel = distribution_panel(subject.metric(), losses, to_loss(1.0, subject.goal.direction))
    numbers, values = (subject.results[name][best].tolist() for name in ("number", "value"))
    rows = [[n, v, (i + 1) / len(best)] for i, (n, v) in enumerate(zip(numbers, values, strict=True))]
    axis = subject.metric()
    n_beyond = sum(not axis.low <= value <= axis.high for value in values)
    note = "How much of the study is this good or better. A steep start: many trials are near the best."
    if n_beyond:
        note += f" Values beyond the axis count at its end: {count_noun(n_beyond, 'trial')}."
    return Picture(
        "",
        [panel],
        count_noun(len(best), "complete trial"),
        note,
        header=["trial", subject.goal.name, "share"],
        rows=rows,
    )


def groups(asked: Asked) -> Picture:
    return groups_picture(asked.subject, asked.selected, asked.query.get("by", ""))


def timeline(asked: Asked) -> Picture:
    return timeline_picture(asked.subject)


PICTURES: dict[str, Callable[[Asked], Picture]] = {
    "scatter": scatter,
    "pair": pair,
    "effects": effects,
    "groups": groups,
    "timeline": timeline,
    "tenth": tenth,
    "distribution": distribution,
}
# Those that a filter changes; in the others the browser dims what it leaves out.
OF_SELECTED = ("groups", "tenth", "distribution")
