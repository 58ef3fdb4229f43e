"""Settings of knobs that the page does not show: one hidden field carries them and brings them back."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.new_study.knob_form import FIXED, SEARCH
from optimizer import SpaceError
from optimizer.distributions import distribution_from_json
from trainers.base import Knob, TrainerInfo
from trainers.space import KnobSetting, default_setting

KEPT = "kept"


def write_kept(knobs: Iterable[Knob], settings: Mapping[str, KnobSetting]) -> str:
    """As JSON; what is as its trainer says is left out."""
    changed: dict[str, Any] = {
        knob.name: {FIXED: one.value} if one.mode == FIXED else {SEARCH: one.distribution}
        for knob in knobs
        if (one := settings.get(knob.name)) and one != default_setting(knob)
    }
    return json.dumps(changed, separators=(",", ":"))


def read_kept(trainer: TrainerInfo, text: str) -> dict[str, KnobSetting]:
    """What `write_kept` wrote. A browser sends it, so what its knob does not allow is left aside."""
    try:
        given = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(given, dict):
        return {}
    known = {knob.name: knob for knob in trainer.knobs}
    found = {name: _setting(known[name], obj) for name, obj in given.items() if name in known}
    return {name: setting for name, setting in found.items() if setting}


def _setting(knob: Knob, obj: Any) -> KnobSetting | None:
    if not isinstance(obj, dict):
        return None
    if FIXED in obj:
        value = obj[FIXED]
        return None if knob.check_value(value) else KnobSetting.fixed(knob.normalize(value))
    try:
        searched = distribution_from_json(obj.get(SEARCH)).to_json()
    except SpaceError:
        return None
    return None if knob.check_distribution(searched) else KnobSetting.search(searched)
