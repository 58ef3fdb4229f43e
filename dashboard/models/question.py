from django.conf import settings
from django.db import models


class QuestionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class Question(models.Model):
    """What a person asks on a page and a process of the housekeeping answers. Forgotten after a day."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    given = models.JSONField()
    state = models.CharField(max_length=10, choices=QuestionState, default=QuestionState.WAITING)
    answer = models.JSONField(default=dict, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    running_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("-id",)
        # Serves the housekeeping: what waits?
        indexes = (models.Index(fields=("state", "id"), name="%(class)s_by_state"),)

    @property
    def is_open(self) -> bool:
        return self.state in {QuestionState.WAITING, QuestionState.RUNNING}
