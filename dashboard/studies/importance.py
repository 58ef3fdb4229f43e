"""The card that says which parameter mattered, from all complete trials of a study."""

from dataclasses import dataclass

from dashboard.charts.importance import ImportanceChart, importance_chart
from dashboard.models import Study, TrialState
from dashboard.studies.model import MANY_TRIALS, SLOW_SECONDS, model_of

POLL_SECONDS = 15


@dataclass(frozen=True)
class ImportanceCard:
    chart: ImportanceChart
    n_trials: int
    # Complete trials when it was made, for the question whether there are more.
    n_seen: int
    # Stopped early, so without a value: they count in nothing here.
    n_pruned: int
    # How the values entered and how much to believe, or why there is nothing to show.
    note: str
    scale: str
    poll_seconds: int


def importance_card(study: Study) -> ImportanceCard:
    model = model_of(study)
    if "importance" not in model.memory:
        model.memory["importance"] = importance_chart(
            study.search_space, model.importance, model.correlations, study.direction, model.best_tenth
        )
    return ImportanceCard(
        chart=model.memory["importance"],
        n_trials=model.importance.n_trials,
        n_seen=model.n_seen,
        n_pruned=study.trials.filter(state=TrialState.PRUNED).count(),
        note=model.importance.note,
        scale=model.importance.scale,
        poll_seconds=SLOW_SECONDS if model.n_seen > MANY_TRIALS else POLL_SECONDS,
    )
