"""What is asked of the pictures: which study, which trials, which params."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.studies.explore.axes import Subject
from dashboard.studies.model import Model
from dashboard.trials.selected import Selected


@dataclass(frozen=True)
class Asked:
    """Which picture of a study, of which trials: `query` may name params, as `x`, `y` or `by`."""

    subject: Subject
    selected: Selected
    query: Mapping[str, str]

    def chosen(self, key: str, known: list[str], default: str) -> str:
        name = self.query.get(key, "")
        return name if name in known else default

    @property
    def is_filter(self) -> bool:
        return self.selected.is_filter


def by_importance(subject: Subject, model: Model) -> list[str]:
    """Searched params, the most important first, those without a known importance last."""
    if model.explanation is None:
        return subject.names
    known = {p.name for p in model.importance.parameters if not p.reason}
    order = [p.name for p in sorted(model.importance.parameters, key=lambda p: -p.share)]
    searched = set(subject.space.searched)
    return sorted((name for name in order if name in searched), key=lambda name: name not in known)
