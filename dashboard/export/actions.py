"""Taking results away: whoever sees a study may, and each download is one line of the audit log."""

from collections.abc import Collection, Iterator, Sequence
from typing import IO

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.export.columns import columns_of
from dashboard.export.queries import trials_to_export
from dashboard.export.study_json import study_json
from dashboard.export.trials_csv import trials_csv
from dashboard.export.trials_parquet import trials_parquet
from dashboard.models import Role, Study


@action("study-export-csv", needs=Role.VIEWER)
def export_csv(
    study: Study, *, state: str, numbers: Sequence[int], columns: Collection[str], by: Actor
) -> Iterator[str]:
    """Raises Refused for a column that there is not."""
    trials = trials_to_export(study, state=state, numbers=numbers)
    return trials_csv(trials, columns_of(study, trials, columns))


@action("study-export-parquet", needs=Role.VIEWER)
def export_parquet(
    study: Study, *, state: str, numbers: Sequence[int], columns: Collection[str], by: Actor
) -> IO[bytes]:
    """Raises Refused as `export_csv` does."""
    trials = trials_to_export(study, state=state, numbers=numbers)
    return trials_parquet(study.search_space, trials, columns_of(study, trials, columns))


@action("study-export-json", needs=Role.VIEWER)
def export_json(study: Study, *, by: Actor) -> Iterator[str]:
    return study_json(study)
