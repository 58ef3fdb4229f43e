"""The new-study page: which form values it opens with, and how its knobs are grouped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.text import slugify

from dashboard.access.rules import Place
from dashboard.catalog import fitting_datasets
from dashboard.engine.queues import known_queues
from dashboard.models import Study
from dashboard.new_study.forms import PrunerOption, StudyForm, pruner_options
from dashboard.new_study.grid import GridNote, grid_note
from dashboard.new_study.knob_form import LABELS, SEARCH, KnobForm
from dashboard.studies.forms import as_copied, as_drafted
from dashboard.wording import count_noun, one_of
from dashboard.wording import param as show_param
from optimizer import SearchSpace, SpaceError
from optimizer.samplers import SAMPLERS, SamplerInfo
from optimizer.samplers.grid import GridSampler
from trainers.base import Knob, TrainerInfo
from trainers.datasets.base import DatasetInfo
from trainers.datasets.registry import KNOWN
from trainers.presets import Preset, preset, presets
from trainers.registry import compatible_trainers, trainer_info, trainer_infos
from trainers.space import KnobSetting, space_json

# Where the radio buttons of a field are.
CARD_OF = {"dataset": "card-data", "sampler": "card-goal", "pruner": "card-goal"}


@dataclass(frozen=True)
class Block:
    """Knobs under one condition; without words they are always there. Closed where no trial can use them."""

    key: str
    when: str
    forms: list[KnobForm]
    is_open: bool


@dataclass(frozen=True)
class Group:
    key: str
    name: str
    blocks: list[Block]
    n_searched: int
    n_fixed: int
    is_open: bool

    @property
    def counts(self) -> str:
        """How many of its knobs that a trial could use are searched and fixed."""
        found = [f"{self.n_searched} searched"] * bool(self.n_searched)
        return ", ".join(found + [f"{self.n_fixed} fixed"] * bool(self.n_fixed)) or "not used"


@dataclass(frozen=True)
class WrongField:
    label: str
    anchor: str


class StudyForms:
    """The study's own form and one form per knob, filled and checked together."""

    def __init__(
        self,
        trainer: TrainerInfo,
        start: "Start",
        data: QueryDict | None = None,
        *,
        datasets: Sequence[DatasetInfo],
        places: Sequence[Place] = (),
    ) -> None:
        self.trainer = trainer
        self.start = start
        self.datasets = fitting_datasets(trainer, datasets)
        self.queues = known_queues()
        self.study = StudyForm(
            data,
            trainer=trainer,
            datasets=self.datasets,
            queues=self.queues,
            places=places,
            initial=start.fields,
        )
        self.knobs = [KnobForm(knob, start.settings.get(knob.name), data=data) for knob in trainer.knobs]
        self.space: SearchSpace | None = None

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in (self.study, *self.knobs)]
        return all(valid) and self._build_space()

    def _build_space(self) -> bool:
        settings_of = {form.knob.name: form.setting for form in self.knobs}
        try:
            self.space = SearchSpace.from_json(space_json(self.trainer, settings_of))
        except SpaceError as error:
            self.study.add_error(None, f"The search space is not valid: {error}.")
            return False
        if not self.space.searched:
            self.study.add_error(None, "Every parameter is fixed. Set at least one to Search.")
            return False
        return True

    @property
    def n_errors(self) -> int:
        return sum(len(form.errors) for form in (self.study, *self.knobs))

    @property
    def wrong_fields(self) -> list[WrongField]:
        """Links to what has to be corrected, in page order."""
        fields = [self.study[name] for name in self.study.fields if name in self.study.errors]
        wrong = [WrongField(str(field.label), field.id_for_label or CARD_OF[field.name]) for field in fields]
        for form in self.knobs:
            for name in form.errors:
                label = f"{form.knob.name}, {LABELS.get(name, name).lower()}"
                wrong.append(WrongField(label, form[name].id_for_label or f"row-{form.knob.name}"))
        return wrong

    @cached_property
    def groups(self) -> list[Group]:
        by_group = groupby(self.knobs, key=lambda form: form.knob.group)
        return [
            self._group(f"knobs-{number}", name, list(forms)) for number, (name, forms) in enumerate(by_group)
        ]

    @property
    def needed(self) -> list[str]:
        """Keys of the groups and blocks that a trial could use as the form stands."""
        blocks = [
            block.key for group in self.groups for block in group.blocks if block.when and block.is_open
        ]
        return [*(group.key for group in self.groups if group.is_open), *blocks]

    def _group(self, key: str, name: str, forms: list[KnobForm]) -> Group:
        used = [form for form in forms if form.knob.name in self.reachable]
        searched = sum(mode_of(form) == SEARCH for form in used)
        parts = [(when, list(part)) for when, part in groupby(forms, key=lambda form: form.knob.when)]
        blocks = [
            Block(f"{key}-{n}", _condition_words(when), part, len(parts) == 1 or self._is_needed(part))
            for n, (when, part) in enumerate(parts)
        ]
        is_open = bool(searched or forms[0].knob.when is None or any(form.errors for form in forms))
        return Group(key, name, blocks, searched, len(used) - searched, is_open)

    def _is_needed(self, forms: list[KnobForm]) -> bool:
        """Whether a trial could use one of the knobs, or a person has to correct one."""
        return any(form.errors or form.knob.name in self.reachable for form in forms)

    @cached_property
    def planned_space(self) -> SearchSpace | None:
        """The space as the form stands; None while a knob is not right."""
        if self.study.is_bound:
            checks = [form.is_valid() for form in self.knobs]  # all: those that are right count
            if not all(checks):
                return None
        bound = {form.knob.name: form.setting for form in self.knobs if hasattr(form, "setting")}
        try:
            return SearchSpace.from_json(space_json(self.trainer, bound or self.start.settings))
        except SpaceError:
            return None

    @cached_property
    def grid_note(self) -> GridNote | None:
        """How large the grid would be, where grid search is chosen."""
        if self.study["sampler"].value() != GridSampler.name:
            return None
        return grid_note(self.planned_space, self.study["max_trials"].value())

    @property
    def pruner_options(self) -> Sequence[PrunerOption]:
        return pruner_options()

    @property
    def pruner_label(self) -> str:
        """The label of the chosen one."""
        chosen = self.study["pruner"].value() or ""
        options = pruner_options()
        return next((entry.label for entry in options if entry.name == chosen), options[0].label)

    @property
    def trainers(self) -> list[TrainerInfo]:
        return trainer_infos()

    @property
    def samplers(self) -> list[SamplerInfo]:
        return list(SAMPLERS.values())

    @cached_property
    def reachable(self) -> set[str]:
        """Knobs that some trial could use as the form stands, for example none of layer 3 with two layers."""
        settings_of = {form.knob.name: form.setting for form in self.knobs if hasattr(form, "setting")}
        settings_of |= {} if self.study.is_bound else dict(self.start.settings)
        return {param["name"] for param in space_json(self.trainer, settings_of)["params"]}

    @property
    def n_searched(self) -> int:
        return sum(mode_of(form) == SEARCH for form in self.knobs if form.knob.name in self.reachable)

    @property
    def space_counts(self) -> str:
        return f"{self.n_searched} of {len(self.reachable)} searched"

    @property
    def start_words(self) -> str:
        searched = count_noun(self.n_searched, "parameter")
        return f"{searched} searched, the rest fixed. The search never uses the test set."


@dataclass(frozen=True)
class Start:
    """What the page opens with: a preset, an earlier study, or the trainer's defaults."""

    trainer: str
    fields: dict[str, Any]
    settings: Mapping[str, KnobSetting]
    notice: str = ""


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


def start_from_study(study: Study) -> Start:
    """The same again, to be changed."""
    notice = f"Copied from {study.name}. Change what you need, then start."
    return Start(study.trainer, as_copied(study), _settings_in(study), notice)


def start_from_draft(study: Study) -> Start:
    """The draft as it was saved."""
    return Start(study.trainer, as_drafted(study), _settings_in(study))


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


def mode_of(form: KnobForm) -> str:
    return str(form["mode"].value())


def _condition_words(when: tuple[str, tuple[Any, ...]] | None) -> str:
    if when is None:
        return ""
    parent, values = when
    if len(values) > 1 and all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return f"{parent} ≥ {min(values)}"
    return f"{parent} = {one_of(map(show_param, values))}"


def find_knob(trainer: str, name: str) -> Knob:
    return trainer_info(trainer).knob(name)
