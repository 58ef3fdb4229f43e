"""The trials of a study that a filter selects, as every view of its page has them."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dashboard.goals import Goal, goal_of
from dashboard.models import Study, Trial
from dashboard.studies.explore.axes import Subject, axis_order
from dashboard.studies.selection.data import AXES, Range, ranges_of, selection_of
from dashboard.trials.results import Results
from dashboard.trials.selected import Edit, Selected, selected_of
from dashboard.trials.table import example_of
from optimizer import SearchSpace


@dataclass(frozen=True)
class FilteredPage:
    study: Study
    view: str
    # What the address says: filter, order, page and columns of the table; what a poll has seen.
    query: Mapping[str, str]
    # What a brush or a legend asks of the filter.
    edits: Sequence[Edit]
    results: Results

    @cached_property
    def space(self) -> SearchSpace:
        return self.study.search_space

    @cached_property
    def goal(self) -> Goal:
        return goal_of(self.study)

    @cached_property
    def best_trial(self) -> Trial | None:
        place = self.results.best
        if place is None:
            return None
        pk = int(self.results["pk"][place])
        return Trial.objects.filter(pk=pk).defer("explanation").select_related("study").first()

    @property
    def _metrics(self) -> Mapping[str, float]:
        return self.best_trial.metrics if self.best_trial else {}

    @cached_property
    def selected(self) -> Selected:
        return selected_of(
            self.study, self.space, self.results, self.query.get("q", ""), self._metrics, self.edits
        )

    @property
    def is_asked(self) -> bool:
        """Whether there may be a filter: without one, nothing about it needs to be worked out."""
        return bool(self.query.get("q") or self.edits)

    @property
    def n_selected(self) -> int:
        return self.selected.n if self.is_asked else len(self.results)

    @cached_property
    def selection(self) -> dict[str, Any]:
        """The selected trials, for the charts; empty without a filter."""
        if not self.is_asked:
            return {}
        return selection_of(self.study, self.space, self.goal, self.results, self.selected, self.view)

    @property
    def selected_stamp(self) -> str:
        """The same as long as the same trials are selected; empty without a filter."""
        if not self.is_asked or not self.selected.is_filter:
            return ""
        return f"{zlib.crc32(np.packbits(self.selected.mask).tobytes(), len(self.results)):x}"

    @property
    def is_selection_new(self) -> bool:
        """Whether whoever polls has other trials, or none."""
        return self.query.get("selected", "") != self.selected_stamp

    @property
    def best_selected(self) -> str:
        """The best value among the selected trials, in words; empty where nothing is left out."""
        if not self.is_asked or not self.selected.is_filter:
            return ""
        best = self.results.best_first
        found = self.results["value"][best[self.selected.mask[best]]]
        return self.goal.show(float(found[0])) if len(found) else ""

    @property
    def ranges(self) -> list[Range]:
        """What the axes of the view's charts can be narrowed to, with what the filter says of it now."""
        names = [*AXES.get(self.view, ()), *self.axis_ranges]
        return ranges_of(self.selected, names, self.goal.name)

    @property
    def axis_ranges(self) -> list[str]:
        """Params along which the view's charts can be narrowed, as numbers."""
        if self.view != "explore":
            return []
        known = {field.name for field in self.selected.fields if field.kind == "number"}
        return [name for name in axis_order(Subject(self.study, self.results)) if name in known]

    @property
    def example(self) -> str:
        return example_of(self.space)
