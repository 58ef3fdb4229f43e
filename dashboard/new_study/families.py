"""Knobs that every layer has: those with the same setting share one row."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from trainers.base import Knob, TrainerInfo
from trainers.errors import ParamsInvalid
from trainers.space import KnobSetting, default_setting

NUMBERED = re.compile(r"(.+)_(\d+)$")
# The row of units_1, units_2 and units_4 is named after the first: units_all_1.
SHARED = re.compile(r"(.+)_all_(\d+)$")


@dataclass(frozen=True)
class Place:
    """The layer of a knob: `units_2` of group "Layer 2" is number 2 of the family `units`."""

    family: str
    number: int
    heading: str


def place_of(knob: Knob) -> Place | None:
    """None for a knob that only ends in a number, such as beta_1."""
    found = NUMBERED.match(knob.name)
    kind, _, number = knob.group.rpartition(" ")
    if not found or not kind or found[2] != number:
        return None
    return Place(found[1], int(number), f"{kind}s")


def heading_of(knob: Knob) -> str:
    """The heading that a knob stands under: that of all layers for a knob of one."""
    place = place_of(knob)
    return place.heading if place else knob.group


def shared_knob(trainer: TrainerInfo, name: str) -> Knob:
    """The knob of a row for several layers. Raises ParamsInvalid where there is none."""
    found = SHARED.match(name)
    first = trainer.knob(f"{found[1]}_{found[2]}") if found else None
    if first is None or place_of(first) is None:
        raise ParamsInvalid(f"There is no parameter named {name}.")
    return replace(first, name=name, when=None, group=heading_of(first))


def knob_or_shared(trainer: TrainerInfo, name: str) -> Knob:
    """The knob of any row."""
    return shared_knob(trainer, name) if SHARED.match(name) else trainer.knob(name)


def members_of(trainer: TrainerInfo, name: str, asked: Iterable[str]) -> list[Knob]:
    """Those of the asked names that are of the family of this row, in order."""
    wanted, found = set(asked), SHARED.match(name)
    family = found[1] if found else None
    knobs = ((knob, place_of(knob)) for knob in trainer.knobs if knob.name in wanted)
    return [knob for knob, place in knobs if place and place.family == family]


def alike(
    knobs: Sequence[Knob], settings: Mapping[str, KnobSetting], reachable: set[str]
) -> list[list[Knob]]:
    """The knobs, those of a family with the same setting together.

    A layer that no trial can have yet, and that nobody has set, joins the layers before it, so that it is
    searched like them as soon as there may be more layers.
    """
    rows: list[list[Knob]] = []
    row_of: dict[tuple[str, str], list[Knob]] = {}
    last_row: dict[str, list[Knob]] = {}
    for knob in knobs:
        place = place_of(knob)
        if place is None:
            rows.append([knob])
            continue
        is_free = knob.name not in reachable and knob.name not in settings
        key = (place.family, repr(settings.get(knob.name, default_setting(knob))))
        row = last_row.get(place.family) if is_free else row_of.get(key)
        if row is None:
            row = row_of[key] = []
            rows.append(row)
        row.append(knob)
        last_row[place.family] = row
    return rows


def layers_in_words(knobs: Sequence[Knob]) -> str:
    """Which layers a row sets: `layers 1 to 4`, `layers 1, 2 and 5`."""
    places = [place for knob in knobs if (place := place_of(knob))]
    numbers = [place.number for place in places]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        which = f"{numbers[0]} to {numbers[-1]}"
    else:
        which = f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
    return f"{places[0].heading.lower()} {which}"
