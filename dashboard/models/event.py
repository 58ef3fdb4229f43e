from django.db import models
from django.db.models.functions import Now

from dashboard.models.study import Study


class StudyEvent(models.Model):
    """What happened to a study as a whole, and who did it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    # The person's name at that time; empty where Parzen did it by itself.
    by = models.CharField(max_length=150, blank=True)
    # A past participle and more: "paused", "changed the budget: trials 30 → 60".
    what = models.CharField(max_length=300)

    class Meta:
        # Newest first, as the page shows them.
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.what
