"""Reads a whole study from the file that `study_json` writes, and says where it is not as it should be."""

import datetime as dt
import json
import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import IO, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from dashboard.export.study_format import FORMAT, SETTINGS, VERSION, StudyFile, StudyRecord
from dashboard.refusal import Refused
from optimizer.values import show_value

R = TypeVar("R")
WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    dt.datetime: "a time such as 2026-01-31T12:00:00.000000Z",
}


class StudyFileInvalid(Refused):
    """What is wrong with the file, and where in it."""


def read_study(file: IO[bytes] | IO[str]) -> StudyFile:
    """The whole file; StudyFileInvalid where it is not one of ours, is cut off, or has a wrong value."""
    try:
        found = json.load(file, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise StudyFileInvalid(f"This is not a complete JSON file: {error}.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise StudyFileInvalid(f"This is not an exported study: it has no format {FORMAT!r}.")
    if found.get("version") != VERSION or isinstance(found["version"], bool):
        raise StudyFileInvalid(
            f"The file has version {found.get('version')!r}, but only {VERSION} can be read. "
            "Use the version of Parzen that wrote it, or a newer one."
        )
    study = _record(StudyFile, {key: found[key] for key in found.keys() - {"format", "version"}}, "")
    read_settings(study.study)
    return study


def read_record(kind: type[R], found: Any, path: str) -> R:
    """One record of a file that is read a part at a time; `path` names its place in messages."""
    return _record(kind, found, path)


def read_settings(study: StudyRecord) -> None:
    """StudyFileInvalid where one is not known."""
    for name in study.settings:
        if name not in SETTINGS:
            raise StudyFileInvalid(f"study.settings.{name}: is not a setting of a study. Leave it out.")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")


@cache
def _types_of(kind: Hashable) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _record(kind: type[R], found: Any, path: str) -> R:
    if not isinstance(found, dict):
        raise _wrong(path, "an object", found)
    hints = _types_of(cast(Hashable, kind))
    # What a later version has added, and a file of an earlier one cannot have.
    later = {
        each.name
        for each in fields(kind)  # type: ignore[arg-type]
        if each.default is not MISSING or each.default_factory is not MISSING
    }
    for name in hints.keys() - found.keys() - later:
        raise StudyFileInvalid(f"{_below(path, name)}: is missing.")
    for name in found.keys() - hints.keys():
        raise StudyFileInvalid(f"{_below(path, name)}: is not known. Leave it out.")
    return kind(
        **{
            name: _value(hint, found[name], _below(path, name))
            for name, hint in hints.items()
            if name in found
        }
    )


def _value(hint: Any, found: Any, path: str) -> Any:
    """As its type in the record says."""
    if get_origin(hint) in {types.UnionType, Union}:
        inner, _ = get_args(hint)
        return None if found is None else _value(inner, found, path)
    origin = get_origin(hint) or hint
    if origin is list:
        if not isinstance(found, list):
            raise _wrong(path, "a list", found)
        (inner,) = get_args(hint)
        return [_value(inner, each, f"{path}[{place}]") for place, each in enumerate(found)]
    if is_dataclass(origin) and isinstance(origin, type):
        return _record(origin, found, path)
    return _time(found, path) if origin is dt.datetime else _plain(origin, found, path)


def _plain(kind: type, found: Any, path: str) -> Any:
    if kind is float and type(found) is int:
        return float(found)
    if type(found) is not kind:
        raise _wrong(path, WORDS[kind], found)
    return found


def _time(found: Any, path: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(found)
    except (TypeError, ValueError):
        raise _wrong(path, WORDS[dt.datetime], found) from None
    if moment.tzinfo is None:
        raise _wrong(path, "a time with its zone", found)
    return moment


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _wrong(path: str, rule: str, found: Any) -> StudyFileInvalid:
    return StudyFileInvalid(f"{path}: must be {rule}, got {show_value(found)}.")
