"""What an address asks to be different in the copy of a study: bounds, choices left out, sampler, pruner."""

import json
import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.catalog import pruner_label, sampler_label
from dashboard.new_study.page import Start
from dashboard.wording import bound, param
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from optimizer.values import value_key
from trainers.space import KnobSetting


def with_changes(start: Start, asked: Mapping[str, str]) -> Start:
    """Other bounds (`low.l2`, `high.l2`), choices left out (`without.optimizer`, as JSON), another `sampler`.

    And `pruner`. What names nothing of the study is left aside; the form checks the rest.
    """
    settings_of, fields, changed = dict(start.settings), dict(start.fields), []
    for key, text in asked.items():
        what, _, name = key.partition(".")
        setting = settings_of.get(name)
        found = CHANGES[what](setting.distribution, text) if setting and what in CHANGES else None
        if found is not None:
            settings_of[name], words = found
            changed.append(f"{name} {words}")
    for field, known, words_of in FIELDS:
        if asked.get(field) in known:
            fields[field] = asked[field]
            changed.append(words_of(asked[field]))
    if not changed:
        return start
    notice = f"{start.notice} Changed: {', '.join(changed)}."
    return replace(start, settings=settings_of, fields=fields, notice=notice)


Distribution = Mapping[str, Any] | None
Changed = tuple[KnobSetting, str] | None


def _with_low(searched: Distribution, text: str) -> Changed:
    return _with_end(searched, "low", text)


def _with_high(searched: Distribution, text: str) -> Changed:
    return _with_end(searched, "high", text)


def _with_end(searched: Distribution, end: str, text: str) -> Changed:
    value = _number(text)
    if not searched or end not in searched or value is None:
        return None
    is_whole = searched["type"] == "int" and value.is_integer()
    setting = KnobSetting.search({**searched, end: int(value) if is_whole else value})
    return setting, f"{'from' if end == 'low' else 'up to'} {bound(value)}"


def _without(searched: Distribution, text: str) -> Changed:
    """The only choice that is left is fixed."""
    if not searched:
        return None
    choices = [False, True] if searched["type"] == "boolean" else list(searched.get("choices", []))
    try:
        left_out = value_key(json.loads(text))
    except (ValueError, TypeError):
        return None
    kept = [place for place, choice in enumerate(choices) if value_key(choice) != left_out]
    if not kept or len(kept) == len(choices):
        return None
    words = f"without {param(left_out[1])}"
    if len(kept) == 1:
        return KnobSetting.fixed(choices[kept[0]]), words
    weights = searched.get("weights")
    fewer = {"weights": [weights[place] for place in kept]} if weights else {}
    return KnobSetting.search({**searched, "choices": [choices[place] for place in kept], **fewer}), words


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


FIELDS: Sequence[tuple[str, Container[str], Callable[[str], str]]] = (
    ("sampler", SAMPLERS, lambda name: f"sampler {sampler_label(name)}"),
    ("pruner", PRUNERS, lambda name: f"early stopping {pruner_label(name)}"),
)
CHANGES: Mapping[str, Callable[[Distribution, str], Changed]] = {
    "low": _with_low,
    "high": _with_high,
    "without": _without,
}
