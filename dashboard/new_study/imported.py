"""Going on with a study that was imported: a new one with its space and, if wanted, its best trials."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.models import Study
from dashboard.new_study.page import MAX_DIGITS, Start, start_from_defaults
from dashboard.wording import count_noun, some_of
from trainers.base import TrainerInfo
from trainers.datasets.base import DatasetInfo
from trainers.registry import trainer_infos
from trainers.space import KnobSetting

N_NAMED = 4


def start_from_imported(study: Study, datasets: Sequence[DatasetInfo], asked: Mapping[str, str]) -> Start:
    """With the trainer that has most of its params: those are searched as there, the others left out."""
    offered = [info for info in trainer_infos() if any(info.is_compatible_with(each) for each in datasets)]
    settings = {info.name: _settings(info, study) for info in offered}
    info = max(offered, key=lambda each: (_measures(each, study), len(settings[each.name])))
    found = settings[info.name]
    start = start_from_defaults(datasets, trainer=asked.get("trainer") or info.name)
    if start.trainer != info.name:
        info = next(each for each in offered if each.name == start.trainer)
        found = settings[info.name]
    fields = {**start.fields, "name": f"{study.name[:80]}, continued", "max_epochs": study.max_epochs}
    if _measures(info, study):
        fields["objective"] = study.objective
    n_best = asked.get("first", "")
    first = {"best": n_best} if n_best.isdecimal() and len(n_best) < MAX_DIGITS else {}
    return Start(info.name, fields, found, _notice(study, info, found), study, first)


def _measures(info: TrainerInfo, study: Study) -> bool:
    return any(
        metric.is_objective and metric.name == study.objective and metric.direction == study.direction
        for metric in info.metrics
    )


def _settings(info: TrainerInfo, study: Study) -> dict[str, KnobSetting]:
    """Of the params that are knobs and stay within their limits."""
    knobs = {knob.name: knob for knob in info.knobs}
    found: dict[str, KnobSetting] = {}
    for entry in study.space["params"]:
        knob = knobs.get(entry["name"])
        plain: dict[str, Any] = {key: value for key, value in entry.items() if key not in {"name", "when"}}
        if knob is None or knob.check_distribution(plain):
            continue
        is_fixed = plain["type"] == "constant"
        found[knob.name] = (
            KnobSetting.fixed(knob.normalize(plain["value"])) if is_fixed else KnobSetting.search(plain)
        )
    return found


def _notice(study: Study, info: TrainerInfo, found: Mapping[str, KnobSetting]) -> str:
    left = [param["name"] for param in study.space["params"] if param["name"] not in found]
    without = ""
    if left:
        names = some_of(left, N_NAMED)
        without = f" {info.label} has no such {'parameter' if len(left) == 1 else 'parameters'} as {names}."
    return (
        f"Continues {study.name} with {count_noun(len(found), 'parameter')} of its space.{without} "
        "Choose the dataset that it was about."
    )
