"""Bringing a study from a file, by a page or a command: all of it or nothing, and audited."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import Place, place_fields
from dashboard.catalog import datasets_for
from dashboard.engine.lifecycle import record_event
from dashboard.export.study_format import StudyRecord
from dashboard.importing.arrivals import write_ended_study
from dashboard.importing.mapping import Mapping
from dashboard.importing.plan import Plan, Tally
from dashboard.importing.readers.form import Found, FoundStudy
from dashboard.importing.records import study_of_record, study_record_in, write_record
from dashboard.importing.staging import Staged, stage
from dashboard.models import Study
from dashboard.models.study import IMPORTED_TRAINER
from dashboard.models.study_fields import NAME_LENGTH, study_field
from dashboard.refusal import Refused
from dashboard.wording import clean_text, count_noun, thousands
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from trainers.base import TrainerInfo
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info


@dataclass(frozen=True)
class Destination:
    """Where a study goes, and as what."""

    place: int
    name: str
    where: Place


@action("study-import-read")
def read_import(*, source: Path, name: str, by: Actor) -> Staged:
    """Look at a file; nothing is written to the database. Raises FileRefused, and then nothing is kept."""
    return stage(source, clean_text(Path(name).name, 200), by.account.pk)


@action("study-import")
def import_study(*, staged: Staged, to: Destination, mapping: Mapping, by: Actor) -> Study:
    """Write a study with its trials, in one transaction. Raises Refused or FileRefused."""
    found = staged.found
    told = found.studies[to.place]
    try:
        with transaction.atomic():
            if told.record is not None:
                return _import_record(staged, found, told, to, by)
            return _import_found(staged, found, told, to, mapping, by)
    except ValidationError as error:
        raise Refused(f"The study cannot be written: {' '.join(error.messages)[:300]}") from error


def _import_found(
    staged: Staged, found: Found, told: FoundStudy, to: Destination, mapping: Mapping, by: Actor
) -> Study:
    trainer = trainer_to_go_on(mapping, by)
    plan = Plan(staged.folder, told, mapping, source_words(found, staged), trainer)
    study = Study(
        **_columns(to, by),
        owner=by.account,
        dataset=mapping.dataset if trainer else "",
        trainer=trainer.name if trainer else IMPORTED_TRAINER,
        space=plan.space.to_json(),
        objective=mapping.objective,
        direction=mapping.direction,
        sampler=study_field("sampler").initial,
        max_trials=max(1, sum(told.counts.values())),
        max_epochs=plan.max_epochs,
        state_reason=f"Imported from {source_words(found, staged)}"[:300],
        imported=_origin(staged, found, told, by, is_trainable=trainer is not None),
    )
    tally = Tally()
    n = write_ended_study(study, plan.trials(tally))
    if not n:
        raise Refused(nothing_left(told, tally))
    study.imported["n_skipped"] = told.n_trials - n
    study.save(update_fields=["imported"])
    record_event(study.pk, _event_words(study, n, told.n_trials), by=by.name)
    study.refresh_from_db()
    return study


def _import_record(staged: Staged, found: Found, told: FoundStudy, to: Destination, by: Actor) -> Study:
    """A study of Parzen's own."""
    assert told.record is not None  # noqa: S101 (the caller has looked)
    record = study_record_in(told.record)
    origin = _origin(staged, found, told, by, is_trainable=_can_go_on(record.settings, by))
    study = study_of_record(
        record,
        owner=by.account,
        exported_at=told.exported_at,
        fields={**_columns(to, by), **_exact_name(record, to, told), "imported": origin},
    )
    write_record(study, record, staged.folder / told.lines)
    study.refresh_from_db()
    return study


def _exact_name(record: StudyRecord, to: Destination, told: FoundStudy) -> dict[str, str]:
    """To the last space, unless somebody has chosen another one."""
    return {"name": record.settings["name"]} if to.name == told.name else {}


def _columns(to: Destination, by: Actor) -> dict[str, Any]:
    name = " ".join(to.name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Refused(f"A name has 1 to {NAME_LENGTH} characters, but this has {thousands(len(name))}.")
    return {"name": name, **place_fields(to.where)}


def source_words(found: Found, staged: Staged) -> str:
    return f"{found.source} {found.version}".strip() + f", {staged.name}"


def _origin(
    staged: Staged, found: Found, told: FoundStudy, by: Actor, *, is_trainable: bool
) -> dict[str, Any]:
    return {
        "source": found.source,
        "version": found.version,
        "file": staged.name,
        "study": told.name,
        "at": timezone.now().isoformat(),
        "by": by.name,
        "n_skipped": 0,
        "is_trainable": is_trainable,
    }


def _event_words(study: Study, n: int, n_all: int) -> str:
    some = f"{thousands(n)} of {count_noun(n_all, 'trial')}" if n < n_all else count_noun(n, "trial")
    return f"imported the study with {some} from {study.imported['file']}"


def nothing_left(told: FoundStudy, tally: Tally) -> str:
    """Why there is nothing to import."""
    if not told.n_trials:
        return f"{told.name} has no trials, so there is nothing to import. Choose another study or file."
    why = max(tally.skipped.values(), key=lambda each: each.n, default=None)
    because = f" Most were left out: {why.words.removeprefix('Skipped: ')}." if why else ""
    return f"None of the {count_noun(told.n_trials, 'trial')} of {told.name} can be imported.{because}"


def trainer_to_go_on(mapping: Mapping, by: Actor) -> TrainerInfo | None:
    """What trains further trials, where somebody has chosen it. Refused where it cannot."""
    if not mapping.trainer:
        return None
    try:
        info = trainer_info(mapping.trainer)
    except ParamsInvalid as error:
        raise Refused(str(error)) from error
    metric = next((m for m in info.metrics if m.is_objective and m.name == mapping.objective), None)
    if metric is None:
        known = ", ".join(m.name for m in info.metrics if m.is_objective)
        raise Refused(
            f"{info.label} does not measure {mapping.objective}. Let the objective become one of {known}, "
            "or import without more trials."
        )
    if metric.direction != mapping.direction:
        raise Refused(f"{metric.label.capitalize()} is to be {metric.direction}d. Change the direction.")
    dataset = next((each for each in datasets_for(by.account) if each.name == mapping.dataset), None)
    if dataset is None or not dataset.is_available or not info.is_compatible_with(dataset):
        raise Refused(f"Choose a dataset that {info.label} can learn, or import without more trials.")
    return info


def _can_go_on(settings: dict[str, Any], by: Actor) -> bool:
    """Whether everything is here that trains the study, and this person may use it; no model file runs."""
    try:
        info = trainer_info(str(settings.get("trainer")))
    except ParamsInvalid:
        return False
    dataset = next((each for each in datasets_for(by.account) if each.name == settings.get("dataset")), None)
    is_known = settings.get("sampler") in SAMPLERS and settings.get("pruner") in {"", *PRUNERS}
    return bool(
        is_known
        and not settings.get("code")
        and dataset
        and dataset.is_available
        and info.is_compatible_with(dataset)
    )
