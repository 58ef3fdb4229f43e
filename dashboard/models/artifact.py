from django.db import models

from dashboard.models.trial import Trial


class Artifact(models.Model):
    """The trained network of a trial, a `.keras` file in the storage of artifacts."""

    trial = models.OneToOneField(Trial, on_delete=models.CASCADE, related_name="artifact")
    name = models.CharField(max_length=300, unique=True, help_text="in the storage")
    size = models.PositiveBigIntegerField(help_text="bytes")
    # JSON of how a row becomes what the network reads (trainers.portable.predict).
    reading = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
