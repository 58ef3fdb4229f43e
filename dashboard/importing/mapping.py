"""What becomes of each column of a study in a file: as it is guessed first, and as a person says it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dashboard.importing.names import (
    OBJECTIVES,
    Guess,
    guess_metric,
    guess_param,
    is_higher_better,
    knob_names,
)
from dashboard.importing.readers.form import Column, FoundStudy
from optimizer import Direction
from optimizer.objective import MAXIMIZE, MINIMIZE, direction_of

PARAM, OBJECTIVE, METRIC, TEXT, EPOCHS, LEAVE = "param", "objective", "metric", "text", "epochs", "leave"
# What a column of the database has room for.
OBJECTIVE_LENGTH = 50
# Lists of all knobs are offered where there are no more columns than this.
MANY = 60


@dataclass(frozen=True)
class Target:
    """What a column becomes, and its name here."""

    kind: str
    name: str = ""

    @property
    def value(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @classmethod
    def of(cls, value: str) -> "Target":
        kind, _, name = value.partition(":")
        return cls(kind, name)


LEFT = Target(LEAVE)


@dataclass(frozen=True)
class Mapping:
    """By key of the column; `is_widened`: a value outside its range widens it."""

    targets: dict[str, Target]
    direction: Direction
    is_widened: bool = False
    # With these, the study can go on.
    trainer: str = ""
    dataset: str = ""

    def keys(self, kind: str) -> list[str]:
        return [key for key, target in self.targets.items() if target.kind == kind]

    @property
    def objective_key(self) -> str:
        return next(iter(self.keys(OBJECTIVE)), "")

    @property
    def objective(self) -> str:
        key = self.objective_key
        return self.targets[key].name if key else ""

    def problem(self) -> str:
        """The sentence that says why nothing can be imported like this; empty where it can."""
        chosen = self.keys(OBJECTIVE)
        if not chosen:
            return "No column is the objective. Choose the value that the search was to improve."
        if len(chosen) > 1:
            return "More than one column is the objective, but a study has one. Make the others metrics."
        if not self.keys(PARAM):
            return "No column is a parameter. Choose at least one."
        for kind, noun in ((PARAM, "parameter"), (METRIC, "metric")):
            names = [target.name for target in self.targets.values() if target.kind == kind]
            names += [self.objective] if kind == METRIC else []
            twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
            if twice is not None:
                return f"Two columns become the {noun} {twice}. Rename or leave out one of them."
        return ""


@dataclass(frozen=True)
class Suggestion:
    """The first guess for a column, and all that it can become."""

    target: Target
    why: str
    is_sure: bool
    options: Sequence[Target] = field(default_factory=list)


def suggest(study: FoundStudy) -> tuple[dict[str, Suggestion], Direction]:
    """For each column, and whether the objective is to be as low or as high as possible."""
    labels = [column.label for column in study.columns if column.part == "params"]
    taken: set[str] = set()
    found = {column.key: _suggestion(column, labels, taken, len(study.columns)) for column in study.columns}
    objective = _objective(study)
    if objective is None:
        return found, MINIMIZE
    guess = guess_metric(objective.label)
    name = guess.name[:OBJECTIVE_LENGTH]
    n_values = sum(bool(column.direction) for column in study.columns)
    why, is_sure = guess.why, bool(objective.direction) and n_values == 1
    if not is_sure:
        why = "one of several objectives" if n_values > 1 else "is this the objective?"
    found[objective.key] = replace(
        found[objective.key], target=Target(OBJECTIVE, name), why=why, is_sure=is_sure
    )
    is_higher = objective.direction == MAXIMIZE if objective.direction else is_higher_better(objective.label)
    return found, direction_of(is_higher_better=is_higher)


def first_mapping(study: FoundStudy) -> Mapping:
    suggestions, direction = suggest(study)
    return Mapping({key: each.target for key, each in suggestions.items()}, direction)


def _objective(study: FoundStudy) -> Column | None:
    """What the file calls so; else the value by which results are mostly compared, or the first one."""
    numbers = [column for column in study.columns if column.part == "values" and column.kind == "number"]
    declared = [column for column in numbers if column.direction]
    if declared:
        return declared[0]
    plain = {guess_metric(column.label).name: column for column in reversed(numbers)}
    preferred = [plain[name] for name in ("value", "objective", *OBJECTIVES, "loss") if name in plain]
    return next(iter([*preferred, *numbers]), None)


def _suggestion(column: Column, labels: list[str], taken: set[str], n: int) -> Suggestion:
    own = column.label
    if column.part == "steps":
        return Suggestion(Target(EPOCHS), "values of the objective", True, [Target(EPOCHS), LEFT])
    if column.part == "params" and column.distribution is not None:
        guess = guess_param(own, labels)
        if guess.name in taken:
            guess = Guess(own, "no matching knob", is_sure=False)
        taken.add(guess.name)
        names = [guess.name, own, *(knob_names() if n <= MANY else ())]
        options = [*(Target(PARAM, name) for name in dict.fromkeys(names)), *_others(column)]
        return Suggestion(Target(PARAM, guess.name), guess.why, guess.is_sure, options)
    if column.kind == "number":
        guess = guess_metric(own)
        options = _others(column)
        kind = TEXT if column.part == "attributes" and column.n == 0 else METRIC
        return Suggestion(Target(kind, guess.name if kind == METRIC else own), guess.why, True, options)
    too_many = column.part == "params"
    why = "a different text in each trial" if too_many else "kept"
    return Suggestion(Target(TEXT, own), why, not too_many, _others(column))


def _others(column: Column) -> list[Target]:
    """What else than a param by the name of a knob."""
    own, guess = column.label, guess_metric(column.label).name
    options = []
    if column.kind == "number":
        names = dict.fromkeys([guess, own, *OBJECTIVES])
        options += [Target(OBJECTIVE, name[:OBJECTIVE_LENGTH]) for name in names]
        options += [Target(METRIC, name) for name in names]
    if column.part != "params" and column.distribution is not None:
        options.append(Target(PARAM, own))
    return [*options, Target(TEXT, own), LEFT]
