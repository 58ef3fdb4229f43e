"""One table of what was measured, with the peer and the goal beside it."""

from typing import Any

from benchmarks.pages.browser import LIMIT_SECONDS, Visit

KINDS = ("sorted", "sorted by a param", "paged", "filtered")


class Table:
    """Figures are noted as they come; rows are made at the end."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str], Any] = {}
        self.rows: list[tuple[str, ...]] = []

    def note(self, side: str, name: str, figure: Any) -> None:
        self.figures[side, name] = figure

    def visit(self, side: str, n: int, **visits: Visit) -> None:
        for name, visit in visits.items():
            self.note(side, f"{name} {n}", visit)

    def markdown(self) -> str:
        self._visits()
        self._answers()
        self._changes()
        self._explore()
        self._lists()
        head = ("what", "optuna-dashboard", "Parzen", "goal")
        lines = [head, ("---",) * 4, *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def _visits(self) -> None:
        for n, goal in ((1_000, "1 s"), (10_000, "1.2 s"), (100_000, "2 s")):
            self._row(f"first fold drawn, cold, {n:,} trials", f"cold {n}", _seconds, f"≤ {goal}")
        for kind, goal in (("cold", "300 kB"), ("warm", "60 kB")):
            self._row(f"bytes at 10,000, {kind}", f"{kind} 10000", _bytes, f"≤ {goal}")
        self._row("requests at 10,000, cold", "cold 10000", lambda visit: str(visit.n_requests), "")
        self._row("server CPU of a visit and all it asks for, 10,000", "cold 10000", _cpu, "")
        self._row("server CPU of a visit and all it asks for, 100,000", "cold 100000", _cpu, "")

    def _answers(self) -> None:
        for n, goal in ((10_000, "150 ms"), (100_000, "700 ms")):
            self._row(f"server CPU of the page, {n:,}", f"answer {n}", _milliseconds, f"≤ {goal}")
            self._row("… the first time a process sees the study", f"first answer {n}", _as_ms, "")
        for n in (10_000, 100_000):
            name = f"memory of the web process after a visit of {n:,}"
            self._row(name, f"memory {n}", lambda mb: f"+{mb:.0f} MB", "≤ +100 MB" if n > 10_000 else "")

    def _changes(self) -> None:
        self._row("idle tab as lived, 10,000: server CPU a poll", "idle", _a_poll, "≤ 3 ms")
        self._row(
            "poll with one new epoch, 10,000",
            "epoch",
            lambda e: f"{e[0]:.0f} ms, {e[1]:.1f} kB",
            "≤ 15 ms, 10 kB",
        )
        for kind in KINDS:
            self._row(
                f"table {kind}, 10,000", "table", lambda t, kind=kind: _milliseconds(t[kind]), "≤ 60 ms"
            )
        self._row("finished trial visible (10,000; peer: 1,000)", "seen", lambda s: f"{s:.1f} s", "≤ 1.5 s")
        self._row("CSV of 10,000", "csv", lambda s: f"{s:.2f} s", "≤ 1 s")
        self._row("… memory", "csv memory", lambda mb: f"+{mb:.0f} MB", "flat")
        self._row("two tabs of two people on 100,000: server busy", "two tabs", _share, "idle")

    def _explore(self) -> None:
        self._row("explore view drawn whole, cold, 10,000", "explore", _seconds, "≤ 2 s")
        self._row("… bytes, with those of every page", "explore", _bytes, "")
        self._row("… server CPU", "explore", _cpu, "≤ 0.3 s")
        self._row("… memory of the tab", "heap", lambda mb: f"{mb:.0f} MB", "≤ 100 MB")
        self._row("brush to redraw, 10,000", "brush", _milliseconds, "≤ 100 ms")

    def _lists(self) -> None:
        self._row("list of 1,000 studies, cold", "list", _seconds, "≤ 0.4 s")
        self._row("… the first one of a process", "list first", _seconds, "")

    def add(self, what: str, peer: Any, parzen: Any, goal: str) -> None:
        """A row of two numbers."""
        shown = [
            f"{number:,.1f}".removesuffix(".0") if number is not None else "–" for number in (peer, parzen)
        ]
        self.rows.append((what, *shown, goal))

    def _row(self, what: str, name: str, show: Any, goal: str) -> None:
        shown = [
            show(self.figures[side, name]) if (side, name) in self.figures else "–"
            for side in ("peer", "parzen")
        ]
        self.rows.append((what, *shown, goal))


def _seconds(visit: Visit) -> str:
    return f"> {LIMIT_SECONDS} s" if visit.seconds is None else f"{visit.seconds:.2f} s"


def _bytes(visit: Visit) -> str:
    return f"{visit.n_bytes / 1000:,.0f} kB"


def _cpu(visit: Visit) -> str:
    return f"{visit.cpu_seconds:.2f} s"


def _milliseconds(number: float) -> str:
    return f"{number:,.0f} ms"


def _as_ms(seconds: float) -> str:
    return _milliseconds(1000 * seconds)


def _a_poll(visit: Visit) -> str:
    each = 1000 * visit.cpu_seconds / max(1, visit.n_requests)
    return f"{each:,.1f} ms, {visit.n_requests} polls in {visit.seconds:.0f} s"


def _share(visit: Visit) -> str:
    return f"{100 * visit.cpu_seconds / (visit.seconds or 1):.1f}% of a core"
