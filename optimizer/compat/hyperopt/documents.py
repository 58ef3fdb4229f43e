"""A trial as Hyperopt's dict, its states, and the status strings of a result.

A document holds ``tid`` (its number), ``state`` (one of ``JOB_STATES``), ``result`` (what the objective
returned) and ``misc``, where ``vals[label]`` is ``[value]``, or ``[]`` for an inactive parameter, and
``idxs[label]`` is ``[tid]`` or ``[]``. The value of a choice is the index of its option. Everything in
``misc`` is plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from optimizer.compat.hyperopt.exceptions import InvalidTrial
from optimizer.values import plain

Document: TypeAlias = dict[str, Any]
Tid: TypeAlias = int | float | str  # ours are whole numbers, those from elsewhere may be anything

STATUS_NEW: Final = "new"
STATUS_RUNNING: Final = "running"
STATUS_SUSPENDED: Final = "suspended"
STATUS_OK: Final = "ok"
STATUS_FAIL: Final = "fail"
STATUS_STRINGS: Final = (STATUS_NEW, STATUS_RUNNING, STATUS_SUSPENDED, STATUS_OK, STATUS_FAIL)

JOB_STATE_NEW: Final = 0
JOB_STATE_RUNNING: Final = 1
JOB_STATE_DONE: Final = 2
JOB_STATE_ERROR: Final = 3
JOB_STATE_CANCEL: Final = 4
JOB_STATES: Final = (JOB_STATE_NEW, JOB_STATE_RUNNING, JOB_STATE_DONE, JOB_STATE_ERROR, JOB_STATE_CANCEL)

TRIAL_KEYS: Final = (
    "tid", "spec", "result", "misc", "state", "owner", "book_time", "refresh_time", "exp_key",
)  # fmt: skip
TRIAL_MISC_KEYS: Final = ("tid", "cmd", "idxs", "vals")


def new_document(
    tid: Tid, raw: Mapping[str, Any], labels: Iterable[str] = (), exp_key: str | None = None
) -> Document:
    """A trial that waits to be evaluated at ``raw``; ``labels`` are those of the whole space."""
    names = dict.fromkeys([*labels, *raw])
    misc = {
        "tid": tid,
        "cmd": None,
        "workdir": None,
        "idxs": {label: [tid] if label in raw else [] for label in names},
        "vals": {label: [plain(raw[label])] if label in raw else [] for label in names},
    }
    return document_of(tid, None, {"status": STATUS_NEW}, misc, exp_key)


def document_of(tid: Tid, spec: Any, result: Any, misc: Any, exp_key: str | None) -> Document:
    """A trial that waits to be evaluated, from its parts."""
    return {
        "state": JOB_STATE_NEW,
        "tid": tid,
        "spec": spec,
        "result": result,
        "misc": misc,
        "exp_key": exp_key,
        "owner": None,
        "version": 0,
        "book_time": None,
        "refresh_time": None,
    }


def raw_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the active parameters by label."""
    return {label: values[0] for label, values in document["misc"]["vals"].items() if values}


def checked(document: object) -> Document:
    """A copy of a document from elsewhere, with plain numbers. Raises ``InvalidTrial``."""
    if not isinstance(document, Mapping):
        raise InvalidTrial(f"a trial must be a dict, got {document!r}")
    _check_keys(document, TRIAL_KEYS, "a trial")
    misc = document["misc"]
    _check_keys(misc, TRIAL_MISC_KEYS, "the misc of a trial")
    if document["tid"] != misc["tid"]:
        raise InvalidTrial(f"a trial must have the tid of its misc ({misc['tid']}), got {document['tid']}")
    if document["state"] not in JOB_STATES:
        raise InvalidTrial(f"the state of a trial must be one of {JOB_STATES}, got {document['state']!r}")
    if not isinstance(plain(document["tid"]), int | float | str):
        raise InvalidTrial(f"the tid of a trial must be a number or a text, got {document['tid']!r}")
    lists = {
        key: {k: [plain(v) for v in values] for k, values in misc[key].items()} for key in ("idxs", "vals")
    }
    tid = plain(document["tid"])
    return {**document, "tid": tid, "misc": {**misc, **lists, "tid": tid}}


def _check_keys(mapping: Mapping[str, Any], keys: Iterable[str], of: str) -> None:
    missing = [key for key in keys if key not in mapping]
    if missing:
        raise InvalidTrial(f"{of} must have {', '.join(keys)}; got none for {', '.join(missing)}")
