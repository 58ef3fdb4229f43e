"""Who proposed the trials of a study: how many of them fill the space, from where on a model knows better."""

from dataclasses import dataclass

import numpy as np

from dashboard.catalog import sampler_label
from dashboard.goals import Goal
from dashboard.models import Origin, Study
from dashboard.trials.results import ORIGINS, Results
from dashboard.wording import all_of, count_noun, thousands
from optimizer import SearchSpace
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


def proposals_of(study: Study, space: SearchSpace, goal: Goal, results: Results) -> Proposals:
    is_modelled = results["origin"] == ORIGINS.index(Origin.MODEL)
    first = int(results["number"][np.argmax(is_modelled)]) if is_modelled.any() else None
    modelling = sorted(set(results["sampler"][is_modelled].tolist()))
    models = all_of(sampler_label(name) for name in modelling) if modelling else ""
    return Proposals(
        sentence=_sentence(study, space, results, first, models),
        proposers=_proposers(goal, results),
        first_modelled=first,
        words=f"{count_noun(first, 'starting point')}, then {models}" if first else "",
    )


def proposer_label(origin: str, sampler: str) -> str:
    if origin == Origin.STARTUP:
        return STARTING
    return sampler_label(sampler) or Origin(origin).label.capitalize()


def _proposers(goal: Goal, results: Results) -> list[Proposer]:
    """Starting points first, then whoever proposed most."""
    by_label: dict[str, np.ndarray] = {}
    new_bests = _new_bests(results)
    for code, origin in enumerate(ORIGINS):
        of_origin = results["origin"] == code
        for sampler in sorted(set(results["sampler"][of_origin].tolist())):
            own = of_origin & (results["sampler"] == sampler)
            label = proposer_label(origin, sampler)
            by_label[label] = by_label[label] | own if label in by_label else own
    proposers = []
    for label, own in by_label.items():
        losses = np.where(own, results.losses, np.inf)
        place = int(np.argmin(losses))
        best = float(results["value"][place]) if np.isfinite(losses[place]) else None
        n = int(own.sum())
        result = _result(goal, best, int((new_bests & own).sum()))
        proposers.append(Proposer(label, n, n / len(results), result))
    return sorted(proposers, key=lambda entry: (entry.label != STARTING, -entry.n))


def _result(goal: Goal, best: float | None, n_best: int) -> str:
    if best is None:
        return "none complete"
    often = {0: "no new best", 1: "set a new best once", 2: "set a new best twice"}
    return f"best {goal.show(best)}, {often.get(n_best) or f'set a new best {thousands(n_best)} times'}"


def _new_bests(results: Results) -> np.ndarray:
    """Which trials were better than all before them."""
    best = np.minimum.accumulate(results.losses) if len(results) else results.losses
    before = np.concatenate(([np.inf], best[:-1]))
    return np.asarray(best < before[: len(best)])


def _sentence(study: Study, space: SearchSpace, results: Results, first: int | None, models: str) -> str:
    if first is not None:
        return _modelled(first, models)
    if (results["origin"] == ORIGINS.index(Origin.STARTUP)).any():
        n = len(results)
        so_far = "The first trial explores" if n == 1 else f"The first {thousands(n)} trials explore"
        return f"{so_far} the search space. A model proposes trials once there is enough data."
    if study.sampler == GridSampler.name:
        return f"{thousands(len(results))} of {thousands(GridSampler().size(space))} grid points tried."
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
