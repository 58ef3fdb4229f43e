"""What people do with one trial."""

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.engine import retries
from dashboard.models import Role, Trial


@action("trial-retry", needs=Role.EDITOR)
def retry(trial: Trial, *, by: Actor) -> bool:
    """Train a failed trial again, with the same params. False when it is not a failed one."""
    return retries.retry_trial(study_id=trial.study_id, number=trial.number, by=by.name)
