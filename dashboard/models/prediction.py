from django.db import models

from dashboard.models.question import Question
from dashboard.models.trial import Trial


class Prediction(Question):
    """Something that a person tried a kept model on.

    Given is a row as texts by column, a text, or the base64 of a picture's file. The answer is a class with
    the probabilities of all, or a value.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="predictions")

    def __str__(self) -> str:
        return f"prediction of {self.trial}"
