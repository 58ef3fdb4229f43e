"""Signing studies off."""

from django.contrib.auth.models import User
from django.db import transaction

from dashboard.models import Review, Study
from dashboard.services.events import record_event
from dashboard.services.studies import touch_study
from dashboard.templatetags.format import person_name


def sign_off(*, study: Study, by: User, note: str) -> Review:
    """Say that somebody has looked. What happens later puts the study into the queue again."""
    with transaction.atomic():
        review = Review.objects.create(study=study, by=by, note=note)
        record_event(study.pk, f"signed it off: {note}" if note else "signed it off", by=person_name(by))
        touch_study(study.pk)
    return review
