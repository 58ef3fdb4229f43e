"""What the new-study page opens with: defaults, a preset, an earlier study or a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from dashboard.catalog import fitting_datasets
from dashboard.models import Study
from dashboard.models.study_fields import NAME_LENGTH
from dashboard.new_study.families import knob_or_shared
from dashboard.new_study.first_trials import stored_points
from dashboard.studies.forms import as_copied, as_drafted
from optimizer.samplers import SAMPLERS
from trainers.base import Knob, TrainerInfo
from trainers.datasets.base import DatasetInfo
from trainers.datasets.registry import KNOWN
from trainers.presets import Preset, preset, presets
from trainers.registry import compatible_trainers, trainer_info, trainer_infos
from trainers.space import KnobSetting, space_json

# Of a number in an address.
MAX_DIGITS = 3


@dataclass(frozen=True)
class Start:
    """What the page opens with: a preset, an earlier study, or the trainer's defaults."""

    trainer: str
    fields: dict[str, Any]
    settings: Mapping[str, KnobSetting]
    notice: str = ""
    # The study that it starts from, whose best trials may come first, and what the first trials open with.
    earlier: Study | None = None
    first: Mapping[str, Any] = field(default_factory=dict)


def start_from_defaults(
    datasets: Sequence[DatasetInfo], dataset: str | None = None, trainer: str | None = None
) -> Start:
    """Raises ParamsInvalid where there is no such trainer; a dataset that does not fit it is left aside."""
    wanted = next((entry for entry in datasets if entry.name == dataset and entry.is_available), None)
    if trainer:
        info = trainer_info(trainer)
    else:
        info = next(iter(compatible_trainers(wanted) if wanted else []), trainer_infos()[0])
    chosen = _fitting_dataset(info, [wanted.name] if wanted else [], datasets)
    metric = next(m for m in info.metrics if m.is_objective)
    fields = {
        "name": f"{slugify(wanted.label) if wanted and chosen not in KNOWN else chosen}-{info.name}",
        "dataset": chosen,
        "objective": metric.name,
    }
    return Start(info.name, fields, {})


def _fitting_dataset(info: TrainerInfo, preferred: Sequence[str], datasets: Sequence[DatasetInfo]) -> str:
    """The first of the preferred ones that is there and fits, or else any; one to be brought as the last."""
    fitting = fitting_datasets(info, datasets)
    there = [entry.name for entry in fitting if entry.is_available]
    return next((name for name in preferred if name in there), (there or [fitting[0].name])[0])


def start_from_preset(name: str, datasets: Sequence[DatasetInfo]) -> Start:
    chosen = preset(name)
    dataset = _fitting_dataset(trainer_info(chosen.trainer), chosen.datasets, datasets)
    fields = {
        "name": f"{dataset}-{chosen.name}",
        "dataset": dataset,
        "objective": chosen.objective,
        "sampler": chosen.sampler,
        "max_trials": chosen.max_trials,
        "max_epochs": chosen.max_epochs,
        "n_parallel": settings.SLOTS,
    }
    return Start(chosen.trainer, fields, chosen.knobs, _preset_notice(chosen, dataset))


def _preset_notice(chosen: Preset, dataset: str) -> str:
    if dataset == chosen.datasets[0]:
        return f"{chosen.label}: {chosen.help}"
    wanted = chosen.datasets[0]
    return (
        f"{chosen.label}, using {dataset} because {wanted} is not on this machine. "
        f"Put {wanted}.npz into {settings.DATA_DIR}, or run manage.py download {wanted}."
    )


def start_from_study(study: Study, asked: Mapping[str, str] = MappingProxyType({})) -> Start:
    """The same again, to be changed: `sampler` and `first`, a number of best trials, name what else."""
    notice = f"Copied from {study.name}. Change what you need, then start."
    n_best = asked.get("first", "")
    first = {"best": n_best} if n_best.isdecimal() and len(n_best) < MAX_DIGITS else {}
    return Start(study.trainer, copied_fields(study, asked), _settings_in(study), notice, study, first)


def copied_fields(study: Study, asked: Mapping[str, str]) -> dict[str, Any]:
    """Those of a copy, with the sampler that is asked for; its name then says so."""
    fields, other = as_copied(study), SAMPLERS.get(asked.get("sampler", ""))
    if other is None:
        return fields
    name = f"{study.name[: NAME_LENGTH - len(other.label) - 3]} ({other.label.lower()})"
    return {**fields, "sampler": other.name, "name": name}


def start_from_draft(study: Study) -> Start:
    """The draft as it was saved."""
    first = {"own": stored_points(study)}
    return Start(study.trainer, as_drafted(study), _settings_in(study), first=first)


def with_other_trainer(draft: Study, datasets: Sequence[DatasetInfo], trainer: str) -> Start:
    """The draft with the defaults of another trainer. Raises ParamsInvalid where there is no such trainer."""
    start = start_from_defaults(datasets, draft.dataset, trainer)
    kept = {name: start.fields[name] for name in ("dataset", "objective")}
    return Start(start.trainer, {**as_drafted(draft), **kept}, start.settings)


def _settings_in(study: Study) -> dict[str, KnobSetting]:
    settings_of = {}
    for obj in study.space["params"]:
        plain = {k: v for k, v in obj.items() if k not in {"name", "label", "group", "when"}}
        is_fixed = plain["type"] == "constant"
        settings_of[obj["name"]] = (
            KnobSetting.fixed(plain["value"]) if is_fixed else KnobSetting.search(plain)
        )
    info = trainer_info(study.trainer)
    used = {param["name"] for param in space_json(info, settings_of)["params"]}
    # A space that was not made by the form may leave knobs out: they have their defaults, unsearched.
    left_out = {name: KnobSetting.fixed(info.knob(name).default) for name in used - settings_of.keys()}
    return settings_of | left_out


def all_presets() -> Sequence[Preset]:
    return presets()


def find_knob(trainer: str, name: str) -> Knob:
    """That of a row, which may be one for several layers. Raises ParamsInvalid."""
    return knob_or_shared(trainer_info(trainer), name)
