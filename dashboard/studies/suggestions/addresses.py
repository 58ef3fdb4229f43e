"""Where the buttons of suggestions lead."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

from dashboard.models import Study, StudyState

# Their next suggestion comes from the space as it then is.
STEERED = (StudyState.RUNNING, StudyState.PAUSED)


class Change(NamedTuple):
    """Of the space: another `low` or `high` end of a number, or a choice to go `without`."""

    what: str
    name: str
    value: Any


def space_url(study: Study, changes: Iterable[Change]) -> str:
    """The search goes on with another space: in the study itself while it runs, else in a copy; prefilled.

    The only place that says how, so that all buttons about the space lead to the same page.
    """
    query = {f"{what}.{name}": json.dumps(value) for what, name, value in changes}
    if study.state in STEERED and not study.is_archived and study.confirms_id is None:
        return f"{reverse('study-space', args=[study.pk])}?{urlencode(query)}"
    return copy_url(study, query)


def copy_url(study: Study, changes: Mapping[str, str] | None = None) -> str:
    """A new study with the settings of this one, but for some changes."""
    page = "custom-study-new" if study.code else "study-new"
    return f"{reverse(page)}?{urlencode({'from': str(study.pk), **(changes or {})})}"
