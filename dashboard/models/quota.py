from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from dashboard.models.team import Team


class Quota(models.Model):
    """What one person's studies, or one team's, may use. What is empty has no limit."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.OneToOneField(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Trials that train at the same time.
    n_slots = models.PositiveIntegerField(null=True, blank=True)
    # Trials in thirty days, those that running studies have yet to make included.
    n_trials = models.PositiveIntegerField(null=True, blank=True)
    # Megabytes of kept models and uploaded datasets.
    storage = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=True, team__isnull=False) | Q(user__isnull=False, team__isnull=True),
                name="quota_of_a_person_or_a_team",
            ),
        )

    def __str__(self) -> str:
        return f"quota of {self.user or self.team}"
