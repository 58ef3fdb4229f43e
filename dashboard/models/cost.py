from django.db import models

from dashboard.models.question import Question


class Cost(Question):
    """What the networks of a search space cost. Whoever asks for the same space gets the same answer."""

    # Digest of what is given: trainer, dataset, upload, space.
    key = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"cost {self.key[:8]}"
