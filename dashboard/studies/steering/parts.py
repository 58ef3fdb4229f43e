"""What a study can search: its params now, those of its earlier spaces, and what its trainer allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.models import Study
from optimizer.values import value_key
from trainers.base import Knob, TrainerInfo
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info
from trainers.space import only_reachable

Json = dict[str, Any]
_OWN = {"name", "label", "group", "when"}


@dataclass(frozen=True)
class Part:
    """One param, as the form shows it and as a new space may have it."""

    # With the condition that it has before any branch is cut.
    entry: Json
    # How it is searched, or was or would be; None where nobody has said.
    searched: Json | None
    # Where its trainer declares it.
    knob: Knob | None
    # Values that it may have, of a choice.
    options: Sequence[Any]
    # Whether the current space has it.
    is_used: bool
    # Whether some space has had it. What none had is at its trainer's default in every trial.
    is_known: bool

    @property
    def name(self) -> str:
        return str(self.entry["name"])

    @property
    def is_searched(self) -> bool:
        return self.is_used and self.entry["type"] != "constant"

    @property
    def is_number(self) -> bool:
        return self.searched is not None and "choices" not in self.searched and self.kind != "boolean"

    @property
    def kind(self) -> str:
        return str(self.searched["type"]) if self.searched else "constant"

    @property
    def may_grow(self) -> bool:
        """Whether people may write values of their own: no trainer says which there are."""
        return self.knob is None and self.kind == "categorical"


def parts_of(study: Study) -> list[Part]:
    """Of the current space first; below them those that no trial can use as it stands."""
    spaces = [*study.space_versions.order_by("number").values_list("space", flat=True), study.space]
    known: dict[str, list[Json]] = {}
    for space in spaces:
        for entry in space["params"]:
            known.setdefault(entry["name"], []).append(entry)
    info = _trainer(study)
    for knob in info.knobs if info else ():
        known.setdefault(knob.name, [])
    current = {entry["name"] for entry in study.space["params"]}
    order = [knob.name for knob in info.knobs] if info else list(known)
    return [
        _part(name, known[name], info, is_used=name in current) for name in (*order, *(known.keys() - order))
    ]


def space_of(entries: Sequence[Json]) -> Json:
    return {"version": 1, "params": only_reachable(entries)}


def plain(entry: Mapping[str, Any]) -> Json:
    """The distribution alone."""
    return {key: value for key, value in entry.items() if key not in _OWN}


def _trainer(study: Study) -> TrainerInfo | None:
    """None for a model file, and for a trainer that is not installed any more."""
    try:
        return None if study.code else trainer_info(study.trainer)
    except ParamsInvalid:
        return None


def _part(name: str, entries: Sequence[Json], info: TrainerInfo | None, *, is_used: bool) -> Part:
    knob = next((knob for knob in info.knobs if knob.name == name), None) if info else None
    if knob is not None:
        own: Json = {"name": name, "label": knob.label, "group": knob.group}
        if knob.when:
            own["when"] = {"parent": knob.when[0], "in": list(knob.when[1])}
        latest = plain(entries[-1]) if entries else {"type": "constant", "value": knob.default}
    else:
        own = {key: value for key, value in entries[0].items() if key in _OWN}
        latest = plain(entries[-1])
    searched = next((plain(e) for e in reversed(entries) if e["type"] != "constant"), None)
    if searched is None and knob is not None and knob.distribution:
        searched = dict(knob.distribution)
    return Part(own | latest, searched, knob, _options(entries, knob), is_used, bool(entries))


def _options(entries: Sequence[Json], knob: Knob | None) -> list[Any]:
    """In the order of the trainer, or of the first space."""
    if knob is not None:
        return [False, True] if knob.kind == "boolean" else list(knob.choices)
    found: dict[Any, Any] = {}
    for entry in entries:
        values = [False, True] if entry["type"] == "boolean" else entry.get("choices", [])
        for value in (*values, *([entry["value"]] if "value" in entry and values else [])):
            found.setdefault(value_key(value), value)
    return list(found.values())
