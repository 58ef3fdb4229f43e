"""What a browser posts: the fields that a page shows, with changes."""

from dataclasses import replace
from typing import Any

import pytest
from django.http import QueryDict

from dashboard.pages.data import known_datasets
from dashboard.pages.new_study import Start, StudyForms, start_from_defaults
from trainers import registry
from trainers.registry import trainer_info

KNOBS = {"n_layers", "units_1", "units_2", "activation_1", "optimizer", "learning_rate", "batch_size"}


def posted_fields(start: Start | None = None, **changes: Any) -> dict[str, Any]:
    """The new-study form as it was opened; `knob__units_1__low=3` changes one field, None leaves it out."""
    start = start or start_from_defaults(known_datasets())
    forms = StudyForms(trainer_info(start.trainer), start, datasets=known_datasets())
    data: dict[str, Any] = {}
    for form in (forms.study, *forms.knobs):
        for bound in form:
            value = bound.value()
            if value is not None:
                data[bound.html_name] = value if isinstance(value, list) else str(value)
    for name, value in changes.items():
        key = name.replace("__", "-") if name.startswith("knob__") else name
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
    return data


def keep_few_knobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that look at other things: a form with all the knobs of a trainer takes half a second."""
    info, train = registry._TRAINERS["mlp"]
    few = tuple(knob for knob in info.knobs if knob.name in KNOBS)
    monkeypatch.setitem(registry._TRAINERS, "mlp", (replace(info, knobs=few), train))


def query_dict(fields: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
