"""The importance of every param, one column a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.importance import SMALLEST
from dashboard.models import Study
from dashboard.studies.model import model_of
from dashboard.studies.several.racers import Compared
from dashboard.wording import percent, thousands


@dataclass(frozen=True)
class Share:
    """Of one param in one study; places on the bar are of 100. Without words where nothing is known."""

    words: str
    # The number of the study's color.
    color: int = 0
    error: str = ""
    width: float = 0.0
    is_clear: bool = False
    reason: str = ""


@dataclass(frozen=True)
class ShareRow:
    name: str
    cells: list[Share]


def importance_rows(compared: Sequence[Compared]) -> list[ShareRow]:
    """The param first that matters most in any of them; all bars have one scale."""
    found = [_entries(each.study) for each in compared]
    names = dict.fromkeys(name for entries in found for name in entries)
    largest = {name: max(e[name].share for e in found if name in e) for name in names}
    shown = sorted((n for n in names if largest[n] >= SMALLEST), key=lambda n: -largest[n])
    full = max(largest.values(), default=1.0) or 1.0
    return [
        ShareRow(name, [_cell(e.get(name), full, one.color) for e, one in zip(found, compared, strict=True)])
        for name in shown
    ]


def _entries(study: Study) -> Mapping[str, Any]:
    space = study.search_space
    return {e.name: e for e in model_of(study).importance.parameters if not space.is_constant(e.name)}


def _cell(entry: Any, full: float, color: int) -> Share:
    if entry is None:
        return Share("", reason="not searched here")
    if entry.reason:
        return Share("", reason=entry.reason)
    return Share(
        words=percent(entry.share, 0),
        color=color,
        error=f"± {thousands(100 * entry.share_error)}",
        width=round(100 * min(max(entry.share / full, 0.0), 1.0), 1),
        is_clear=entry.share > entry.share_error,
    )
