"""Which param switches another one on, found from the trials: some values come only with the other."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from dashboard.importing.readers.form import Column, FoundStudy

MAX_VALUES, MAX_PAIRS = 50, 4_000
Seen = defaultdict[tuple[str, str], list[dict[tuple[bool, Any], Any]]]


def find_branches(found: FoundStudy, lines: Path, n: int) -> None:
    """Fill `when` of the params that not every trial has, where one other param explains it."""
    params = [column for column in found.columns if column.part == "params"]
    children = [column for column in params if 0 < column.n < n and column.when is None]
    parents = [column for column in params if _can_switch(column)]
    if not children or not parents or len(children) * len(parents) > MAX_PAIRS:
        return
    seen: Seen = defaultdict(lambda: [{}, {}])
    loose: set[tuple[str, str]] = set()
    with lines.open(encoding="utf-8") as file:
        for line in file:
            values = json.loads(line)["c"]
            for child in children:
                is_there = child.key in values
                for parent in parents:
                    if parent is child:
                        continue
                    if parent.key in values:
                        value = values[parent.key]
                        seen[child.key, parent.key][is_there][isinstance(value, bool), value] = value
                    elif is_there:
                        loose.add((child.key, parent.key))
    for child in children:
        ways = [
            (len(with_it), parent.n, parent.key, list(with_it.values()))
            for parent in parents
            if (child.key, parent.key) not in loose
            for without, with_it in [seen[child.key, parent.key]]
            # Also without the child: or the parent would be there only where the child is.
            if with_it and without and not with_it.keys() & without.keys()
        ]
        if ways:
            _, _, parent_key, values_in = min(ways, key=lambda way: (way[0], way[1]))
            child.when = {"parent": parent_key, "in": values_in}


def _can_switch(column: Column) -> bool:
    declared = column.distribution or {}
    if declared.get("type") in {"categorical", "boolean"}:
        return len(declared.get("choices", ())) <= MAX_VALUES
    is_small = declared.get("type") == "int" and declared["high"] - declared["low"] < MAX_VALUES
    return bool(is_small)
