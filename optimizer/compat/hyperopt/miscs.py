"""Between the ``misc`` of each trial and lists over all trials, as algorithms for Hyperopt handle them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, TypeAlias

from optimizer.compat.hyperopt.documents import Tid

Misc: TypeAlias = MutableMapping[str, Any]
Idxs: TypeAlias = Mapping[str, Sequence[Tid]]
Vals: TypeAlias = Mapping[str, Sequence[Any]]


def miscs_to_idxs_vals(
    miscs: Iterable[Mapping[str, Any]], keys: Iterable[str] | None = None
) -> tuple[dict[str, list[Tid]], dict[str, list[Any]]]:
    """The tids in which each label was active, and its values there; with ``keys`` also of these labels.

    Examples
    --------
    >>> misc = {"tid": 4, "idxs": {"x": [4], "y": []}, "vals": {"x": [0.5], "y": []}}
    >>> miscs_to_idxs_vals([misc])
    ({'x': [4], 'y': []}, {'x': [0.5], 'y': []})

    """
    idxs: dict[str, list[Tid]] = {label: [] for label in keys or ()}
    vals: dict[str, list[Any]] = {label: [] for label in keys or ()}
    for misc in miscs:
        for label, tids in misc["idxs"].items():
            idxs.setdefault(label, []).extend(tids)
            vals.setdefault(label, []).extend(misc["vals"][label])
    return idxs, vals


def miscs_update_idxs_vals(
    miscs: Sequence[Misc],
    idxs: Idxs,
    vals: Vals,
    assert_all_vals_used: bool = True,
    idxs_map: Mapping[Tid, Tid] | None = None,
) -> Sequence[Misc]:
    """Write each value into the misc of its tid, the inverse of ``miscs_to_idxs_vals``; returns ``miscs``.

    ``idxs_map`` renames tids. Raises ``ValueError`` for labels that differ between ``idxs`` and ``vals``, and
    for a tid of no misc, unless not ``assert_all_vals_used``.

    Examples
    --------
    >>> misc = {"tid": 4}
    >>> _ = miscs_update_idxs_vals([misc], {"x": [4], "y": []}, {"x": [0.5], "y": []})
    >>> misc
    {'tid': 4, 'idxs': {'x': [4], 'y': []}, 'vals': {'x': [0.5], 'y': []}}

    """
    if set(idxs) != set(vals):
        raise ValueError(f"idxs and vals must have the same labels, got {sorted(idxs)} and {sorted(vals)}")
    by_tid = {misc["tid"]: misc for misc in miscs}
    for misc in miscs:
        misc["idxs"] = {label: [] for label in idxs}
        misc["vals"] = {label: [] for label in idxs}
    for label, tids in idxs.items():
        for tid, value in zip(tids, vals[label], strict=True):
            of = (idxs_map or {}).get(tid, tid)
            if of in by_tid:
                by_tid[of]["idxs"][label], by_tid[of]["vals"][label] = [of], [value]
            elif assert_all_vals_used:
                raise ValueError(f"a tid must be that of a misc, got {of!r}; pass all miscs")
    return miscs


def spec_from_misc(misc: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the active labels.

    Examples
    --------
    >>> spec_from_misc({"idxs": {"x": [4], "y": []}, "vals": {"x": [0.5], "y": []}})
    {'x': 0.5}

    """
    return {label: values[0] for label, values in misc["vals"].items() if values}
