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
    # Complete trials when it was made, and what tells whether it would come out otherwise now.
    n_seen: int
    seen: str
    # Complete trials that do not fit the search space that the study has now: the model leaves them out.
    n_unfit: int
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
        seen=seen_stamp(study, model.n_seen),
        n_unfit=model.n_unfit,
        n_pruned=study.trials.filter(state=TrialState.PRUNED).count(),
        note=model.importance.note,
        scale=model.importance.scale,
        poll_seconds=SLOW_SECONDS if model.n_seen > MANY_TRIALS else POLL_SECONDS,
    )


def seen_stamp(study: Study, n_complete: int) -> str:
    """The same as long as the same trials teach the same model; one left out and one more are as many."""
    return f"{study.n_rewrites}.{n_complete}"
