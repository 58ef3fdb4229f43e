"""A model card (Mitchell and others 2019): a network, its data, its results."""

from django.utils.timezone import localtime

from dashboard.catalog import dataset_words, sampler_label, trainer_label
from dashboard.engine.trials import counts_by_state
from dashboard.engine.uploads import ready_upload
from dashboard.goals import best_epoch, goal_of, is_percent
from dashboard.models import Artifact, Attempt, Study, Trial
from dashboard.winners.confirm_page import last_confirmed
from dashboard.winners.package import FOLDER
from dashboard.wording import count_noun, thousands
from dashboard.wording import value as show_value

BACKENDS = ("tensorflow", "jax", "torch")
# Of predict.py.
PRINTED = (
    "",
    "`predict.py` prints one line per row: the class or the number. For scripts, use `python predict.py",
    "--json FILE`: each line is a JSON object with `value`, or with `class` and `probabilities`.",
)


def model_card(study: Study, trial: Trial) -> str:
    """Markdown."""
    attempt = Attempt.objects.filter(trial=trial, number=trial.attempt).first()
    return "\n".join(
        [
            f"# {study.name}, trial {trial.number}",
            "",
            f"{trainer_label(study.trainer)} for {dataset_words(study.dataset)}, found by Parzen.",
            "",
            "## Use",
            "",
            *_use_lines(study, trial),
            *_install_lines(attempt),
            "",
            "## Data",
            "",
            *_data_lines(study),
            "",
            "## Results",
            "",
            "| metric | value | measured on |",
            "|---|---|---|",
            *(
                f"| {name} | {show_value(number, is_percent(study, name))} | {_measured_on(name, trial)} |"
                for name, number in trial.metrics.items()
            ),
            "",
            *_honest_lines(study, trial),
            "",
            "## Training",
            "",
            *_training_lines(study, trial),
            f"- trained {localtime(trial.finished_at):%Y-%m-%d}" if trial.finished_at else "- not finished",
            *(f"- {name}: {value}" for name, value in (attempt.environment if attempt else {}).items()),
            "",
            "## Params",
            "",
            "```python",
            "params = {",
            *(f"    {name!r}: {value!r}," for name, value in trial.params.items()),
            "}",
            "```",
            "",
        ]
    )


def _use_lines(study: Study, trial: Trial) -> list[str]:
    artifact = Artifact.objects.filter(trial=trial).first()
    reading = artifact.reading if artifact else {}
    where = f"`{FOLDER}`" if "# file: " in study.code else f"`{FOLDER}.py`"
    if "build" in reading:
        return [
            "`python predict.py FILE` predicts with `reading.json` of this folder. Keras alone cannot load",
            f"this network: {where} is the model file used for training, whose `build(params)` builds it;",
            "`model.weights.h5` has its weights. `predict.load_network(folder, reading)` returns it whole.",
            *PRINTED,
        ]
    return [
        "`python predict.py FILE` predicts with `model.keras` and `reading.json` of this folder;",
        "`keras.saving.load_model('model.keras')` loads only the network. If `network.py` is included,",
        "it builds the network in plain Keras, and `python train.py FILE` retrains it.",
        *([f"{where} is the model file used for training."] if study.code else []),
        *PRINTED,
    ]


def _install_lines(attempt: Attempt | None) -> list[str]:
    """What the scripts need, in the versions of the training."""
    versions = attempt.environment if attempt else {}
    pinned = [f"{name}=={versions[name]}" for name in ("keras", *BACKENDS, "numpy") if name in versions]
    return (
        ["", f"They need Python and `pip install {' '.join(pinned)}`, for images also `pillow`."]
        if pinned
        else []
    )


def _measured_on(name: str, trial: Trial) -> str:
    """The part of the data of a metric; a custom model may report others, of which only it knows."""
    if name.startswith("val_"):
        return "validation set"
    return "training set" if f"val_{name}" in trial.metrics else ""


def _training_lines(study: Study, trial: Trial) -> list[str]:
    n_trials, where = count_noun(sum(counts_by_state(study).values()), "trial"), best_epoch(study, trial)
    return [
        f"- {thousands(trial.n_parameters)} weights" + (f"; best {where}" if where else ""),
        f"- searched for the {goal_of(study).words} with {sampler_label(study.sampler)}",
        f"- {n_trials}, seed {study.seed}",
    ]


def _data_lines(study: Study) -> list[str]:
    lines = [f"- dataset `{study.dataset or 'none'}`, split with seed {study.split_seed}"]
    upload = ready_upload(study.dataset)
    if upload is not None:
        info = upload.info
        lines.append(f"- {info.source}")
        lines.append(
            f"- rows: {thousands(info.n_train)} train, {thousands(info.n_validation)} validation, "
            f"{thousands(info.n_test)} test"
        )
    return lines


def _honest_lines(study: Study, trial: Trial) -> list[str]:
    found = last_confirmed(study)
    rows = found.rows if found else []
    row = next((row for row in rows if row.trial.pk == trial.pk and row.test), None)
    if row is None:
        return [
            "These values are from the best epoch of a winning trial. Expect worse values on new data.",
            "The trial was not confirmed on the test set.",
        ]
    return [
        f"Retrained with {count_noun(row.n_done, 'seed')}, {study.objective} was {row.validation} on the",
        f"validation set and {row.test} on the test set, which the search never used.",
    ]
