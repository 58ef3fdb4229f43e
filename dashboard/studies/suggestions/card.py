"""All suggestions of a study, the most useful first, and those that somebody has dismissed."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from django.urls import reverse

from dashboard.goals import goal_of
from dashboard.models import DismissedSuggestion, Study, StudyState, TrialState
from dashboard.studies.budget_meters import n_stale_of
from dashboard.studies.model import model_of
from dashboard.studies.suggestions.addresses import Change, copy_url, space_url
from dashboard.studies.suggestions.bounds import crowded_ends, wasteful_ends
from dashboard.studies.suggestions.branches import Rare, rare_branches, rarely_seen
from dashboard.studies.suggestions.gathering import gathered_failures
from dashboard.studies.suggestions.noise import lead_within_noise
from dashboard.studies.suggestions.progress import no_progress
from dashboard.studies.suggestions.queries import count_with, repeats_in
from dashboard.studies.suggestions.replays import early_stopping_of
from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.studies.suggestions.tried import TriedOnes, tried_ones
from dashboard.studies.suggestions.unexplained import hardly_explained
from dashboard.trials.results import Results
from dashboard.winners.queries import confirmations_of
from optimizer.distributions import Int

# At a time, and of one kind.
MOST, MOST_ALIKE = 5, 2
# Dismissed ones are shown again when so many times as many trials say the same.
GROWN = 2


@dataclass(frozen=True)
class Card:
    shown: list[Suggestion]
    dismissed: list[Suggestion]

    def __bool__(self) -> bool:
        return bool(self.shown or self.dismissed)

    @property
    def dismissed_keys(self) -> set[str]:
        return {each.key for each in self.dismissed}


def card_of(study: Study, results: Results) -> Card:
    found = suggestions_of(study, results)
    dismissed = dict(DismissedSuggestion.objects.filter(study=study).values_list("key", "strength"))
    hidden = [each for each in found if each.strength < GROWN * dismissed.get(each.key, 0)]
    shown = [each for each in found if each not in hidden]
    return Card(shown[:MOST], hidden)


def suggestions_of(study: Study, results: Results) -> list[Suggestion]:
    """Everything that there is evidence for, the most useful first.

    What is told from params is kept until another trial ends, what needs a model until another one completes.
    """
    if study.confirms_id is not None:
        return []
    from_params = results.once(f"suggestions {_stamp(study)}", lambda: _from_params(study, results))
    found = chain(
        from_params.found,
        _about_noise(study, results),
        _about_progress(study, results),
        _about_branches(study, results, from_params.rare),
        _about_epochs(study, results),
        _about_model(study, results) if from_params.is_varied else (),
    )
    return list(_once_each(found))


def _once_each(found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """The first of those about the same part of the space."""
    seen: set[str] = set()
    for each in found:
        if not each.about or each.about not in seen:
            seen.add(each.about)
            yield each


def _stamp(study: Study) -> str:
    """Of the space, which can change while trials stay."""
    return f"{zlib.crc32(json.dumps(study.space).encode()):x}"


@dataclass(frozen=True)
class _FromParams:
    """What is kept of the params that were read: not they themselves."""

    found: list[Suggestion]
    rare: list[Rare]
    # Whether any parameter had more than one value.
    is_varied: bool


def _from_params(study: Study, results: Results) -> _FromParams:
    if not len(results.by_end):
        return _FromParams([], [], is_varied=False)
    tried = tried_ones(study, study.search_space, results)
    # A model file says its own space: no button can change it.
    about_space = [] if study.code else list(_about_space(study, tried))
    return _FromParams(about_space, list(rarely_seen(tried.latest)), tried.latest.is_varied)


def _about_space(study: Study, tried: TriedOnes) -> Iterator[Suggestion]:
    def with_bound(name: str, end: str, value: float) -> str:
        is_int = isinstance(tried.latest.space[name].distribution, Int)
        return with_changes([Change(end, name, int(value) if is_int and value.is_integer() else value)])

    def with_changes(changes: Iterable[Change]) -> str:
        return space_url(study, changes)

    yield from islice(gathered_failures(tried.latest, with_changes), MOST_ALIKE)
    yield from islice(wasteful_ends(tried.latest, with_bound), MOST_ALIKE)
    yield from islice(crowded_ends(tried.best, with_bound), MOST_ALIKE)


def _about_noise(study: Study, results: Results) -> Iterator[Suggestion]:
    """Only of a search that has ended, whose best trial nobody has confirmed."""
    if not study.is_ended or len(results.best_first) < 2:
        return
    best = results.best_first[:10]
    rounds = list(confirmations_of(study))
    pk = int(results["pk"][best[0]])
    if any(not runs.is_ended or runs.trials.filter(copy_of=pk).exists() for runs in rounds):
        return
    leaders = list(zip(results["number"][best].tolist(), results["value"][best].tolist(), strict=True))
    repeats = repeats_in(study, results, rounds)
    found = lead_within_noise(leaders, repeats, goal_of(study), reverse("study-confirm", args=[study.pk]))
    yield from [found] if found else []


def _about_progress(study: Study, results: Results) -> Iterator[Suggestion]:
    if study.state != StudyState.RUNNING or study.is_draining or results.best is None:
        return
    goal, by_end = goal_of(study), results.by_end
    later = by_end[int(np.argmax(by_end == results.best)) + 1 :]
    losses = results.losses[later]
    since = goal.show(float(results["value"][later[losses.argmin()]])) if losses.size else ""
    number = results.best_number
    assert number is not None  # noqa: S101 (there is a best one)
    found = no_progress(
        n_stale_of(study, results),
        int(results.is_in(TrialState.COMPLETE, TrialState.PRUNED).sum()),
        number,
        reverse("study-drain", args=[study.pk]),
        best=goal.show(float(results["value"][results.best])),
        since=since,
        sampler=study.sampler,
        learn_url="" if study.code else copy_url(study, {"sampler": "auto"}),
    )
    yield from [found] if found else []


def _about_branches(study: Study, results: Results, rare: Sequence[Rare]) -> Sequence[Suggestion]:
    n_to_go = study.max_trials - len(results)
    if not rare or study.state != StudyState.RUNNING or study.is_draining or n_to_go < 1:
        return []

    def find() -> list[Suggestion]:
        url = reverse("study-branch", args=[study.pk])
        found = rare_branches(rare, n_to_go, lambda name, value: count_with(study, name, value), url)
        return list(islice(found, MOST_ALIKE))

    return results.once(f"branches {_stamp(study)} {study.max_trials}", find)


def _about_epochs(study: Study, results: Results) -> Iterator[Suggestion]:
    found = early_stopping_of(study, results)
    yield from [found] if found else []


def _about_model(study: Study, results: Results) -> Iterator[Suggestion]:
    losses = results.losses[results.best_first]
    if not len(losses) or losses[0] == losses[-1]:  # nothing to explain
        return
    importance = model_of(study).importance
    found = hardly_explained(
        importance.fit,
        importance.n_trials,
        len(study.search_space.searched),
        more_url=reverse("study-budget", args=[study.pk]),
        copy_url=copy_url(study),
    )
    yield from [found] if found else []
