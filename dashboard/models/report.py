from django.db import models

from dashboard.models.attempt import Attempt


class Report(models.Model):
    """The metrics of one step (epoch) of an attempt."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="reports", db_index=False)
    step = models.PositiveIntegerField()
    # Name to number; null where the number was not finite.
    metrics = models.JSONField()
    seconds = models.FloatField(help_text="since the training began")

    class Meta:
        ordering = ("attempt", "step")
        constraints = (
            # A step counts once, however often it is told.
            models.UniqueConstraint(fields=("attempt", "step"), name="step_once_per_attempt"),
        )

    def __str__(self) -> str:
        return f"step {self.step}"
