"""The curves of one trial, beside the median of its study and the best trial."""

from collections.abc import Mapping, Sequence

from dashboard.charts.epochs import Points, TrialEpochsChart, median_curve, metric_curves
from dashboard.goals import is_percent, short_label
from dashboard.models import Report, Study, Trial
from dashboard.trials import queries
from dashboard.trials.results import Results
from dashboard.wording import count_noun, thousands

# The median curve is of this many trials of the study, the latest ones.
MEDIAN_OF = 100

Steps = Sequence[tuple[int, Mapping[str, float | None]]]


def curves_of(
    study: Study, trial: Trial, results: Results, reports: Sequence[Report], best: Trial | None
) -> TrialEpochsChart:
    steps = [(report.step, report.metrics) for report in reports]
    names = sorted({name.removeprefix("val_") for _, metrics in steps for name in metrics})
    names.sort(key=lambda name: name != study.objective.removeprefix("val_"))
    medians = results.once("median curves", lambda: _medians(study))
    reference = [] if best is None or best.pk == trial.pk else results.once("best", lambda: _steps(best))
    metrics = [
        metric_curves(
            name,
            label=short_label(name),
            is_percent=is_percent(study, f"val_{name}"),
            steps=steps,
            median=medians.get(name, []),
            best=(f"#{best.number}" if best else "", _points(reference, name)),
        )
        for name in names
    ]
    n = len(steps)
    at = f", best at epoch {thousands(trial.best_step)}" if trial.best_step else ""
    label = f"{study.objective} over {count_noun(n, 'epoch')}{at}"
    empty = "No epochs were completed" if trial.is_ended else "No epochs completed yet"
    return TrialEpochsChart(metrics, trial.best_step, label, empty)


def _steps(trial: Trial) -> Steps:
    return queries.all_metrics([trial.pk]).get(trial.pk, [])


def _medians(study: Study) -> dict[str, Points]:
    """By name without the prefix of validation, which goes before training."""
    of_each = queries.all_metrics(queries.latest_complete_ids(study, limit=MEDIAN_OF)).values()
    names = {name.removeprefix("val_") for steps in of_each for _, metrics in steps for name in metrics}
    return {name: median_curve([_points(steps, name) for steps in of_each]) for name in names}


def _points(steps: Steps, name: str) -> Points:
    return [(step, value) for step, m in steps if (value := m.get(f"val_{name}", m.get(name))) is not None]
