"""What a knob's distribution looks like, before anybody pays for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.charts.sparklines import N_BARS_LARGE, prior_counts, prior_path
from dashboard.new_study.knob_form import SEARCH, KnobForm
from dashboard.wording import param as show_param
from optimizer.distributions import distribution_from_json

MINI_WIDTH, MINI_HEIGHT = 76, 20
LARGE_WIDTH, LARGE_HEIGHT = 480, 110


@dataclass(frozen=True)
class Prior:
    """What a distribution looks like before anybody pays for it."""

    words: str
    choices: list[str]
    # Histograms, as the path of a picture.
    bars: str
    large: str
    ticks: list[str]
    top: int
    warning: str = ""


def prior_of(form: KnobForm) -> Prior | None:
    """The picture of a knob's distribution, from posted values when they are right, else from its start."""
    if form.is_bound:
        if not form.is_valid() or form.setting.mode != SEARCH or form.setting.distribution is None:
            return None
        return picture_prior(form.setting.distribution)
    return picture_prior(form.searched)


def picture_prior(obj: Mapping[str, Any]) -> Prior:
    distribution = distribution_from_json(dict(obj))
    if not hasattr(distribution, "low"):
        choices = [show_param(v) for v in distribution.values()]
        return Prior(distribution.describe(), choices, "", "", [], 0)
    counts = prior_counts(distribution, N_BARS_LARGE)
    return Prior(
        words=distribution.describe(),
        choices=[],
        bars=prior_path(distribution, width=MINI_WIDTH, height=MINI_HEIGHT),
        large=prior_path(distribution, width=LARGE_WIDTH, height=LARGE_HEIGHT, n_bars=N_BARS_LARGE),
        ticks=_ticks(distribution),
        top=int(counts.max()),
        warning=_pile_warning(obj, counts.tolist()),
    )


def _pile_warning(obj: Mapping[str, Any], counts: list[int]) -> str:
    """A prior of which much would lie beyond a bound says something else than its median."""
    if obj["type"] != "normal" or not counts:
        return ""
    edge = max(("lowest", counts[0]), ("highest", counts[-1]), key=lambda pair: pair[1])
    return f"Many samples land on the {edge[0]} value" if edge[1] >= 0.98 * max(counts) else ""


def _ticks(distribution: Any) -> list[str]:
    """Lowest, middle and highest value on the axis of the picture."""
    low, high = float(distribution.low), float(distribution.high)
    middle = (low * high) ** 0.5 if getattr(distribution, "log", False) else (low + high) / 2
    return [show_param(v) for v in (low, middle, high)]
