"""What a browser posts: the fields that a page shows, with changes."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse, QueryDict

from dashboard.catalog import known_datasets
from dashboard.new_study.page import Start, start_from_defaults
from dashboard.new_study.study_forms import StudyForms
from trainers import registry
from trainers.registry import trainer_info

TICKED = {"radio", "checkbox"}
KNOBS = {"n_layers", "units_1", "units_2", "activation_1", "optimizer", "learning_rate", "batch_size"}


def posted_fields(start: Start | None = None, **changes: Any) -> dict[str, Any]:
    """The new-study form as it was opened; `knob__units_1__low=3` changes one field, None leaves it out."""
    start = start or start_from_defaults(known_datasets())
    forms = StudyForms(trainer_info(start.trainer), start, datasets=known_datasets(), is_folded=False)
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
    info, train = registry._known().trainers["mlp"]
    few = tuple(knob for knob in info.knobs if knob.name in KNOBS)
    monkeypatch.setitem(registry._known().trainers, "mlp", (replace(info, knobs=few), train))


def query_dict(fields: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def shown_fields(response: HttpResponse) -> dict[str, Any]:
    """What a browser would post from the forms of a page, and `at`, its address."""
    parser = _Fields()
    parser.feed(response.content.decode())
    return {**parser.fields, "at": f"{response.request['PATH_INFO']}?{response.request['QUERY_STRING']}"}


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and given.get("type") == "checkbox" and "checked" in given and name in self.fields:
            known = self.fields[name]  # one of several that are ticked
            self.fields[name] = [*(known if isinstance(known, list) else [known]), value]
        elif (
            tag == "input" and name and ("checked" in given or given.get("type") not in {"radio", "checkbox"})
        ):
            self.fields[name] = value
        elif tag == "input" and name and given.get("type") == "radio":
            self.fields.setdefault(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = value
        elif tag == "textarea":
            self._textarea, self.fields[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._textarea] = self.fields[self._textarea].removeprefix("\n")  # as browsers do
            self._textarea = ""
        elif tag == "select":
            self._select = ""
