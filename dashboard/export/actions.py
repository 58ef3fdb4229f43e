"""Taking results away: whoever sees a study may, and each download is one line of the audit log."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import IO

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.charts.static_svg import Look
from dashboard.export.charts import chart_csv, chart_svg, trial_chart_csv, trial_chart_svg
from dashboard.export.columns import columns_of, spaces_of
from dashboard.export.optuna_sqlite import optuna_sqlite
from dashboard.export.pictures import NAMES, picture_csv, picture_svg
from dashboard.export.python_files.hyperopt_file import hyperopt_file
from dashboard.export.python_files.keras_file import keras_file
from dashboard.export.python_files.keras_tuner_file import keras_tuner_file
from dashboard.export.python_files.optuna_file import optuna_file
from dashboard.export.python_files.parts import found_of
from dashboard.export.queries import best_of, network_code_of, numbers_selected, trials_to_export
from dashboard.export.study_json import study_json, trials_json
from dashboard.export.trials_csv import trials_csv
from dashboard.export.trials_parquet import trials_parquet
from dashboard.models import Role, Study, Trial
from dashboard.refusal import Refused

SPACE_FILES = {"hyperopt": hyperopt_file, "optuna": optuna_file, "keras_tuner": keras_tuner_file}
LIBRARIES = (*SPACE_FILES, "keras")


@action("study-export-csv", needs=Role.VIEWER)
def export_csv(
    study: Study, *, state: str, numbers: Sequence[int], columns: Collection[str], text: str, by: Actor
) -> Iterator[str]:
    """Raises Refused for a column that there is not, and for a filter `text` that cannot be read."""
    trials = trials_to_export(study, state=state, numbers=numbers)
    wanted = numbers_selected(study, text)
    return trials_csv(trials, columns_of(study, trials, columns), wanted)


@action("study-export-parquet", needs=Role.VIEWER)
def export_parquet(
    study: Study, *, state: str, numbers: Sequence[int], columns: Collection[str], text: str, by: Actor
) -> IO[bytes]:
    """Raises Refused as `export_csv` does."""
    trials = trials_to_export(study, state=state, numbers=numbers)
    wanted = numbers_selected(study, text)
    return trials_parquet(spaces_of(study), trials, columns_of(study, trials, columns), wanted)


@action("study-export-trials-json", needs=Role.VIEWER)
def export_trials_json(
    study: Study, *, state: str, numbers: Sequence[int], columns: Collection[str], text: str, by: Actor
) -> Iterator[str]:
    """Each trial whole, whatever the columns. Raises Refused for a filter `text` that cannot be read."""
    trials = trials_to_export(study, state=state, numbers=numbers)
    return trials_json(study, trials, numbers_selected(study, text))


@action("study-export-json", needs=Role.VIEWER)
def export_json(study: Study, *, by: Actor) -> Iterator[str]:
    return study_json(study)


@action("study-export-optuna", needs=Role.VIEWER)
def export_optuna(study: Study, *, by: Actor) -> IO[bytes]:
    """The whole study as a storage that Optuna opens."""
    return optuna_sqlite(study)


@action("study-export-python", needs=Role.VIEWER)
def export_python(study: Study, *, library: str, by: Actor) -> str:
    """For one of LIBRARIES. Raises Refused where the best network is not there as code."""
    found = found_of(study)
    if library in SPACE_FILES:
        return SPACE_FILES[library](found)
    best = best_of(study)
    code = network_code_of(best) if best else ""
    if not code:
        raise Refused(
            "There is no Keras code for the best trial, because its model was not saved as plain Keras "
            "layers. Export the search space for Hyperopt or Optuna instead."
        )
    return keras_file(found, code)


@action("study-export-chart", needs=Role.VIEWER)
def export_chart(
    study: Study,
    *,
    chart: str,
    ending: str,
    text: str,
    look: Look,
    query: Mapping[str, str],
    by: Actor,
) -> Iterator[str]:
    """One of CHARTS, or of the pictures of the explore view, as one of ENDINGS.

    Raises Refused for a filter `text` that cannot be read.
    """
    if chart in NAMES:
        if ending == "csv":
            return picture_csv(study, name=chart, text=text, query=query)
        return iter([picture_svg(study, name=chart, text=text, query=query)])
    if ending == "csv":
        return chart_csv(study, chart=chart, text=text)
    return iter([chart_svg(study, chart=chart, text=text, look=look)])


@action("trial-export-chart", needs=Role.VIEWER)
def export_trial_chart(trial: Trial, *, ending: str, metric: str, by: Actor) -> Iterator[str]:
    """As one of ENDINGS. Raises Refused where there is no epoch to draw."""
    return trial_chart_csv(trial) if ending == "csv" else iter([trial_chart_svg(trial, metric=metric)])


@action("study-export-comparison", needs=Role.VIEWER)
def take_for_comparison(study: Study, *, by: Actor) -> Study:
    """One of the studies of a comparison that somebody takes away: each has a line in the audit log."""
    return study
