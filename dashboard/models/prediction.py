from django.conf import settings
from django.db import models

from dashboard.models.trial import Trial


class PredictionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class Prediction(models.Model):
    """Something that a person tried a kept model on. Forgotten after a day."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="predictions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # A row as texts by column, a text, or the base64 of a picture's file.
    given = models.JSONField()
    state = models.CharField(max_length=10, choices=PredictionState, default=PredictionState.WAITING)
    # A class with the probabilities of all, or a value.
    answer = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    running_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        # Serves the worker: what waits?
        indexes = (models.Index(fields=("state", "id"), name="prediction_by_state"),)

    def __str__(self) -> str:
        return f"prediction of {self.trial}"

    @property
    def is_open(self) -> bool:
        return self.state in {PredictionState.WAITING, PredictionState.RUNNING}
