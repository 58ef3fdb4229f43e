"""What a picture is made of, as plain data.

A picture is a row of plots, a plot two axes and marks between them. The browser draws every one with the same
few lines (static/js/explore/panel.js), and so does `svg`. Colors are names of tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

Kind = Literal["linear", "log", "category"]
Number = float | None


@dataclass(frozen=True)
class Axis:
    """`name` is the column that dragging along it selects; without one it selects nothing.

    A category lies at its place among the choices; `ticks` are places and words.
    """

    title: str
    kind: Kind
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    name: str = ""
    is_whole: bool = False
    is_percent: bool = False

    def to_json(self) -> dict[str, Any]:
        return dict(vars(self))


class Mark:
    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """What is not as it is without being said is left out."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return {"kind": self.kind, **{name: value for name, value in own.items() if value not in (None, "")}}


@dataclass(frozen=True)
class Trials(Mark):
    """Every trial that the page has, by two of its columns: names of params, or "value"."""

    kind = "trials"
    x: str
    y: str


@dataclass(frozen=True)
class Dots(Mark):
    """One dot a trial. `tones` are 1 to 7 of the `ramp`, low to high or worse to better; 0 is none."""

    kind = "dots"
    n: Sequence[int]
    x: Sequence[float]
    y: Sequence[float]
    tones: Sequence[int]
    words: Sequence[str]
    ramp: Literal["tone", "seq"] = "tone"


@dataclass(frozen=True)
class Line(Mark):
    """A line with gaps at None; of one trial where it has a number."""

    kind = "line"
    x: Sequence[Number]
    y: Sequence[Number]
    color: str
    width: float = 2.0
    is_dotted: bool = False
    is_stepped: bool = False
    n: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Band(Mark):
    """Between two lines."""

    kind = "band"
    x: Sequence[Number]
    low: Sequence[Number]
    high: Sequence[Number]
    color: str


@dataclass(frozen=True)
class Boxes(Mark):
    """Rectangles, of trials where they have numbers; `pale` ones say less."""

    kind = "boxes"
    x0: Sequence[float]
    x1: Sequence[float]
    y0: Sequence[float]
    y1: Sequence[float]
    colors: Sequence[str]
    words: Sequence[str]
    n: Sequence[int] | None = None
    pale: Sequence[bool] | None = None


@dataclass(frozen=True)
class Text:
    """Words in the plot, or a ring around a point."""

    x: float
    y: float
    text: str = ""
    color: str = "chart-axis"
    align: str = "left"
    dx: float = 0.0
    ring: bool = False
    is_bold: bool = False

    def to_json(self) -> dict[str, Any]:
        look = {"x": self.x, "y": self.y, "text": self.text, "color": self.color, "align": self.align}
        return {**look, "dx": self.dx, "ring": self.ring, "isBold": self.is_bold, "isInside": True}


@dataclass(frozen=True)
class Panel:
    """One plot. `corner` is words beside its title, `label` what somebody hears who cannot see it."""

    title: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    corner: str = ""
    label: str = ""
    texts: Sequence[Text] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "x": self.x.to_json(),
            "y": self.y.to_json(),
            "marks": [mark.to_json() for mark in self.marks],
            "label": self.label or self.title,
            "texts": [text.to_json() for text in self.texts],
        }


@dataclass(frozen=True)
class Picture:
    """`sub` stands beside the title, `note` below; `empty` says what is missing to draw anything.

    `rows` are the numbers for a table, with their `header`. In a grid of small plots each has its title.
    """

    title: str
    panels: Sequence[Panel]
    sub: str = ""
    note: str = ""
    empty: str = ""
    header: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = field(default_factory=list)
    is_grid: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"panels": [panel.to_json() for panel in self.panels]}
