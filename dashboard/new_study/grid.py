"""How large a grid is, before anybody starts it."""

from dataclasses import dataclass

from dashboard.wording import count_noun, thousands
from optimizer import SearchSpace
from optimizer.samplers.grid import GridSampler

MAX_NAMES = 5
# From here on the exact number says nothing.
HUGE = 10**9


@dataclass(frozen=True)
class GridNote:
    """`values` names the params with most values, which one may want to make coarser."""

    words: str
    values: str = ""
    is_cut: bool = False


def grid_note(space: SearchSpace | None, max_trials: object) -> GridNote:
    """`max_trials` as it was typed."""
    if space is None:
        return GridNote("Fix the search space to see the grid size.")
    grid = GridSampler().grid(space)
    typed = str(max_trials).strip()
    allowed = int(typed) if typed.isdecimal() and len(typed) < 10 else None
    counts = {name: len(values) for name, values in grid.values.items() if len(values) > 1}
    names = sorted(counts, key=lambda name: -counts[name])
    listed = ", ".join(f"{thousands(counts[name])} of {name}" for name in names[:MAX_NAMES])
    more = len(names) - MAX_NAMES
    return GridNote(
        words=_words(grid.size, allowed),
        values=f"Values: {listed}{f', {more} more' if more > 0 else ''}." if listed else "",
        is_cut=allowed is not None and grid.size > allowed,
    )


def _words(size: int, allowed: int | None) -> str:
    points = count_noun(size, "point") if size < HUGE else f"More than 1e{len(str(size)) - 1} points"
    if allowed is None:
        return f"{points}. All are tried if the budget allows."
    if size <= allowed:
        return f"{points}. The study stops when all are tried."
    remedy = f" Raise Trials to {thousands(size)} to try all." if size <= 100_000 else ""
    return f"{points}. The budget covers {thousands(allowed)} of them, in random order.{remedy}"
