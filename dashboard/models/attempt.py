from django.db import models

from dashboard.models.trial import FailureKind, Trial, shown_state
from dashboard.models.worker import slot_words


class AttemptState(models.TextChoices):
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PRUNED = "pruned", "Pruned"
    FAILED = "failed", "Failed"
    LOST = "lost", "Lost"
    RETURNED = "returned", "Returned to queue"
    CANCELLED = "cancelled", "Cancelled"


class Attempt(models.Model):
    """One execution of a trial on one worker."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.RUNNING)
    worker = models.CharField(max_length=150)
    failure_kind = models.CharField(max_length=15, choices=FailureKind, blank=True)
    # Why it ended, in words.
    reason = models.CharField(max_length=500, blank=True)
    traceback = models.TextField(blank=True)
    # The epoch behind which it went on, saved by an attempt before it; 0: it began at the beginning.
    resumed_after = models.PositiveIntegerField(default=0)
    # The last lines that the training wrote; the oldest go first.
    log = models.TextField(blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # How long a lease of it lasts, where whoever trains it has asked for another time than workers have.
    lease_seconds = models.PositiveIntegerField(null=True, blank=True)
    peak_memory = models.PositiveBigIntegerField(null=True, blank=True)
    # Versions and threads: beside the seed, what the bits of the result depend on.
    environment = models.JSONField(default=dict)

    class Meta:
        ordering = ("trial", "-number")
        constraints = (
            models.UniqueConstraint(fields=("trial", "number"), name="attempt_number_once_per_trial"),
        )
        # Serves the workers page (what runs now) and every count by state.
        indexes = (models.Index(fields=("state",), name="attempt_by_state"),)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.trial_id}"

    @property
    def shown_state(self) -> str:
        return shown_state(self.state, self.failure_kind)

    @property
    def worker_words(self) -> str:
        return slot_words(self.worker)

    @property
    def duration(self) -> float | None:
        """Seconds from claim to end; None while it runs."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None
