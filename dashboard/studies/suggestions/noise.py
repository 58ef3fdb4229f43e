"""A lead that is no larger than what the same params differ by when they are trained again."""

import math
from collections.abc import Sequence

from dashboard.goals import Goal
from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.wording import all_of, count_noun
from optimizer.objective import to_loss

# Repeats beyond the first of each params: fewer say nothing about their spread.
FEWEST_REPEATS = 3
# Differences of fewer standard errors than this are taken for chance, as on the page of confirmed trials.
SURE = 2
# Trials that are named, and confirmed with so many seeds.
MOST, N_SEEDS = 3, 3


def lead_within_noise(
    best: Sequence[tuple[int, float]], repeats: Sequence[Sequence[float]], goal: Goal, url: str
) -> Suggestion | None:
    """Number and value of the best trials, the best first; values of trainings with the same params."""
    told = [values for values in repeats if len(values) > 1]
    n_more = sum(len(values) - 1 for values in told)
    if len(best) < 2 or n_more < FEWEST_REPEATS:
        return None
    noise = SURE * math.sqrt(2 * _variance(told))
    lead = to_loss(best[1][1], goal.direction) - to_loss(best[0][1], goal.direction)
    if not noise > 0 or not lead <= noise:
        return None
    first = to_loss(best[0][1], goal.direction)
    near = [entry for entry in best[:MOST] if to_loss(entry[1], goal.direction) - first <= noise]
    width = abs(near[-1][1] - near[0][1])
    names = all_of(f"#{number}" for number, _ in near)
    n = sum(map(len, told))
    return Suggestion(
        key=f"noise {best[0][0]}",
        tone="info",
        title="The lead of the best trial is within the noise.",
        evidence=f"{names} lie within {goal.show_spread(width)}; trainings of the same parameters differ by "
        f"up to {goal.show_spread(noise)} ({count_noun(n, 'repeat')}).",
        strength=n,
        button=f"Confirm the best {len(near)}",
        url=url,
        acts=True,
        fields=(("n_best", str(len(near))), ("n_seeds", str(N_SEEDS))),
    )


def _variance(groups: Sequence[Sequence[float]]) -> float:
    """Within groups, all together."""
    squares = 0.0
    for values in groups:
        mean = math.fsum(values) / len(values)
        squares += math.fsum((value - mean) ** 2 for value in values)
    return squares / sum(len(values) - 1 for values in groups)
