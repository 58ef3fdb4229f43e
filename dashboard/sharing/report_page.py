"""A study as one file that opens anywhere: no server, no other file, no name of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from dashboard.charts.static_svg import StaticChart, static_best, static_epochs
from dashboard.models import Study
from dashboard.sharing.shared_page import SharedPage, shared_page
from dashboard.studies.importance import ImportanceCard, importance_card

STYLES = (
    *("tokens", "base", "page", "components/layout", "components/cards", "components/values"),
    *(
        "components/chips",
        "components/charts",
        "components/tables",
        "components/importance",
        "components/pictures",
    ),
    *("components/notes", "components/still", "pages/report"),
)


@dataclass(frozen=True)
class ReportPage:
    shared: SharedPage
    best: StaticChart
    epochs: StaticChart
    importance: ImportanceCard
    tags: Sequence[str]
    styles: SafeString
    at: datetime


def report_page(study: Study) -> ReportPage:
    shared = shared_page(study)
    return ReportPage(
        shared=shared,
        best=static_best(shared.charts["best"]),
        epochs=static_epochs(shared.charts["epochs"]),
        importance=importance_card(study),
        tags=[tag.name for tag in study.tags.all()],
        styles=_styles(),
        at=timezone.now(),
    )


def _styles() -> SafeString:
    texts = [Path(str(finders.find(f"css/{name}.css"))).read_text() for name in STYLES]
    return mark_safe("\n".join(texts))  # noqa: S308 (Parzen's own files)
