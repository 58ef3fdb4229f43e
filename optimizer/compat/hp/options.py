"""How an option of a choice is written in params, in JSON and on pages.

A scalar is written as it is. Anything else gets a text that users recognise, the same in every process: the
entry that tells a dict from its siblings (``{"type": "svm", ...}`` is "svm"), else a short description.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, cast

from optimizer.compat.hp.expressions import Node
from optimizer.values import SCALAR_TYPES, Value, plain, show_value, value_key

MAX_TEXT: Final = 60  # characters


def stored_values(options: Sequence[Any]) -> tuple[Value, ...]:
    """One JSON scalar per option, all different: what repeats another one gets its place before it."""
    values = [cast(Value, plain(option)) if _is_scalar(option) else None for option in options]
    others = [i for i, option in enumerate(options) if not _is_scalar(option)]
    for i, text in zip(others, _texts([options[i] for i in others]), strict=True):
        values[i] = text
    keys = [value_key(value) for value in values]
    counts, known = Counter(keys), set()
    for i, key in enumerate(keys):
        # A scalar keeps its value where it comes first; a text that describes something says more so.
        if counts[key] > 1 and (i in others or key in known):
            value = values[i]
            values[i] = f"{i}: {value if isinstance(value, str) else show_value(value)}"
        known.add(key)
    return tuple(values)


def has_nodes(obj: object) -> bool:
    """Whether ``obj`` is a node, or a nest of dicts, lists and tuples that holds one."""
    if isinstance(obj, dict):
        return any(map(has_nodes, obj.values()))
    return any(map(has_nodes, obj)) if isinstance(obj, list | tuple) else isinstance(obj, Node)


def _is_scalar(option: object) -> bool:
    value = plain(option)
    return isinstance(value, SCALAR_TYPES) and not (isinstance(value, float) and not math.isfinite(value))


def _texts(options: list[Any]) -> list[str]:
    """A text for each option that is not a scalar; they may be equal."""
    entries = [_fields(option) for option in options]
    tagged = [fields for fields in entries if fields]
    tags = [key for key in (tagged[0] if tagged else ()) if _tells_apart(key, tagged)]
    return [
        fields[tags[0]] if tags and fields else _describe(option)
        for fields, option in zip(entries, options, strict=True)
    ]


def _fields(option: object) -> dict[object, Any]:
    """The entries that can name an option: of a dict, or of a sequence that opens a branch.

    A sequence of constants, such as the sizes of three layers, is better described as a whole.
    """
    if isinstance(option, dict):
        return dict(option)
    return dict(enumerate(option)) if isinstance(option, list | tuple) and has_nodes(option) else {}


def _tells_apart(key: object, options: list[dict[object, Any]]) -> bool:
    """Whether every option has a different text under ``key``."""
    texts = [fields.get(key) for fields in options]
    return len(set(map(str, texts))) == len(texts) and all(
        isinstance(text, str) and 0 < len(text) <= MAX_TEXT for text in texts
    )


def _describe(option: object) -> str:
    """A short text without anything that changes between processes, such as an address in memory."""
    text = _written_out(option)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."


def _written_out(option: object) -> str:
    if isinstance(option, Node):
        return str(option)
    if isinstance(option, dict):
        return f"{{{', '.join(f'{key}: {_written_out(value)}' for key, value in option.items())}}}"
    if isinstance(option, list | tuple):
        return f"[{', '.join(map(_written_out, option))}]"
    if isinstance(option, str):
        return option
    if isinstance(plain(option), int | float | None):
        return show_value(plain(option))
    return str(getattr(option, "__name__", type(option).__name__))
