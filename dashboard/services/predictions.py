"""Trying a kept model: asked on a page, answered by a process of the housekeeping."""

import logging
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from dashboard.models import Artifact, Prediction, PredictionState, Trial
from dashboard.services.text import clean_text
from dashboard.services.work import announce_prediction
from trainers.predicting import MAX_SECONDS, PredictionRefused, predict

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
# A person waits for few at a time, and nobody fills the line for others.
MAX_OPEN = 3


class TryRefused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def ask_model(*, trial: Trial, given: dict[str, Any], by: User) -> Prediction:
    """Put something into the line. Raises TryRefused."""
    with transaction.atomic():
        open_ones = (PredictionState.WAITING, PredictionState.RUNNING)
        if Prediction.objects.filter(by=by, state__in=open_ones).count() >= MAX_OPEN:
            raise TryRefused("Three of your predictions are being worked on. Wait for them.")
        Prediction.objects.filter(created_at__lt=Now() - KEPT).delete()
        prediction = Prediction.objects.create(trial=trial, given=given, by=by)
        announce_prediction()
    return prediction


def answer_next() -> bool:
    """Answer the prediction that has waited longest, unless another one is. False: nothing was to do."""
    prediction = _claim()
    if prediction is None:
        return False
    found: dict[str, Any]
    try:
        found = {"state": PredictionState.DONE, "answer": _predict(prediction)}
    except PredictionRefused as error:
        found = {"state": PredictionState.REFUSED, "problem": clean_text(error, 500)}
    Prediction.objects.filter(pk=prediction.pk, state=PredictionState.RUNNING).update(**found)
    return True


def _claim() -> Prediction | None:
    died = Q(state=PredictionState.RUNNING, running_since__lt=Now() - timedelta(seconds=MAX_SECONDS + 30))
    with transaction.atomic():
        waiting = Prediction.objects.select_for_update().filter(Q(state=PredictionState.WAITING) | died)
        first = waiting.order_by("pk").first()
        running = Prediction.objects.filter(state=PredictionState.RUNNING).exclude(died)
        if first is None or running.exists():  # one at a time: others have work in this process, too
            return None
        Prediction.objects.filter(pk=first.pk).update(state=PredictionState.RUNNING, running_since=Now())
    return first


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
