from django.db import models
from django.db.models.functions import Now

from dashboard.models.study import Study

# Of a change of many settings, each with its old and its new value.
EVENT_LENGTH = 1_000


class StudyEvent(models.Model):
    """What happened to a study as a whole, and who did it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    # The person's name at that time; empty where Parzen did it by itself.
    by = models.CharField(max_length=150, blank=True)
    # A past participle and more: "paused", "changed the budget: trials 30 → 60".
    what = models.CharField(max_length=EVENT_LENGTH)

    class Meta:
        # Newest first, as the page shows them.
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.what


class DismissedSuggestion(models.Model):
    """A suggestion about a study that somebody has hidden from everybody who sees the study."""

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="dismissed_suggestions", db_index=False
    )
    # What the suggestion is about: "crowded l2 low".
    key = models.CharField(max_length=300)
    # How many trials said so: it is shown again when many more do.
    strength = models.FloatField()
    at = models.DateTimeField(db_default=Now())
    # The person's name at that time.
    by = models.CharField(max_length=150)

    class Meta:
        constraints = (
            # Also serves the card, which asks for all of a study.
            models.UniqueConstraint(fields=("study", "key"), name="suggestion_dismissed_once"),
        )

    def __str__(self) -> str:
        return self.key
