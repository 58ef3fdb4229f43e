"""Which pages have a picture. To add one, add a line: the order here is that of the gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Studies = dict[str, Any]
# The picture of the README as well.
README_PICTURE = "study"


@dataclass(frozen=True)
class Shot:
    """`words` are those of the gallery; `keys` are pressed and `typed` is written before it is taken."""

    name: str
    title: str
    words: str
    path: Callable[[Studies], str]
    keys: str = ""
    typed: str = ""


def _main(view: str = "") -> Callable[[Studies], str]:
    return lambda studies: f"/studies/{studies['main'].pk}/{view}"


def _best(studies: Studies) -> str:
    best = studies["main"].trials.filter(state="complete").order_by("value").first()
    return f"/studies/{studies['main'].pk}/trials/{best.number}/"


def _compare(studies: Studies) -> str:
    return "/studies/compare/?" + "&".join(f"study={study.pk}" for study in studies["repeats"])


SHOTS = (
    Shot("studies", "Studies", "What runs, what it has found, and what has ended.", lambda _: "/studies/"),
    Shot(
        "study",
        "A study that runs",
        "How far each budget is, every trial, the best value with its parameters, and what trains now.",
        _main(),
    ),
    Shot("explore", "Explore", "How parameters and values belong together.", _main("explore/")),
    Shot(
        "explore-parameters",
        "What each parameter does",
        "Trials by parameter with what a model expects, two at once, and the effect of each value.",
        _main("explore/#scatter"),
    ),
    Shot(
        "explore-time",
        "Where the time went",
        "Epochs by group of trials, and each attempt in its slot, by outcome.",
        _main("explore/#groups"),
    ),
    Shot(
        "trials",
        "Trials",
        "All trials, sorted and filtered, with the columns that you choose.",
        _main("trials/"),
    ),
    Shot("trial", "A trial", "Its epochs, its values in their ranges, and why it was tried.", _best),
    Shot(
        "compare",
        "Compare",
        "Three runs of TPE and three of random search, each as median and middle half.",
        _compare,
    ),
    Shot("new", "A new study", "Data, model, goal, budget, and search space.", lambda _: "/studies/new/"),
    Shot(
        "find",
        "Find anything",
        "Ctrl-K, and a few letters or the number of a trial.",
        _main(),
        "Control+k",
        "1",
    ),
)
