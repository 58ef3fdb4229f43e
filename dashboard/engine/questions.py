"""Lines of questions: each is answered in its turn, one at a time, by a process of the housekeeping."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from dashboard.models import Cost, Prediction, QuestionState
from dashboard.wording import clean_text
from trainers.errors import TrainerError

KEPT = timedelta(days=1)
# After the seconds that an answer may take: who was to give it has died.
GRACE = 30
AQuestion = TypeVar("AQuestion", Prediction, Cost)


def answer_next(
    line: type[AQuestion], answer: Callable[[AQuestion], dict[str, Any]], *, max_seconds: int
) -> bool:
    """Answer the question that has waited longest, unless another one is being answered.

    `answer` raises a TrainerError whose sentence is for the person. False: nothing was to do.
    """
    question = _claim(line, max_seconds)
    if question is None:
        return False
    found: dict[str, Any]
    try:
        found = {"state": QuestionState.DONE, "answer": answer(question)}
    except TrainerError as error:
        found = {"state": QuestionState.REFUSED, "problem": clean_text(error, 500)}
    line.objects.filter(pk=question.pk, state=QuestionState.RUNNING).update(**found)
    return True


def forget_old(line: type[Prediction | Cost]) -> None:
    line.objects.filter(created_at__lt=Now() - KEPT).delete()


def _claim(line: type[AQuestion], max_seconds: int) -> AQuestion | None:
    ago = Now() - timedelta(seconds=max_seconds + GRACE)
    died = Q(state=QuestionState.RUNNING, running_since__lt=ago)
    with transaction.atomic():
        waiting = line.objects.select_for_update().filter(Q(state=QuestionState.WAITING) | died)
        first = waiting.order_by("pk").first()
        running = line.objects.filter(state=QuestionState.RUNNING).exclude(died)
        if first is None or running.exists():  # one at a time: others have work in this process, too
            return None
        line.objects.filter(pk=first.pk).update(state=QuestionState.RUNNING, running_since=Now())
    return first
