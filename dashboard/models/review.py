from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from dashboard.models.study import Study


class Review(models.Model):
    """Somebody of the staff has looked at a study, and has put their name to it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reviews")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    note = models.CharField(max_length=2_000, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.by} on {self.study}"
