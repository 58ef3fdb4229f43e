"""One picture of the explore view, which its page asks for once it stands."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.charts.panels.panel import Picture
from dashboard.refusal import Refused
from dashboard.studies.explore.asked import Asked
from dashboard.studies.explore.axes import Subject
from dashboard.studies.explore.pictures import OF_SELECTED, PICTURES
from dashboard.trials.selected import selection_for
from dashboard.web.requests import visible_study
from dashboard.wording import param as show_param

# Rows of the table that stands beside a picture; the file has all.
MAX_ROWS = 200


@require_safe
def study_picture(request: HttpRequest, study_id: int, name: str) -> HttpResponse:
    """The picture; its numbers as a table with `table`; 204 where nothing ended since `seen`."""
    study = visible_study(request, study_id)
    if name not in PICTURES:
        raise Http404
    subject = Subject.of(study)
    stamp = subject.results.stamp
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    text = request.GET.get("q", "") if name in OF_SELECTED else ""
    try:
        selected = selection_for(study, subject.results, text)
    except Refused:
        selected = selection_for(study, subject.results, "")
    query = {
        key: value for key, value in request.GET.dict().items() if value and key not in ("seen", "table")
    }
    picture = _picture(name, Asked(subject, selected, query))
    if "table" in request.GET:
        rows = [[_words(cell) for cell in row] for row in picture.rows[:MAX_ROWS]]
        context = {"picture": picture, "rows": rows, "n_more": len(picture.rows) - len(rows)}
        return render(request, "studies/explore/_numbers.html", context)
    context = {
        "study": study,
        "name": name,
        "picture": picture,
        "data": {name: picture.to_json()},
        "script_id": f"chart-data-{name}",
        "stamp": stamp,
    }
    return render(request, "studies/explore/_picture.html", context)


def _picture(name: str, asked: Asked) -> Picture:
    """What everybody sees who opens the view is made once, unless it shows what runs."""
    study, results = asked.subject.study, asked.subject.results
    if asked.query or (name == "timeline" and not study.is_ended):
        return PICTURES[name](asked)
    return results.once(f"{name} to {study.max_epochs} epochs", lambda: PICTURES[name](asked))


def _words(cell: Any) -> str:
    return cell if isinstance(cell, str) else show_param(cell)
