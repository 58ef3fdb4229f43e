"""The new-study form as a whole: the study's own fields, the rows of its knobs, and how they are grouped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.http import QueryDict

from dashboard.access.rules import Place
from dashboard.catalog import fitting_datasets
from dashboard.engine.queues import known_queues
from dashboard.new_study.families import heading_of
from dashboard.new_study.first_trials import FirstTrialsForm
from dashboard.new_study.forms import PrunerOption, StudyForm, pruner_options
from dashboard.new_study.grid import GridNote, grid_note
from dashboard.new_study.kept import write_kept
from dashboard.new_study.knob_form import LABELS, SEARCH, KnobForm
from dashboard.new_study.page import Start
from dashboard.new_study.rows import ALL, ALL_BUTTON, SHOWN, knob_rows, settings_of_rows
from dashboard.wording import count_noun, one_of
from dashboard.wording import param as show_param
from optimizer import SearchSpace, SpaceError
from optimizer.samplers import SAMPLERS, SamplerInfo
from optimizer.samplers.grid import GridSampler
from trainers.base import TrainerInfo
from trainers.datasets.base import DatasetInfo
from trainers.registry import trainer_infos
from trainers.space import space_json

# Where the radio buttons of a field are.
CARD_OF = {"sampler": "card-how", "pruner": "card-how"}


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
    """The study's own form and the rows of its knobs, filled and checked together.

    The rows above the fold are those that are searched when the page is opened. The others are fetched when
    the fold is opened; until then `kept` says what they are.
    """

    def __init__(
        self,
        trainer: TrainerInfo,
        start: Start,
        data: QueryDict | None = None,
        *,
        datasets: Sequence[DatasetInfo],
        places: Sequence[Place] = (),
        is_folded: bool = True,
    ) -> None:
        self.trainer = trainer
        self.start = start
        self.data = data
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
        self.first = FirstTrialsForm(data, trainer, earlier=start.earlier, initial=start.first)
        self.knobs = knob_rows(trainer, start.settings, data, is_folded=is_folded)
        self.space: SearchSpace | None = None

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self._forms]
        return all(valid) and self._build_space() and self._fit_first_trials()

    @property
    def _forms(self) -> list[StudyForm | KnobForm | FirstTrialsForm]:
        """In page order."""
        return [self.study, *self.knobs, self.first]

    def _fit_first_trials(self) -> bool:
        return self.space is not None and self.first.fit(self.space, self.study.cleaned_data["max_trials"])

    def _build_space(self) -> bool:
        try:
            self.space = SearchSpace.from_json(space_json(self.trainer, settings_of_rows(self.knobs)))
        except SpaceError as error:
            self.study.add_error(None, f"The search space is not valid: {error}.")
            return False
        if not self.space.searched:
            self.study.add_error(None, "Every parameter is fixed. Set at least one to Search.")
            return False
        return True

    @property
    def n_errors(self) -> int:
        return sum(len(form.errors) for form in self._forms)

    @property
    def wrong_fields(self) -> list[WrongField]:
        """Links to what has to be corrected, in page order."""
        fields = [self.study[name] for name in self.study.fields if name in self.study.errors]
        wrong = [
            WrongField(str(field.label), CARD_OF.get(field.name) or field.id_for_label) for field in fields
        ]
        for form in self.knobs:
            for name in form.errors:
                label = f"{form.title}, {LABELS.get(name, name).lower()}"
                wrong.append(WrongField(label, form[name].id_for_label or f"row-{form.knob.name}"))
        first = [self.first[name] for name in self.first.errors]
        return wrong + [WrongField(str(field.label), field.id_for_label) for field in first]

    def focus_on_error(self) -> None:
        """Let the first field that has to be corrected have the focus when the page is there."""
        for form in self._forms:
            for name in form.fields:
                if name in form.errors:
                    form.fields[name].widget.attrs["autofocus"] = True
                    return

    @cached_property
    def shown(self) -> list[KnobForm]:
        """The rows above the fold."""
        if self.data is not None and SHOWN in self.data:
            names = set(self.data.get(SHOWN, "").split())
            return [form for form in self.knobs if form.knob.name in names]
        return [form for form in self.knobs if mode_of(form) == SEARCH and self._is_used(form)]

    @property
    def shown_names(self) -> str:
        return " ".join(form.knob.name for form in self.shown)

    @cached_property
    def folded(self) -> list[KnobForm]:
        return [form for form in self.knobs if form not in self.shown]

    @cached_property
    def has_all(self) -> bool:
        """Whether the rows below the fold are on the page."""
        asked = self.data is not None and (ALL in self.data or ALL_BUTTON in self.data)
        return asked or any(form.is_bound for form in self.folded)

    @property
    def kept(self) -> str:
        """The settings of rows that the page does not show, for its hidden field."""
        names = set() if self.has_all else {name for form in self.folded for name in form.members}
        hidden = [knob for knob in self.trainer.knobs if knob.name in names]
        return write_kept(hidden, settings_of_rows(self.folded))

    @cached_property
    def groups(self) -> list[Group]:
        """What is below the fold, by heading."""
        by_heading: dict[str, list[KnobForm]] = {}
        for form in self.folded:
            by_heading.setdefault(heading_of(form.knob), []).append(form)
        return [
            self._group(f"knobs-{number}", name, forms)
            for number, (name, forms) in enumerate(by_heading.items())
        ]

    @property
    def needed(self) -> list[str]:
        """Keys of the groups and blocks that a trial could use as the form stands."""
        blocks = [
            block.key for group in self.groups for block in group.blocks if block.when and block.is_open
        ]
        return [*(group.key for group in self.groups if group.is_open), *blocks]

    def _group(self, key: str, name: str, forms: list[KnobForm]) -> Group:
        used = self._used_names(forms)
        n_searched = len(self._used_names(form for form in forms if mode_of(form) == SEARCH))
        parts = [(when, list(part)) for when, part in groupby(forms, key=lambda form: form.knob.when)]
        blocks = [
            Block(f"{key}-{n}", condition_words(when), part, len(parts) == 1 or self._is_needed(part))
            for n, (when, part) in enumerate(parts)
        ]
        is_open = bool(n_searched or forms[0].knob.when is None or any(form.errors for form in forms))
        return Group(key, name, blocks, n_searched, len(used) - n_searched, is_open)

    def _is_needed(self, forms: list[KnobForm]) -> bool:
        """Whether a trial could use one of the knobs, or a person has to correct one."""
        return any(form.errors or self._is_used(form) for form in forms)

    def _is_used(self, form: KnobForm) -> bool:
        return not self.reachable.isdisjoint(form.members)

    def _used_names(self, forms: Iterable[KnobForm]) -> set[str]:
        return {name for form in forms for name in form.members} & self.reachable

    @cached_property
    def planned_space(self) -> SearchSpace | None:
        """The space as the form stands; None while a knob is not right."""
        if self.study.is_bound:
            checks = [form.is_valid() for form in self.knobs]  # all: those that are right count
            if not all(checks):
                return None
        try:
            return SearchSpace.from_json(space_json(self.trainer, settings_of_rows(self.knobs)))
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
    def sampler_label(self) -> str:
        chosen = SAMPLERS.get(self.study["sampler"].value())
        return chosen.label if chosen else "not chosen"

    @property
    def chosen_dataset(self) -> DatasetInfo | None:
        return self.study.datasets.get(self.study["dataset"].value())

    @property
    def missing_datasets(self) -> list[DatasetInfo]:
        """Those that fit and have to be brought first."""
        return [entry for entry in self.datasets if not entry.is_available]

    @property
    def trainers(self) -> list[TrainerInfo]:
        return trainer_infos()

    @property
    def samplers(self) -> list[SamplerInfo]:
        return list(SAMPLERS.values())

    @cached_property
    def reachable(self) -> set[str]:
        """Knobs that some trial could use as the form stands, for example none of layer 3 with two layers."""
        return {param["name"] for param in space_json(self.trainer, settings_of_rows(self.knobs))["params"]}

    @property
    def n_searched(self) -> int:
        return len(self._used_names(form for form in self.knobs if mode_of(form) == SEARCH))

    @property
    def space_counts(self) -> str:
        return f"{self.n_searched} of {len(self.reachable)} searched"

    @property
    def start_words(self) -> str:
        searched = count_noun(self.n_searched, "parameter")
        return f"{searched} searched, the rest fixed. The search never uses the test set."


def mode_of(form: KnobForm) -> str:
    return str(form["mode"].value())


def condition_words(when: tuple[str, tuple[object, ...]] | None) -> str:
    if when is None:
        return ""
    parent, values = when
    numbers = [v for v in values if isinstance(v, int) and not isinstance(v, bool)]
    if len(values) > 1 and len(numbers) == len(values):
        return f"{parent} ≥ {min(numbers)}"
    return f"{parent} = {one_of(map(show_param, values))}"
