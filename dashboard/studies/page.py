"""The study page: state and reason, budgets, best value, charts, table of trials."""

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from dashboard.access.rules import seen_by
from dashboard.catalog import dataset_label, sampler_label
from dashboard.discussion.queries import comments_on
from dashboard.engine.line import Line, line_of
from dashboard.engine.retries import LOSSES
from dashboard.models import (
    Comment,
    Role,
    Study,
    StudyEvent,
    StudyState,
    Tag,
    TrialState,
    code_digest,
)
from dashboard.studies.budget_meters import Budget, budgets_of
from dashboard.studies.charts import best_chart_of, epochs_chart_of, open_trials_of, places_drawn
from dashboard.studies.explore.axes import Subject, axis_order, explore_data
from dashboard.studies.facts import Best, best_of, facts_of, runners_up
from dashboard.studies.queue import Queue, queue_of
from dashboard.studies.selection.filtered_page import FilteredPage
from dashboard.studies.sentence import study_sentence
from dashboard.studies.steering.versions import SpaceLine, fitting_words, space_lines
from dashboard.studies.training_now import TrainingRow, training_now
from dashboard.trials.columns import Columns, Kept, known_columns
from dashboard.trials.failures import Failures, failures_of
from dashboard.trials.params import SpaceRow, space_rows
from dashboard.trials.proposals import Proposals, proposals_of
from dashboard.trials.ranking import shown_columns
from dashboard.trials.results import KINDS, results_of
from dashboard.trials.selected import Edit
from dashboard.trials.table import Table, trial_table
from dashboard.winners.confirm_page import Confirmed, Row, last_confirmed
from dashboard.wording import thousands

# The latest ones that the page lists.
EVENTS = 20
# The views of a study: what the tab says, and the name of the address.
VIEWS = {
    "overview": ("Overview", "study-detail"),
    "explore": ("Explore", "study-explore"),
    "trials": ("Trials", "study-trials"),
    "settings": ("Settings", "study-settings"),
    "discussion": ("Discussion", "study-discussion"),
}
# Those that a filter holds for; the others only take it along.
FILTERED = ("overview", "explore", "trials")
# What changes with every report or claim, and long texts that have a version or never change.
MOVES = {"version", "served_at", "clock_since", "seconds_before", "running_since", "note", "space", "code"}


@dataclass(frozen=True)
class Tab:
    """One view of the study, with its address."""

    view: str
    label: str
    url: str
    count: int | None
    is_current: bool


@dataclass(frozen=True)
class StudyPage(FilteredPage):
    """One view of a study. What it shows is worked out when its template asks for it."""

    columns: Sequence[str]
    # What the person who looks at it may do.
    viewer: User | None
    role: Role
    is_watched: bool
    now: dt.datetime
    # What the person has chosen for the table before.
    kept: Kept

    @cached_property
    def tabs(self) -> list[Tab]:
        query = f"?{self.selected.query}" if self.is_asked and self.selected.query else ""
        counts = {"trials": len(self.results), "discussion": self.n_comments or None}
        return [
            Tab(
                view,
                label,
                reverse(name, args=[self.study.pk]) + query,
                counts.get(view),
                view == self.view,
            )
            for view, (label, name) in VIEWS.items()
        ]

    @cached_property
    def sentence(self) -> str:
        seconds = self.study.seconds_at(self.now)
        return study_sentence(self.study, self.results.counts, seconds, self._line)

    @cached_property
    def _line(self) -> Line | None:
        return None if self.results.counts.get(TrialState.RUNNING) else line_of(self.study)

    @cached_property
    def queue(self) -> Queue | None:
        """The line for a slot, where the study stands in it."""
        return queue_of(self.study, self._line, self.viewer) if self._line else None

    @cached_property
    def budgets(self) -> list[Budget]:
        return budgets_of(self.study, self.results, self.study.seconds_at(self.now))

    @cached_property
    def best(self) -> Best | None:
        return best_of(self.study, self.space, self.goal, self.best_trial)

    @cached_property
    def proposals(self) -> Proposals:
        return self.results.once(
            "proposals", lambda: proposals_of(self.study, self.space, self.goal, self.results)
        )

    @property
    def is_filtered_view(self) -> bool:
        return self.view in FILTERED and self.study.state != StudyState.DRAFT

    @property
    def url(self) -> str:
        """Of this view, without a filter."""
        return reverse(VIEWS[self.view][1], args=[self.study.pk])

    @property
    def clear_url(self) -> str:
        return self.table.clear_url if self.view == "trials" else self.url

    @property
    def address_query(self) -> str:
        """What the address says of the view, for whoever asks for it again."""
        if self.view == "trials":
            return self.table.query
        return self.selected.query if self.is_asked else ""

    @cached_property
    def table_columns(self) -> Columns:
        known = known_columns(self.study, self.space, self._metrics, self.goal)
        return shown_columns(self.study, self.space, self.results, known, self.columns, self.kept)

    @cached_property
    def table(self) -> Table:
        return trial_table(self.study, self.results, self.selected, self.query, self.table_columns)

    @cached_property
    def charts(self) -> dict[str, Any]:
        if self.view == "explore":
            return self._explore_charts
        if self.view != "overview":
            return {}
        if self.is_progress and self._since is not None:
            return {"best": open_trials_of(self.study, self.space, self.results)}
        return {
            "best": best_chart_of(
                self.study, self.space, self.goal, self.results, self.proposals, since=self._since
            )
        }

    @property
    def _explore_charts(self) -> dict[str, Any]:
        """What depends on ended trials alone goes to somebody who has it once it changes."""
        if self.is_progress and self._since is not None:
            return {}
        epochs = epochs_chart_of(self.study, self.goal, self.results)
        if self._since is not None:
            subject = Subject(self.study, self.results, is_update=True)
            return {"explore": explore_data(subject, self._since), "epochs": epochs}
        explored = self.results.once("explore", lambda: explore_data(Subject(self.study, self.results)))
        return {"explore": explored, "epochs": epochs}

    @property
    def axis_names(self) -> list[str]:
        return axis_order(Subject(self.study, self.results))

    @property
    def parallel_note(self) -> str:
        """How many trials have a line, and what that leaves out."""
        n, n_all = len(places_drawn(self.results)), len(self.results)
        drawn = (
            f"{thousands(n)} of {thousands(n_all)} trials are drawn, the best one among them"
            if n < n_all
            else ""
        )
        unused = "a line runs along the bottom where a trial does not use a parameter"
        red = "trials without a value are red, and end below the last axis" if self.n_failed else ""
        return ". ".join(part[:1].upper() + part[1:] for part in (drawn, unused, red) if part) + "."

    @cached_property
    def training(self) -> list[TrainingRow]:
        return training_now(self.study, self.space, self.goal, self.results, self.now)

    @property
    def has_forecasts(self) -> bool:
        return any(row.expected for row in self.training)

    @cached_property
    def failures(self) -> Failures | None:
        return self.results.once(
            f"failures {self.study.is_ended}", lambda: failures_of(self.study, self.space, self.results)
        )

    @property
    def n_failed(self) -> int:
        return self.results.counts.get(TrialState.FAILED, 0)

    @property
    def n_lost(self) -> int:
        return int(np.isin(self.results["kind"], [KINDS.index(kind) for kind in LOSSES]).sum())

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        return facts_of(self.study, self.goal)

    @cached_property
    def space_rows(self) -> list[SpaceRow]:
        return space_rows(self.space)

    @cached_property
    def space_lines(self) -> list[SpaceLine]:
        return space_lines(self.study)

    @property
    def fitting_words(self) -> str:
        return fitting_words(self.study, self.results)

    @property
    def may_steer(self) -> bool:
        """Whether the person may change how a study searches that has begun."""
        return self.may_enqueue and not self.study.is_archived and self.study.state != StudyState.DRAFT

    @cached_property
    def events(self) -> list[StudyEvent]:
        return list(self.study.events.all()[:EVENTS])

    @cached_property
    def tags(self) -> list[Tag]:
        return list(self.study.tags.all())

    @cached_property
    def n_comments(self) -> int:
        return self.study.comments.count()

    @cached_property
    def comments(self) -> list[Comment]:
        return comments_on(self.study)

    @cached_property
    def confirmed(self) -> Confirmed | None:
        return last_confirmed(self.study) if self.study.is_ended else None

    @property
    def confirmed_row(self) -> Row | None:
        """What came of the trial that was chosen, or else of the best one."""
        known = self.confirmed.rows if self.confirmed else []
        rows = [row for row in known if row.test and not row.trial.is_judged]
        chosen = next((row for row in rows if row.trial.pk == self.study.winner_id), None)
        return chosen or next(iter(rows), None)

    @property
    def runners_up(self) -> list[tuple[int, str, str]]:
        return runners_up(self.study, self.goal, self.results)

    @property
    def is_single_training(self) -> bool:
        """Whether the search has ended, and nobody has trained its best again."""
        return self.study.is_ended and not self.study.n_folds and not self.confirmed

    @property
    def is_wall(self) -> bool:
        """Whether the failures are what there is to see."""
        nothing_else = self.study.is_ended and self.results.best is None
        return self.n_failed > 0 and (self.study.state == StudyState.FAILED or nothing_else)

    @property
    def at(self) -> int:
        return int(self.now.timestamp())

    @cached_property
    def stamp(self) -> str:
        """The same as long as nothing but the progress of running trials has changed."""
        fields = [f for f in Study._meta.concrete_fields if f.name not in MOVES]  # noqa: SLF001 (it is public)
        said = [getattr(self.study, field.attname) for field in fields]
        last_event = self.study.events.order_by("-pk").values_list("pk", flat=True).first()
        return f"{self.results.stamp}.{zlib.crc32(repr((said, last_event, self.n_comments)).encode()):x}"

    @property
    def is_progress(self) -> bool:
        """Whether whoever polls has all but that."""
        return self.query.get("stamp") == self.stamp

    @property
    def until(self) -> int:
        """The second in which the last trial ended; a poll names it, and gets what has ended from then on."""
        ended = self.results["finished"]
        return int(np.nanmax(ended)) if len(ended) and not np.isnan(ended).all() else 0

    @property
    def _since(self) -> float | None:
        """None where whoever asks has no chart yet, or one of trials that were taken back."""
        has_chart = self.query.get("stamp", "").partition(".")[0] == str(self.study.n_rewrites)
        until = self.query.get("until", "")
        return float(until) if has_chart and until.isdecimal() and len(until) < 12 else None

    @property
    def may_edit(self) -> bool:
        return self.role != Role.VIEWER

    @property
    def may_enqueue(self) -> bool:
        return self.may_edit and self.study.confirms_id is None and self.study.is_trainable

    @property
    def may_share(self) -> bool:
        return self.role == Role.OWNER

    @property
    def seen_by(self) -> str:
        return seen_by(self.study)

    @property
    def dataset(self) -> str:
        return dataset_label(self.study.dataset)

    @property
    def sampler(self) -> str:
        return sampler_label(self.study.sampler)

    @property
    def code_digest(self) -> str:
        return code_digest(self.study.code)[:12]

    @property
    def n_searched(self) -> int:
        return sum(row.is_searched for row in self.space_rows)


def study_page(
    study: Study,
    query: Mapping[str, str],
    *,
    role: Role | None,
    is_watched: bool,
    viewer: User | None = None,
    view: str = "overview",
    columns: Sequence[str] = (),
    kept: Kept | None = None,
    edits: Sequence[Edit] = (),
) -> StudyPage:
    return StudyPage(
        study=study,
        view=view,
        query=query,
        columns=columns,
        viewer=viewer,
        edits=edits,
        role=role or Role.VIEWER,
        is_watched=is_watched,
        results=results_of(study),
        now=timezone.now(),
        kept=kept or Kept(),
    )
