"""Trying a kept model: asked on a page, answered by a process of the housekeeping."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import transaction

from dashboard.models import Artifact, Prediction, QuestionState, Trial
from dashboard.services.questions import answer_next, forget_old
from dashboard.services.work import announce_prediction
from trainers.predicting import MAX_SECONDS, PredictionRefused, predict

# A person waits for few at a time, and nobody fills the line for others.
MAX_OPEN = 3


class TryRefused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def ask_model(*, trial: Trial, given: dict[str, Any], by: User) -> Prediction:
    """Put something into the line. Raises TryRefused."""
    with transaction.atomic():
        open_ones = (QuestionState.WAITING, QuestionState.RUNNING)
        if Prediction.objects.filter(by=by, state__in=open_ones).count() >= MAX_OPEN:
            raise TryRefused("Three of your predictions are being worked on. Wait for them.")
        forget_old(Prediction)
        prediction = Prediction.objects.create(trial=trial, given=given, by=by)
        announce_prediction()
    return prediction


def answer_next_prediction() -> bool:
    return answer_next(Prediction, _predict, max_seconds=MAX_SECONDS)


def _predict(prediction: Prediction) -> dict[str, Any]:
    artifact = Artifact.objects.filter(trial=prediction.trial_id).first()
    if artifact is None:
        raise PredictionRefused("The model is not kept any more: better trials have pushed it out.")
    with TemporaryDirectory(prefix="parzen-model-") as folder:
        model = Path(folder) / "model.keras"
        try:
            with storages["artifacts"].open(artifact.name) as file:
                model.write_bytes(file.read())
        except OSError as error:
            raise PredictionRefused("The model's file is gone.") from error
        return predict(model, artifact.reading, prediction.given)
