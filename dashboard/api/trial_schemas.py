"""Bodies and answers about trials."""

import datetime as dt
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from dashboard.models import Attempt, Trial

MAX_LEASE, MAX_ASKED, MAX_STEPS, MAX_METRICS = 86_400, 100, 1_000, 100
Name = Annotated[str, StringConstraints(min_length=1, max_length=50)]
Metrics = dict[Name, float | None]


class Body(Schema):
    """A field with another name is a mistake of who sends it, and is said."""

    model_config = ConfigDict(extra="forbid")


class AskIn(Body):
    n: int = Field(1, ge=1, le=MAX_ASKED, description="How many trials to ask for.")
    lease: int | None = Field(
        None,
        ge=5,
        le=MAX_LEASE,
        description="Seconds after which a trial that is silent goes to somebody else. Each heartbeat and "
        "report renews it. By default as long as Parzen's own workers have.",
    )


class AskedTrial(Schema):
    number: int
    attempt: int = Field(description="Name it in each report and result: a late one is then told apart.")
    params: dict[str, Any]
    seed: int = Field(description="For the training: a second attempt has the same.")
    lease: int = Field(description="Seconds until the lease is over, unless something is sent.")


class AskOut(Schema):
    trials: list[AskedTrial]
    state: str = Field(description="Of the study. Unless it is `running`, no trial will come.")
    reason: str = Field(description="Why there are fewer trials than were asked for; empty if there are not.")


class HeartbeatIn(Body):
    attempt: int


class HeartbeatOut(Schema):
    lease: int


class StepIn(Body):
    step: int = Field(ge=1, le=10_000_000, description="From 1: an epoch, or whatever the training counts.")
    metrics: Metrics = Field(max_length=MAX_METRICS, min_length=1)
    seconds: float | None = Field(
        None, ge=0, description="Since the training began. Parzen's clock if left out."
    )


class ReportIn(Body):
    attempt: int
    steps: list[StepIn] = Field(max_length=MAX_STEPS, min_length=1)
    log: str = Field("", max_length=100_000, description="The last lines that the training has written.")


class ReportOut(Schema):
    should_prune: bool
    reason: str


class TellIn(Body):
    attempt: int
    state: Literal["complete", "pruned", "failed", "infeasible", "returned"] = "complete"
    value: float | None = Field(
        None, description="Of a complete trial; without one, the best reported value of the objective."
    )
    metrics: Metrics = Field(default_factory=dict, max_length=MAX_METRICS)
    message: str = Field("", max_length=5_000, description="Why it failed, or is handed back.")
    traceback: str = Field("", max_length=100_000)
    seconds: float | None = Field(None, ge=0)
    n_parameters: int | None = Field(None, ge=0, le=2**62)


class EnqueueIn(Body):
    params: dict[str, Any]


class StepOut(Schema):
    step: int
    metrics: dict[str, float | None]
    seconds: float


class AttemptOut(Schema):
    number: int
    state: str
    worker: str
    reason: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    steps: list[StepOut]

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptOut":
        return cls(
            number=attempt.number,
            state=attempt.state,
            worker=attempt.worker,
            reason=attempt.reason,
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            steps=[
                StepOut(step=step, metrics=metrics, seconds=seconds)
                for step, metrics, seconds in attempt.reports.order_by("step").values_list(
                    "step", "metrics", "seconds"
                )
            ],
        )


class TrialOut(Schema):
    number: int
    state: str
    params: dict[str, Any]
    value: float | None
    best_step: int | None
    metrics: dict[str, float | None]
    step: int
    step_value: float | None
    attempt: int
    origin: str
    sampler: str
    failure_kind: str
    failure_message: str
    seconds: float | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, trial: Trial) -> "TrialOut":
        return cls(**{name: getattr(trial, name) for name in cls.model_fields})


class TrialDetail(TrialOut):
    attempts: list[AttemptOut]


class TrialPage(Schema):
    trials: list[dict[str, Any]]
    n: int = Field(description="How many trials the filter selects.")
    next: str | None = Field(description="Send it as `cursor` for the trials behind these.")
