"""Changing what a study may spend, also after it has ended: then it goes on."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.engine.endings import end_study_if_done
from dashboard.engine.hints import announce_work
from dashboard.engine.lifecycle import check_trainable, record_event
from dashboard.engine.quotas import check_trials
from dashboard.models import Study, StudyState
from dashboard.models.study_fields import study_field
from dashboard.refusal import Refused
from dashboard.wording import count_noun, thousands


def change_budget(*, study_id: int, by: str, **fields: Any) -> None:
    """Set these limits. An ended study goes on with them; Refused where it would end at once again."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.confirms_id is not None:
            raise Refused(
                "This study confirms another study. Set the number of runs when you confirm that study."
            )
        check_trainable(study)
        n_made = study.trials.count()
        if fields.get("max_trials", study.max_trials) < n_made:
            made = f"{count_noun(n_made, 'trial')} already exist{'s' if n_made == 1 else ''}"
            raise Refused(f"{made}, so the total must be at least {thousands(n_made)}.")
        wanted = fields.get("max_trials", study.max_trials)
        if study.state != StudyState.DRAFT and (wanted > study.max_trials or study.is_ended):
            check_trials(study, wanted - n_made)
        changes = [
            study_field(name).show_change(value, getattr(study, name))
            for name, value in fields.items()
            if getattr(study, name) != value
        ]
        for name, value in fields.items():
            setattr(study, name, value)
        study.full_clean()
        study.save(update_fields=list(fields))
        Study.objects.filter(pk=study_id).update(version=F("version") + 1)
        verb = "resumed the study" if study.is_ended else "changed the budget"
        if study.is_ended:
            _continue(study)
        if changes or study.is_ended:
            record_event(study_id, f"{verb}: {', '.join(changes)}" if changes else verb, by=by)
        announce_work(min(study.n_parallel, study.max_trials - n_made), study.queue)
    end_study_if_done(study_id=study_id)


def _continue(study: Study) -> None:
    Study.objects.filter(pk=study.pk).update(
        state=StudyState.RUNNING,
        state_reason="",
        finished_at=None,
        running_since=Now(),
        failures_since=Now(),
    )
    if end_study_if_done(study_id=study.pk):  # raising takes back all that this transaction wrote
        reason = Study.objects.values_list("state_reason", flat=True).get(pk=study.pk)
        raise Refused(f"The study would stop immediately. {reason}. Raise or clear that limit.")
