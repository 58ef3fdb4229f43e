"""Confirming the best trials with fresh seeds on unseen rows, choosing a winner, trying a model."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.engine.backlog import Backlog, delete_old_questions, work_on_next
from dashboard.engine.hints import announce_prediction
from dashboard.engine.lifecycle import check_trainable, create_study, record_event, start_study
from dashboard.engine.trials import best_trials
from dashboard.models import Artifact, Origin, Prediction, QuestionState, Role, Study, Trial, TrialState
from dashboard.models.study_fields import NAME_LENGTH, confirmation_fields
from dashboard.refusal import Refused
from dashboard.winners.queries import confirmations_of, first_complete, repeats_of
from dashboard.wording import count_noun
from trainers.processes.prediction import MAX_SECONDS, PredictionRefused, predict

MAX_BEST, MAX_SEEDS = 10, 20
LARGEST = 2**31 - 1
# What the search has seeded its trainings with stays below.
FRESH_SEEDS = 2**30
PREDICTIONS = Backlog(Prediction, max_seconds=MAX_SECONDS)


@action("study-confirm", needs=Role.EDITOR)
def confirm_best(study: Study, *, n_best: int, n_seeds: int, by: Actor) -> Study:
    """Train the best trials, and the first one to compare with, with each of so many seeds.

    Raises Refused, and then nothing is written.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        trials = _trials_to_confirm(study, n_best)
        runs = _start_runs(study, f"{study.name}, confirmation", len(trials) * n_seeds, by)
        Trial.objects.bulk_create(
            _copy(
                runs,
                trial,
                number=turn * len(trials) + place,
                seed=FRESH_SEEDS + (runs.seed + turn) % FRESH_SEEDS,
                how=f"with seed {turn + 1} of {n_seeds}",
            )
            for turn in range(n_seeds)
            for place, trial in enumerate(trials)
        )
        what = f"started confirming {count_noun(n_best, 'best trial')} with {count_noun(n_seeds, 'seed')}"
        record_event(study.pk, what, by=by.name)
        Study.objects.filter(pk=study.pk).update(version=F("version") + 1)
    return runs


@action("trial-repeat", needs=Role.EDITOR)
def repeat_trial(trial: Trial, *, by: Actor) -> Study:
    """Train a complete trial once more with the same seed, to see whether it comes out the same.

    Raises Refused, and then nothing is written.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=trial.study_id)
        trial = study.trials.get(pk=trial.pk)
        if trial.state != TrialState.COMPLETE:
            raise Refused(f"Trial {trial} has no value to compare with. Choose a complete trial.")
        if repeats_of(trial).filter(study__finished_at=None).exists():
            raise Refused(f"Trial {trial} is already running again. Wait for it to finish.")
        runs = _start_runs(study, f"{study.name}, trial {trial} again", 1, by, is_repeat=True)
        _copy(runs, trial, number=0, seed=trial.training_seed, how="with the same seed").save(
            force_insert=True
        )
        record_event(study.pk, f"ran trial {trial} again", by=by.name)
    return runs


def _start_runs(study: Study, name: str, n: int, by: Actor, *, is_repeat: bool = False) -> Study:
    """A running study for so many trials that are yet to be made, in the transaction of the caller."""
    check_trainable(study)
    fields = {declared.name: getattr(study, declared.name) for declared in confirmation_fields()}
    runs = create_study(
        owner=study.owner,
        name=name[:NAME_LENGTH],
        confirms=study,
        is_repeat=is_repeat,
        max_trials=n,
        max_failures=n,
        **fields,
    )
    start_study(study_id=runs.pk, by=by.name)
    return runs


@action("study-winner", needs=Role.EDITOR)
def choose_winner(study: Study, *, number: int | None, by: Actor) -> None:
    """Write down which trial somebody takes. Raises Refused where that one has no value."""
    with transaction.atomic():
        complete = Trial.objects.filter(study=study, state=TrialState.COMPLETE)
        trial = None if number is None or number > LARGEST else complete.filter(number=number).first()
        if trial is None:
            raise Refused("The study has no complete trial with this number.")
        Study.objects.filter(pk=study.pk).update(winner=trial, version=F("version") + 1)
        record_event(study.pk, f"chose trial {trial} as the winner", by=by.name)


def _trials_to_confirm(study: Study, n_best: int) -> list[Trial]:
    if study.confirms_id is not None:
        raise Refused("This study already confirms another study and cannot be confirmed itself.")
    if not study.is_ended:
        raise Refused("The search is still running. Confirm its best trials when it ends.")
    if confirmations_of(study).filter(finished_at=None).exists():
        raise Refused("The best trials are already being confirmed. Wait until that finishes, or stop it.")
    first = first_complete(study)
    if first is None:
        raise Refused("No trial completed, so there is nothing to confirm.")
    ids = list(dict.fromkeys([*best_trials(study, n_best), first.pk]))
    found = Trial.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def _copy(runs: Study, trial: Trial, *, number: int, seed: int, how: str) -> Trial:
    return Trial(
        study=runs,
        number=number,
        params=trial.params,
        origin=Origin.COPY,
        explanation={"kind": "copy", "text": f"Trial {trial} again, {how}"},
        copy_of=trial,
        seed=seed,
    )


# A person waits for few at a time, and nobody fills the line for others.
MAX_OPEN = 3


@action("trial-try", needs=Role.VIEWER)
def ask_model(trial: Trial, *, given: dict[str, Any], by: Actor) -> Prediction:
    """Put something into the line. Raises Refused."""
    with transaction.atomic():
        open_ones = (QuestionState.WAITING, QuestionState.RUNNING)
        if Prediction.objects.filter(by=by.account, state__in=open_ones).count() >= MAX_OPEN:
            raise Refused("Three of your predictions are still running. Wait for one to finish.")
        delete_old_questions(Prediction)
        prediction = Prediction.objects.create(trial=trial, given=given, by=by.account)
        announce_prediction()
    return prediction


def answer_next_prediction() -> bool:
    return work_on_next(PREDICTIONS, _predict)


def _predict(prediction: Prediction) -> dict[str, Any]:
    artifact = Artifact.objects.filter(trial=prediction.trial_id).first()
    if artifact is None:
        raise PredictionRefused("The model is no longer stored because better trials replaced it.")
    with TemporaryDirectory(prefix="parzen-model-") as folder:
        model = Path(folder) / "model.keras"
        try:
            with storages["artifacts"].open(artifact.name) as file:
                model.write_bytes(file.read())
        except OSError as error:
            raise PredictionRefused("The model file no longer exists.") from error
        answer = predict(
            model,
            artifact.reading,
            prediction.given,
            code=_code_for(artifact),
            private=(str(settings.VAR_DIR),),
        )
    return {"state": QuestionState.DONE, "answer": answer}


def _code_for(artifact: Artifact) -> str:
    """The model file that builds the network, where Keras alone cannot load it."""
    if "build" not in artifact.reading:
        return ""
    if not settings.OWN_CODE:
        raise PredictionRefused("Custom models are disabled on this worker (PARZEN_OWN_CODE=false).")
    return artifact.trial.study.code
