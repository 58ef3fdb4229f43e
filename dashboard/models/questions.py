"""What people ask on a page and a background process answers."""

from django.conf import settings
from django.db import models

from dashboard.models.trial import Trial


class QuestionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class Question(models.Model):
    """Deleted after a day."""

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


class Prediction(Question):
    """Something that a person tried a kept model on.

    Given is a row as texts by column, a text, or the base64 of a picture's file. The answer is a class with
    the probabilities of all, or a value.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="predictions")

    def __str__(self) -> str:
        return f"prediction of {self.trial}"


class Cost(Question):
    """What the networks of a search space cost. Whoever asks for the same space gets the same answer."""

    # Digest of what is given: trainer, dataset, upload, space.
    key = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"cost {self.key[:8]}"
