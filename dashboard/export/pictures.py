"""The pictures of the explore view as files."""

from collections.abc import Iterator, Mapping

import numpy as np
from django.template.loader import render_to_string

from dashboard.charts.panels.panel import Picture
from dashboard.charts.panels.static import static_picture
from dashboard.charts.panels.static_parallel import static_parallel
from dashboard.models import Study
from dashboard.refusal import Refused
from dashboard.studies.explore.asked import Asked
from dashboard.studies.explore.axes import Subject, explore_data
from dashboard.studies.explore.pictures import PICTURES
from dashboard.trials.selected import selection_for
from dashboard.web.csv_pieces import csv_pieces, plain_text

PARALLEL = "parallel"
NAMES = (PARALLEL, *PICTURES)


def picture_svg(study: Study, *, name: str, text: str, query: Mapping[str, str]) -> str:
    """Trials that the filter `text` leaves out are pale. Raises Refused where there is nothing to draw."""
    asked = _asked(study, text, query)
    has = None
    if asked.is_filter:
        has = frozenset(asked.subject.results["number"][asked.selected.mask].tolist()).__contains__
    data = explore_data(asked.subject)
    if name == PARALLEL:
        drawn, picture = static_parallel(data, has), Picture("", [])
    else:
        picture = _picture(name, asked)
        drawn = static_picture(picture, data["columns"], has)
    title = f"{study.name}: {'parallel coordinates' if name == PARALLEL else f'{study.objective}, {name}'}"
    context = {
        "drawn": drawn,
        "picture": picture,
        "title": title,
        "filter": asked.selected.text,
        "height": drawn.height + 56,
    }
    return render_to_string("export/picture.svg", context)


def picture_csv(study: Study, *, name: str, text: str, query: Mapping[str, str]) -> Iterator[str]:
    """The numbers of the picture; of one that draws the trials themselves, all selected trials."""
    asked = _asked(study, text, query)
    if name in {PARALLEL, "scatter"}:
        return _trials_csv(asked)
    picture = _picture(name, asked)
    rows = ([plain_text(c) if isinstance(c, str) else c for c in row] for row in picture.rows)
    return csv_pieces(list(picture.header), rows)


def _picture(name: str, asked: Asked) -> Picture:
    picture = PICTURES[name](asked)
    if picture.empty:
        raise Refused(picture.empty)
    return picture


def _asked(study: Study, text: str, query: Mapping[str, str]) -> Asked:
    subject = Subject.of(study)
    return Asked(subject, selection_for(study, subject.results, text), query)


def _trials_csv(asked: Asked) -> Iterator[str]:
    subject = asked.subject
    places = np.flatnonzero(asked.selected.mask)
    params = subject.params_at(places)
    numbers = subject.results["number"][places].tolist()
    value = np.where(np.isfinite(subject.results.losses), subject.results["value"], np.nan)[places].tolist()
    rows = (
        [n, *(_cell(p.get(name, "")) for name in subject.names), "" if np.isnan(v) else v]
        for n, p, v in zip(numbers, params, value, strict=True)
    )
    return csv_pieces(["trial", *subject.names, subject.goal.name], rows)


def _cell(value: object) -> object:
    return plain_text(value) if isinstance(value, str) else value
