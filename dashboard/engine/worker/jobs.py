"""What a training needs to know of its trial; nothing of databases."""

from typing import cast

from django.conf import settings

from dashboard.engine.artifacts import model_draft
from dashboard.engine.checkpoints import checkpoint_folder
from dashboard.engine.uploads import ready_upload
from dashboard.models import Study, Trial
from optimizer import Direction
from trainers.base import Job
from trainers.datasets.splits import Split


def job_of(trial: Trial, study: Study) -> Job:
    upload = ready_upload(study.dataset)
    return Job(
        trainer=study.trainer,
        code=study.code,
        dataset=study.dataset,
        upload=upload.to_json_dict() if upload else None,
        data_dir=str(settings.DATA_DIR),
        cache_dir=str(settings.CACHE_DIR),
        split=Split(seed=study.split_seed, n_folds=study.n_folds),
        params=trial.params,
        max_epochs=study.max_epochs,
        seed=trial.training_seed,
        threads=settings.THREADS_PER_TRIAL,
        is_deterministic=settings.DETERMINISTIC,
        objective=study.objective,
        direction=cast(Direction, study.direction),
        trial=trial.number,
        attempt=trial.attempt,
        checkpoint_dir=str(checkpoint_folder(study.pk, trial.number)),
        checkpoint_seconds=settings.CHECKPOINT_SECONDS,
        model_path=str(model_draft(trial)),
        is_confirming=study.confirms_id is not None and not study.is_repeat,
    )
