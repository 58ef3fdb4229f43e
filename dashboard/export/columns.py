"""The columns of a table of trials, for CSV and Parquet alike."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from dashboard.export.queries import CHUNK, metric_names, rows_by_number
from dashboard.models import Study, Trial
from dashboard.refusal import Refused
from optimizer import SearchSpace

PARAM, METRIC = "params.", "metrics."
# In the place of a param that the branch of a trial does not use; None can be chosen.
INACTIVE = object()
# Column -> field of a trial.
OUTCOME = {
    "failure_kind": "failure_kind",
    "failure_message": "failure_message",
    "proposed_by": "sampler",
    "origin": "origin",
    "attempts": "attempt",
    "epochs": "step",
    "best_epoch": "best_step",
    "n_parameters": "n_parameters",
    "started_at": "started_at",
    "finished_at": "finished_at",
    "seconds": "seconds",
}


@dataclass(frozen=True)
class Column:
    # As the file and the address have it: `state`, `params.units_1`, `metrics.val_accuracy`.
    key: str
    field: str
    # Within the field, where that is a dict.
    name: str = ""

    @property
    def is_param(self) -> bool:
        return self.field == "params"

    def of(self, value: Any) -> Any:
        """Of a trial, whose field has this value."""
        if self.field == "params":
            return value.get(self.name, INACTIVE)
        return value.get(self.name) if self.field == "metrics" else value


def columns_of(study: Study, trials: QuerySet[Trial], chosen: Collection[str] = ()) -> list[Column]:
    """All of them, or those that are chosen, in that order.

    Number, state and value come before them, unless the number is among them: then nothing is added.
    `value` is the value also where the file calls it as the metric. Raises Refused for a name that is none.
    """
    first = [
        Column("number", "number"),
        Column("state", "state"),
        Column(value_name(study), "value"),
    ]
    known = [
        *first,
        *(Column(f"{PARAM}{name}", "params", name) for name in _names(study)),
        *(
            Column(f"{METRIC}{name}", "metrics", name)
            for name in metric_names(trials)
            if name != study.objective
        ),
        *(Column(key, field) for key, field in OUTCOME.items()),
    ]
    return _in_order(first, known, chosen) if chosen else known


def _in_order(first: Sequence[Column], known: Sequence[Column], chosen: Collection[str]) -> list[Column]:
    by_key = {"value": first[-1]} | {column.key: column for column in known}
    for key in chosen:
        # A metric that none of these trials has is no mistake: the page offers it.
        if key not in by_key and not key.startswith(METRIC):
            raise Refused(f"These trials have no column {key!r}. Leave it out.")
    named = [by_key[key] for key in chosen if key in by_key]
    before = [] if "number" in chosen else first
    return list(dict.fromkeys((*before, *named)))


def spaces_of(study: Study) -> list[SearchSpace]:
    """The current one, and those before it: trials have the params of the space that they came from."""
    earlier = study.space_versions.order_by("-number").values_list("space", flat=True)[1:]
    return [study.search_space, *map(SearchSpace.from_json, earlier)]


def _names(study: Study) -> list[str]:
    return list(dict.fromkeys(name for space in spaces_of(study) for name in space.names))


def value_name(study: Study) -> str:
    """The value is called as the metric, unless another column is."""
    taken = {"number", "state", *OUTCOME} | {f"{PARAM}{name}" for name in _names(study)}
    is_taken = study.objective in taken or study.objective.startswith((PARAM, METRIC))
    return "value" if is_taken else study.objective


def chunks_of(
    trials: QuerySet[Trial],
    columns: Sequence[Column],
    size: int = CHUNK,
    wanted: Collection[int] | None = None,
) -> Iterator[list[tuple[Any, ...]]]:
    """Of many trials at a time, for each column the field that it is in; other fields are not read."""
    fields = list(dict.fromkeys(column.field for column in columns if column.field != "number"))
    place = {field: index for index, field in enumerate(["number", *fields])}
    places = [place[column.field] for column in columns]
    for chunk in rows_by_number(trials, fields, size=size, wanted=wanted):
        yield [tuple([row[index] for index in places]) for row in chunk]
