"""Every attempt by the slot that made it, and by its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.charts.panels.axes import round_values
from dashboard.charts.panels.panel import Axis, Boxes, Panel, Text
from dashboard.wording import count_noun, duration
from dashboard.wording import param as show_param

HALF = 0.34
COLORS = {
    "complete": "mark-good",
    "pruned": "mark-caution",
    "running": "mark-info",
    "returned": "chart-dim",
    "cancelled": "chart-dim",
}
UNITS = (("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0))
# From so many of them on the axis counts in a unit.
SEVERAL = 3


@dataclass(frozen=True)
class Bar:
    """One attempt; `start` and `end` are seconds since the study began."""

    trial: int
    attempt: int
    slot: str
    start: float
    end: float
    outcome: str
    words: str


def timeline_panel(
    bars: Sequence[Bar], pauses: Sequence[tuple[float, float]], best: int | None, end: float
) -> Panel:
    """`end` is the last moment, in seconds; pauses are pairs of them. The best trial has a ring of words."""
    slots = sorted({bar.slot for bar in bars}, key=_natural)
    row = {slot: float(len(slots) - 1 - i) for i, slot in enumerate(slots)}
    unit, size = next((name, size) for name, size in UNITS if end >= SEVERAL * size or size == 1.0)
    high = max(end / size, 1e-3)
    boxes = Boxes(
        x0=[round(bar.start / size, 4) for bar in bars],
        x1=[round(bar.end / size, 4) for bar in bars],
        y0=[row[bar.slot] - HALF for bar in bars],
        y1=[row[bar.slot] + HALF for bar in bars],
        colors=[COLORS.get(bar.outcome, "mark-bad") for bar in bars],
        words=[f"{bar.words}, {duration(bar.end - bar.start)}, {bar.slot}" for bar in bars],
        n=[bar.trial for bar in bars],
    )
    away = Boxes(
        x0=[round(start / size, 4) for start, _ in pauses],
        x1=[round(stop / size, 4) for _, stop in pauses],
        y0=[-0.5] * len(pauses),
        y1=[len(slots) - 0.5] * len(pauses),
        colors=["chart-grid"] * len(pauses),
        words=[f"paused for {duration(stop - start)}" for start, stop in pauses],
    )
    winner = next((bar for bar in reversed(bars) if bar.trial == best), None)
    texts = []
    if winner is not None:
        middle = (winner.start + winner.end) / 2 / size
        texts.append(
            Text(middle, row[winner.slot], f"#{winner.trial}", "chart-best", ring=True, dx=10, is_bold=True)
        )
    return Panel(
        "",
        Axis(
            f"{unit} since the start",
            "linear",
            0.0,
            high,
            [(v, show_param(v)) for v in round_values(0.0, high, 8)],
        ),
        Axis("", "category", -0.6, max(len(slots), 1) - 0.4, [(row[slot], slot) for slot in slots]),
        [away, boxes] if pauses else [boxes],
        label=f"{count_noun(len(bars), 'attempt')} by slot over {duration(end)}",
        texts=texts,
    )


def busy_share(bars: Sequence[Bar], pauses: Sequence[tuple[float, float]], end: float) -> float:
    """Of the time that the slots were there for the study, pauses left out, how much they worked."""
    slots = {bar.slot for bar in bars}
    there = len(slots) * (end - sum(stop - start for start, stop in pauses))
    worked = sum(bar.end - bar.start for bar in bars)
    return float(np.clip(worked / there, 0.0, 1.0)) if there > 0 else 0.0


def _natural(slot: str) -> tuple[str, int, str]:
    """As people count: 2 before 10."""
    head = slot.rstrip("0123456789")
    tail = slot[len(head) :]
    return head, int(tail or 0), slot
