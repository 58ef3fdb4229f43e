"""What a browser posts: the fields that a page shows, with changes."""

from typing import Any

from django.http import QueryDict

from dashboard.catalog import known_datasets
from dashboard.new_study.page import Start, StudyForms, start_from_defaults
from trainers.registry import trainer_info


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


def query_dict(fields: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
