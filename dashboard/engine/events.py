"""The history of a study: what was done to it as a whole, and by whom."""

from dashboard.models import StudyEvent


def record_event(study_id: int, what: str, *, by: str = "") -> None:
    """To be called in the transaction of what it tells. Without a name it was Parzen itself."""
    StudyEvent.objects.create(study_id=study_id, what=what[:300], by=by[:150])
