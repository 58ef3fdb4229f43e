"""Who proposed the trials of a study: how many of them fill the space, from where on a model knows better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.catalog import sampler_label
from dashboard.goals import Goal
from dashboard.models import Origin, Study, TrialState
from dashboard.wording import all_of, count_noun, thousands
from optimizer import SearchSpace
from optimizer.objective import best_of, is_better
from optimizer.samplers import SAMPLERS
from optimizer.samplers.grid import GridSampler

STARTING = "Starting points"


@dataclass(frozen=True)
class Proposer:
    """One source of trials, its share of all of them (0 to 1), and what came of it in words."""

    label: str
    n: int
    share: float
    result: str


@dataclass(frozen=True)
class Proposals:
    sentence: str
    proposers: list[Proposer]
    # The number of the first trial that a model proposed, and who came before and after in few words.
    first_modelled: int | None
    words: str


def proposals_of(
    study: Study, space: SearchSpace, goal: Goal, rows: Sequence[Mapping[str, Any]]
) -> Proposals:
    """`rows` are all trials in number order."""
    first = next((row["number"] for row in rows if row["origin"] == Origin.MODEL), None)
    proposers = _proposers(goal, rows)
    modelling = sorted({row["sampler"] for row in rows if row["origin"] == Origin.MODEL})
    models = all_of(sampler_label(name) for name in modelling) if modelling else ""
    return Proposals(
        sentence=_sentence(study, space, rows, first, models),
        proposers=proposers,
        first_modelled=first,
        words=f"{count_noun(first, 'starting point')}, then {models}" if first else "",
    )


def proposer_label(origin: str, sampler: str) -> str:
    return STARTING if origin == Origin.STARTUP else sampler_label(sampler) or Origin(origin).label


def _proposers(goal: Goal, rows: Sequence[Mapping[str, Any]]) -> list[Proposer]:
    """Starting points first, then whoever proposed most."""
    by_label: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_label.setdefault(proposer_label(row["origin"], row["sampler"]), []).append(row)
    new_bests = _new_bests(goal, rows)
    proposers = []
    for label, own in by_label.items():
        values = [row["value"] for row in own if row["state"] == TrialState.COMPLETE]
        n_best = sum(row["number"] in new_bests for row in own)
        proposers.append(Proposer(label, len(own), len(own) / len(rows), _result(goal, values, n_best)))
    return sorted(proposers, key=lambda entry: (entry.label != STARTING, -entry.n))


def _result(goal: Goal, values: Sequence[float], n_best: int) -> str:
    best = best_of(values, goal.direction)
    if best is None:
        return "none complete"
    often = {0: "no new best", 1: "set a new best once", 2: "set a new best twice"}
    return f"best {goal.show(best)}, {often.get(n_best) or f'set a new best {thousands(n_best)} times'}"


def _new_bests(goal: Goal, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Numbers of the trials that were better than all before them."""
    found, best = set(), None
    for row in rows:
        value = row["value"]
        if row["state"] == TrialState.COMPLETE and (best is None or is_better(value, best, goal.direction)):
            best = value
            found.add(row["number"])
    return found


def _sentence(
    study: Study, space: SearchSpace, rows: Sequence[Mapping[str, Any]], first: int | None, models: str
) -> str:
    if first is not None:
        return _modelled(first, models)
    if any(row["origin"] == Origin.STARTUP for row in rows):
        n = len(rows)
        so_far = "The first trial explores" if n == 1 else f"The first {thousands(n)} trials explore"
        return f"{so_far} the search space. A model proposes trials once there is enough data."
    if study.sampler == GridSampler.name:
        return f"{thousands(len(rows))} of {thousands(GridSampler().size(space))} grid points tried."
    return SAMPLERS[study.sampler].help if study.sampler in SAMPLERS else ""


def _modelled(first: int, models: str) -> str:
    propose = f"{models} propose trials" if " and " in models else f"{models} proposes trials"
    if first == 0:
        return f"{propose} from the start."
    fill = (
        "Trial #0 is a starting point"
        if first == 1
        else f"Trials #0 to #{first - 1} explore the search space"
    )
    return f"{fill}. {propose} from #{first}."
