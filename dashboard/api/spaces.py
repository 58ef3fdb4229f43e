"""Search spaces as scripts write them."""

from collections.abc import Mapping
from typing import Any

from optimizer import SpaceError


def space_from(given: Mapping[str, Any]) -> dict[str, Any]:
    """As Parzen keeps it; `{"lr": {"type": "float", ...}}` is the short way to write a flat one."""
    if isinstance(given.get("params"), list):
        return dict(given)
    params = []
    for name, entry in given.items():
        if not isinstance(entry, Mapping):
            params.append({"name": name, "type": "constant", "value": entry})
            continue
        if "type" not in entry:
            raise SpaceError(name, 'needs a type, such as {"type": "float", "low": 0, "high": 1}')
        params.append({"name": name, **entry})
    return {"version": 1, "params": params}
