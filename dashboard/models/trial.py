from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from dashboard.models.study import Study


class TrialState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    PRUNED = "pruned", "Pruned"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Origin(models.TextChoices):
    STARTUP = "startup", "starting point"
    MODEL = "model", "model"
    COPY = "copy", "copied trial"
    RANDOM = "random", "random draw"
    # A person has put them into the queue.
    ENQUEUED = "enqueued", "a person"
    # Another program, whose study was brought here.
    IMPORTED = "imported", "imported"


class FailureKind(models.TextChoices):
    ERROR = "error", "error"
    # Its worker or its lease: that says nothing about the params.
    LOST = "lost", "lost"
    # Its own process: that may come of the params.
    DIED = "died", "process died"
    OUT_OF_MEMORY = "out_of_memory", "out of memory"
    TIMED_OUT = "timed_out", "timed out"
    DIVERGED = "diverged", "diverged"
    # The objective itself said so, of a constraint that the params break: nothing is wrong with it.
    INFEASIBLE = "infeasible", "infeasible"
    # A person said so of a trial that had ended otherwise.
    MARKED = "marked", "marked as failed"
    LEFT_OUT = "left_out", "left out"


# Kinds that pages call a state of their own.
SHOWN_KINDS = (FailureKind.INFEASIBLE, FailureKind.LEFT_OUT)
# Those of trials that people have judged.
JUDGED_KINDS = (FailureKind.MARKED, FailureKind.LEFT_OUT)


def shown_state(state: str, kind: str) -> str:
    """As pages call it: a trial, or an attempt, whose params break a constraint has not failed."""
    return kind if kind in SHOWN_KINDS else state


def trial_seed(study_seed: int, number: int) -> int:
    """A repeat of a trial trains with the same seed; its neighbors do not."""
    return (study_seed * 1_000_003 + number) % 2**31


class Trial(models.Model):
    """One evaluation of one set of params. Executions of it are attempts."""

    # Here and in attempts and reports: the constraint with the number behind it serves what an index would.
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="trials", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=TrialState, default=TrialState.WAITING)
    failure_kind = models.CharField(max_length=15, choices=FailureKind, blank=True)
    failure_message = models.CharField(max_length=500, blank=True)

    params = models.JSONField()
    # Where the params come from: a starting point, the sampler's model, a random draw, or a person.
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.STARTUP)
    # Who proposed them: the study's sampler, or the one that it let propose.
    sampler = models.CharField(max_length=20, blank=True)
    # What the sampler said about its proposal; {"sampler": ..., "kind": "startup" | "model", "text": ...}.
    explanation = models.JSONField(default=dict)

    # What a person said of it: {"kind", "reason", "by", "before": the columns that this has changed}.
    judged = models.JSONField(default=dict, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)

    # The trial of another study that it trains again.
    copy_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Where it does not follow from the study's seed and the number.
    seed = models.PositiveIntegerField(null=True, blank=True)

    value = models.FloatField(null=True, blank=True)
    best_step = models.PositiveIntegerField(null=True, blank=True)
    # Every metric at the best step.
    metrics = models.JSONField(default=dict)
    # Where the running attempt is: its last step and the objective there.
    step = models.PositiveIntegerField(default=0)
    step_value = models.FloatField(null=True, blank=True)

    # The fencing token: every write about an execution names the attempt it belongs to.
    attempt = models.PositiveIntegerField(default=0)
    # The last attempt before somebody retried it; failures up to there use up no automatic retry.
    retried_after = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Seconds that the deciding attempt trained, without waiting and set-up.
    seconds = models.FloatField(null=True, blank=True)
    n_parameters = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("study", "number")
        constraints = (
            # Two claims can never make the same trial: the second insert fails.
            models.UniqueConstraint(fields=("study", "number"), name="trial_number_once_per_study"),
            models.CheckConstraint(
                condition=~Q(state="complete") | Q(value__isnull=False), name="complete_trial_has_a_value"
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | Q(value__isnull=True), name="failed_trial_has_no_value"
            ),
        )
        indexes = (
            # Serves claim_trial (waiting trials of a study) and every count by state.
            models.Index(fields=("study", "state", "number"), name="trial_by_state"),
            # Serves the best trial of a study, its target and whether it still improves.
            models.Index(fields=("study", "state", "value"), name="trial_by_value"),
            # Serves what a sampler has not read yet, and the latest failures.
            models.Index(fields=("study", "finished_at", "number"), name="trial_by_end"),
            # Serves the reaper: running trials whose lease is over.
            models.Index(fields=("state", "lease_until"), name="trial_by_lease"),
            # Serves the metrics of the machinery: how trials ended, in all studies.
            models.Index(fields=("state", "failure_kind"), name="trial_by_outcome"),
        )

    def __str__(self) -> str:
        return f"#{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("trial-detail", args=[self.study_id, self.number])

    @property
    def shown_state(self) -> str:
        return shown_state(self.state, self.failure_kind)

    @property
    def training_seed(self) -> int:
        return trial_seed(self.study.seed, self.number) if self.seed is None else self.seed

    @property
    def is_judged(self) -> bool:
        """Whether a person has marked it as failed, or left it out of the model."""
        return self.failure_kind in JUDGED_KINDS

    @property
    def is_ended(self) -> bool:
        return self.state not in {TrialState.WAITING, TrialState.RUNNING}
