"""Functional ANOVA over a conditional search space.

Tree ensembles learn the loss from the trials; their main effects are then integrated exactly over the prior,
so that neither interactions nor the preferences of a sampler leak into them (Hutter, Hoos and Leyton-Brown,
"An efficient approach for assessing hyperparameter importance", ICML 2014). We differ in two things:

- The trees are boosted. A sum of effects needs a few small trees, where a single tree needs a leaf for each
  of their combinations, which few trials can fill.
- A parameter that is active in one branch only is *nested* in its parent, as in a nested analysis of
  variance: its effect is E[loss | its value, active] - E[loss | active], and counts as often as it is active.

These effects are uncorrelated, so that the shares of all parameters and interactions sum to at most 1.
Where a sampler has hardly been, no method knows the loss: after few random trials, results are uncertain.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.importance.binned_space import BinnedSpace
from optimizer.importance.boosting import Ensembles, fit_ensembles
from optimizer.importance.decomposition import Decomposition, jackknife_error
from optimizer.importance.explanation import Explanation
from optimizer.importance.loss_scale import LossScale
from optimizer.importance.report import Curve, Importance, Interaction, ParameterImportance
from optimizer.importance.trials import Trials
from optimizer.objective import to_loss
from optimizer.samplers import generator_for
from optimizer.wording import count_noun, percent, thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.importance.binned_space import Axis
    from optimizer.objective import Direction
    from optimizer.values import FloatArray

MIN_TRIALS: Final = 10  # complete ones, in all and with a parameter active
MAX_TRIALS: Final = 20_000  # drawn at random from a larger number
MAX_TABLE: Final = 20_000  # numbers in the table of trials up to which 10 folds are cheap; then 5
N_PRIOR: Final = 2_048  # points of the prior, for the variance of the whole
N_PAIRED: Final = 6  # parameters whose pairs are examined
MIN_SHARE: Final = 0.005  # of an interaction worth reporting
MAX_POINTS: Final = 64  # of a curve along numbers
CLEAR: Final = 1.5  # standard errors by which the model must predict better than a mean
WEAK_FIT: Final = 0.3
MOSTLY: Final = 0.5  # of what the model predicts


def fanova(history: History, *, objective: int = 0, seed: int = 0, n_interactions: int = 5) -> Importance:
    """How much each parameter matters for an objective, from the complete trials of ``history``.

    ``objective`` is a column of ``history.losses``; at most ``n_interactions`` pairs are reported. With too
    few trials, or none that differ, every importance is 0 and the note says why. The same trials and seed
    give the same numbers, in whatever order they were added. Raises ``ValueError`` for an unknown objective.

    Examples
    --------
    >>> import numpy as np
    >>> from optimizer import Float, History, Parameter, SearchSpace
    >>> from optimizer.importance import fanova
    >>> space = SearchSpace([Parameter('x', Float(0, 1)), Parameter('y', Float(0, 1))])
    >>> history, rng = History(space), np.random.default_rng(0)
    >>> for number in range(50):
    ...     params = space.sample(rng)
    ...     history.add(number, params, 10 * params['x'] + params['y'], 'complete')
    >>> importance = fanova(history)
    >>> importance.parameters[0].name, importance['x'].importance > 0.9
    ('x', True)

    """
    return explain(history, objective=objective, seed=seed, n_interactions=n_interactions)[0]


def explain(
    history: History, *, objective: int = 0, seed: int = 0, n_interactions: int = 5
) -> tuple[Importance, Explanation | None]:
    """``fanova``, and the model that it rests on; None where there is none, for the reason in the note.

    Examples
    --------
    >>> import numpy as np
    >>> from optimizer import Float, History, Parameter, SearchSpace
    >>> from optimizer.importance import explain
    >>> space = SearchSpace([Parameter('x', Float(0, 1)), Parameter('y', Float(0, 1))])
    >>> history, rng = History(space), np.random.default_rng(0)
    >>> for number in range(50):
    ...     params = space.sample(rng)
    ...     history.add(number, params, 10 * params['x'] + params['y'], 'complete')
    >>> importance, explanation = explain(history)
    >>> surface = explanation.surface('x', 'y')
    >>> bool(surface.expected[0, 0] < surface.expected[-1, -1])
    True

    """
    trials = Trials.of(history, objective)
    direction = history.directions[objective]
    if len(trials) < MIN_TRIALS:
        are = "is" if len(trials) == 1 else "are"
        note = (
            f"Importance needs {count_noun(MIN_TRIALS, 'complete trial')}, but there {are} only "
            f"{thousands(len(trials))}."
        )
        return _no_importance(trials, note), None
    if trials.is_constant:
        note = f"All {thousands(len(trials))} complete trials have the same value."
        return _no_importance(trials, note), None
    scale = LossScale.of(trials.losses)
    model = _fit(trials, scale, generator_for(seed, 0))
    if model.clarity < CLEAR:
        note = "No pattern was found: a model predicts unseen trials no better than their mean."
        return _no_importance(trials, note, scale.describe(direction)), None
    explanation = Explanation(trials.space, scale, model, direction)
    return _report(trials, scale, model, direction, n_interactions), explanation


def _fit(trials: Trials, scale: LossScale, rng: np.random.Generator) -> Ensembles:
    """A model of the losses on their scale, from at most ``MAX_TRIALS`` trials in random order."""
    trials = trials.take(rng.permutation(len(trials))[:MAX_TRIALS])
    binned = BinnedSpace.of(trials.space, trials.coordinates, trials.active)
    slots = binned.slots_of(trials.coordinates, trials.active)
    prior = binned.draw(N_PRIOR, rng)
    n_folds = 10 if slots.size <= MAX_TABLE else 5
    return fit_ensembles(binned, slots, scale.to_unit(trials.losses), prior, n_folds, rng)


def _no_importance(trials: Trials, note: str, scale: str = "") -> Importance:
    """An importance of 0 for every parameter."""
    parameters = tuple(
        ParameterImportance(
            name, n_trials=trials.n_active(j), reason=trials.why_unknown(j, MIN_TRIALS) or note
        )
        for j, name in enumerate(trials.space.names)
    )
    return Importance(parameters, (), len(trials), 0.0, scale, note)


def _report(
    trials: Trials, scale: LossScale, model: Ensembles, direction: Direction, n_interactions: int
) -> Importance:
    """The decomposed model in words and numbers."""
    names = trials.space.names
    reasons = [trials.why_unknown(j, MIN_TRIALS) for j in range(len(names))]
    parts = Decomposition(model, _pairs(model, reasons))
    shares, errors = (a.tolist() for a in parts.shares())
    alone = sum(share for share, reason in zip(shares, reasons, strict=True) if not reason)
    parameters = [
        ParameterImportance(name, n_trials=trials.n_active(j), reason=reasons[j])
        if reasons[j]
        else ParameterImportance(
            name,
            importance=shares[j] / alone if alone > 0 else 0.0,
            share=shares[j],
            share_error=errors[j],
            branch_share=parts.branch_share(j) if trials.space[name].when is not None else None,
            n_trials=trials.n_active(j),
            curve=_curve(parts.axes[j], parts.effects[j], scale, direction),
        )
        for j, name in enumerate(names)
    ]
    parameters.sort(key=lambda parameter: -parameter.importance)
    together = sorted(parts.interaction_shares().items(), key=lambda pair: -pair[1])
    interactions = [Interaction((names[i], names[j]), share) for (i, j), share in together]
    return Importance(
        tuple(parameters),
        tuple(pair for pair in interactions[: max(n_interactions, 0)] if pair.share >= MIN_SHARE),
        len(trials),
        model.fit,
        scale.describe(direction),
        _note(model.fit, alone / parts.learned),
    )


def _pairs(model: Ensembles, reasons: list[str]) -> list[tuple[int, int]]:
    """Pairs of the parameters that the trees use most, but none of a parameter and one above it."""
    used = [j for j in np.argsort(-model.gains, kind="stable").tolist() if not reasons[j]][:N_PAIRED]
    return [(i, j) for i, j in combinations(sorted(used), 2) if not model.binned.is_above(i, j)]


def _curve(axis: Axis, effects: FloatArray, scale: LossScale, direction: Direction) -> Curve:
    """The curve of effects by ensemble and bin, shape (m, n_bins); of many numbers, every k-th."""
    thin = slice(None, None, 1 if axis.is_choice else -(-axis.n_bins // MAX_POINTS))
    mean, error = effects.mean(axis=0)[thin], jackknife_error(effects)[thin]
    predicted, one_end, other_end = (
        [to_loss(loss, direction) for loss in scale.from_unit(y).tolist()]
        for y in (mean, mean - error, mean + error)
    )
    low, high = map(min, one_end, other_end), map(max, one_end, other_end)
    return Curve(tuple(axis.values[thin]), tuple(predicted), tuple(low), tuple(high))


def _note(fit: float, alone: float) -> str:
    """How reliable the result is, and whether interactions matter more than single parameters."""
    text = f"A model explains {percent(fit, 0)} of the variation of unseen trials"
    text += "; treat this as a hint." if fit < WEAK_FIT else "."
    if alone < MOSTLY:
        text += f" Single parameters explain {percent(alone, 0)} of that, interactions the rest."
    return text
