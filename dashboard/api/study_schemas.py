"""Bodies and answers about studies."""

import datetime as dt
from typing import Any

from ninja import Field, Schema

from dashboard.api.trial_schemas import Body
from optimizer.objective import MINIMIZE, Direction

SPACE = (
    "As Parzen exports it, or names with distributions: "
    '`{"lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": true}}`.'
)


class BudgetIn(Body):
    """When a study ends, and how much of it runs at once."""

    max_trials: int | None = Field(None, ge=1)
    n_parallel: int | None = Field(None, ge=1, description="Trials that may run at once.")
    max_epochs: int | None = Field(None, ge=1, description="Steps of a whole training, for early stopping.")
    max_seconds: int | None = Field(None, ge=1, description="Of the study, while at least one trial trains.")
    max_trial_seconds: int | None = Field(None, ge=1)
    target_value: float | None = None


class Settings(BudgetIn):
    """What can be chosen for a study; what is left out has its default, or is as in the template."""

    sampler: str | None = Field(None, description="`auto`, `tpe`, `gp`, `random`, `sobol`, `grid`.")
    pruner: str | None = Field(
        None, description="Early stopping, such as `asha` or `median`; empty for none."
    )
    seed: int | None = Field(None, ge=0, lt=2**31)
    max_stale_trials: int | None = Field(None, ge=1)
    max_failures: int | None = Field(None, ge=1)
    lost_retries: int | None = Field(None, ge=0)
    error_retries: int | None = Field(None, ge=0)

    def given(self) -> dict[str, Any]:
        return self.model_dump(include=set(Settings.model_fields), exclude_none=True)


class StudyIn(Settings):
    name: str = Field(min_length=1)
    space: dict[str, Any] | None = Field(None, description=SPACE)
    template: int | None = Field(
        None, description="The number of a study whose data, trainer, space and settings this one has, too."
    )
    objective: str = Field(
        "value", min_length=1, max_length=50, description="The metric that is searched for."
    )
    direction: Direction = MINIMIZE
    visible_to: str = Field("private", description="`private`, `everyone`, or `team-3`.")
    note: str = Field("", max_length=50_000)
    tags: list[str] = Field(default_factory=list, max_length=10)
    start: bool = Field(True, description="False makes a draft.")


class CloneIn(Settings):
    name: str = Field("", description="By default the name of the study with (copy) behind it.")
    start: bool = False


class BestOut(Schema):
    number: int
    value: float
    params: dict[str, Any]
    metrics: dict[str, float | None]


class StudyOut(Schema):
    id: int
    name: str
    url: str = Field(description="Its page.")
    state: str
    reason: str
    owner: str
    visible_to: str
    trainer: str
    dataset: str
    is_external: bool = Field(description="Whether its trials are asked for by `ask`.")
    objective: str
    direction: str
    sampler: str
    pruner: str
    seed: int
    max_trials: int
    max_epochs: int
    n_parallel: int
    max_seconds: int | None
    max_trial_seconds: int | None
    target_value: float | None
    n_trials: dict[str, int] = Field(description="By state.")
    best_value: float | None
    best_number: int | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    version: int = Field(description="Grows with every change.")


class StudyDetail(StudyOut):
    space: dict[str, Any]
    note: str
    tags: list[str]


class StudyPage(Schema):
    studies: list[StudyOut]
    next: str | None = Field(description="Send it as `cursor` for older studies.")


class ParamOut(Schema):
    name: str
    share: float = Field(description="Of the variance of the objective that the param explains.")
    error: float | None
    best_tenth: list[Any] = Field(description="Values of the best tenth of the trials.")


class ExplainOut(Schema):
    note: str
    params: list[ParamOut]
    interactions: list[dict[str, Any]]
