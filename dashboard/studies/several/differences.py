"""What differs between studies, in settings and search space, and which of them repeat each other."""

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.catalog import dataset_words, pruner_label, sampler_label, trainer_label
from dashboard.goals import goal_of
from dashboard.models import Study
from dashboard.models.study import code_digest
from dashboard.models.study_fields import FIELDS, Kind, StudyField
from dashboard.trials.params import space_rows

# Who sees a study says nothing about its search.
PLACE = {"name", "team_id", "is_open"}
# What may differ between repeats.
OF_REPEATS = {*PLACE, "seed"}
NOT_THERE = "not in the space"
LABELS: dict[str, Callable[[str], str]] = {
    "dataset": dataset_words,
    "trainer": trainer_label,
    "sampler": sampler_label,
    "pruner": pruner_label,
}


@dataclass(frozen=True)
class Setting:
    """Of each study what it says, and whether others agree on something else."""

    name: str
    cells: list[tuple[str, bool]]

    @property
    def differs(self) -> bool:
        return len({words for words, _ in self.cells}) > 1


def repeat_key(study: Study) -> Hashable:
    """The same for studies that differ in nothing but name, place and seed."""
    values = {field.name: getattr(study, field.name) for field in FIELDS if field.name not in OF_REPEATS}
    return json.dumps(values, sort_keys=True, default=str)


def settings_of(studies: Sequence[Study]) -> list[Setting]:
    """What was asked for, beside the search space."""
    declared = [field for field in FIELDS if field.name not in {*PLACE, "space", "direction"}]
    return [_setting(field.label, [_words(study, field) for study in studies]) for field in declared]


def params_of(studies: Sequence[Study]) -> list[Setting]:
    """Every param of any search space, with its range."""
    spaces = [
        {row.name: ", ".join(filter(None, (row.words, row.only_with))) for row in space_rows(space)}
        for space in (study.search_space for study in studies)
    ]
    names = dict.fromkeys(name for space in spaces for name in space)
    return [_setting(name, [space.get(name, NOT_THERE) for space in spaces]) for name in names]


def _setting(name: str, words: Sequence[str]) -> Setting:
    common = max(words.count(each) for each in words)
    return Setting(name, [(each, 1 < common > words.count(each)) for each in words])


def _words(study: Study, field: StudyField) -> str:
    value: Any = getattr(study, field.name)
    if field.name == "objective":
        return goal_of(study).words
    if field.name == "code":
        return f"file {code_digest(value)[:8]}" if value else "none"
    if field.name in LABELS:
        return LABELS[field.name](value)
    if field.is_unset(value):
        return field.placeholder or "none"
    if field.kind is Kind.OBJECTIVE_VALUE:
        return goal_of(study).show(value)
    return field.show(value)
