"""What an import makes of the columns: names, the objective, what is left out and why, what goes on."""

from dataclasses import replace

import pytest

from dashboard.engine.budgets import change_budget
from dashboard.engine.claims import claim_trial_of
from dashboard.importing.mapping import Mapping, Target
from dashboard.importing.names import guess_metric, guess_param
from dashboard.models import AuditEntry, Report, Study, StudyState, Trial
from dashboard.refusal import Refused
from tests.dashboard.importing.files import LR, keras_tuner_zip, optuna_db, sweep


def with_targets(**targets):
    def change(mapping: Mapping) -> Mapping:
        given = {key.replace("__", "."): Target.of(value) for key, value in targets.items()}
        return replace(mapping, targets={**mapping.targets, **given})

    return change


def test_trials_come_with_values_states_epochs_and_times(bring, sweep_file):
    study = bring(sweep_file)
    trials = list(study.trials.order_by("number"))

    assert [trial.number for trial in trials] == list(range(12))
    assert (study.objective, study.direction) == ("value", "minimize")
    first = trials[1]
    assert first.params == {"learning_rate": 0.01, "units_1": 32, "optimizer": "sgd", "momentum": 0.1}
    assert (first.value, first.best_step, first.step, first.metrics["val_accuracy"]) == (0.5, 2, 2, 0.99)
    assert first.explanation["texts"] == {"sha": "=1+1"}
    assert (first.started_at.second, first.finished_at.second, first.seconds) == (0, 1, 1.0)
    assert list(Report.objects.filter(attempt__trial=first).values_list("step", "metrics")) == [
        (1, {"value": 1.0}),
        (2, {"value": 0.5}),
    ]
    pruned, failed = trials[3], trials[4]
    assert (pruned.state, pruned.value, pruned.step_value, pruned.attempts.get().state) == (
        "pruned",
        None,
        0.25,
        "pruned",
    )
    assert (failed.state, failed.value, failed.failure_kind) == ("failed", None, "error")
    assert failed.failure_message
    when = next(param for param in study.space["params"] if param["name"] == "momentum")["when"]
    assert when == {"parent": "optimizer", "in": ["sgd"]}


def test_the_objective_can_be_another_and_columns_left_out(bring, sweep_file):
    study = bring(
        sweep_file,
        change=lambda mapping: replace(
            with_targets(
                values__value="leave", attributes__val_acc="objective:val_accuracy", params__lr="param:lr"
            )(mapping),
            direction="maximize",
        ),
    )
    assert (study.objective, study.direction) == ("val_accuracy", "maximize")
    assert study.trials.get(number=0).value == 1.0
    assert "lr" in study.search_space.names


def test_two_objectives_become_one_and_a_metric(bring, tmp_path):
    trials = [{"params": {"lr": (0.1, LR)}, "values": [0.5, 9.0]}]
    study = bring(optuna_db(tmp_path / "two.db", trials, directions=("MINIMIZE", "MAXIMIZE")))
    trial = study.trials.get()
    assert (study.objective, trial.value, trial.metrics) == ("value 1", 0.5, {"value 1": 0.5, "value 2": 9.0})


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"values__value": "leave"}, "No column is the objective"),
        ({"attributes__val_acc": "objective:x"}, "More than one column is the objective"),
        ({"params__lr": "param:optimizer"}, "Two columns become the parameter optimizer"),
        ({"attributes__val_acc": "metric:value"}, "Two columns become the metric value"),
        (dict.fromkeys(("params__lr", "params__n_units", "params__optimizer", "params__momentum"), "leave"),
         "No column is a parameter"),
    ],
)  # fmt: skip
def test_a_mapping_that_makes_no_study_is_refused_with_a_sentence(bring, sweep_file, targets, words):
    with pytest.raises(Refused, match=words):
        bring(sweep_file, change=with_targets(**targets))
    assert not Study.objects.exists()
    assert AuditEntry.objects.get(action="study-import").is_refused


def test_values_outside_their_range_are_skipped_or_widen_it(bring, tmp_path):
    trials = [{"params": {"lr": (value, LR)}, "values": [value]} for value in (0.01, 0.05, 0.5)]
    path = optuna_db(tmp_path / "out.db", trials)
    study = bring(path)
    assert (study.trials.count(), study.imported["n_skipped"]) == (2, 1)

    wide = bring(path, change=lambda mapping: replace(mapping, is_widened=True))
    assert (wide.trials.count(), wide.space["params"][0]["high"]) == (3, 0.5)
    assert Trial.objects.get(study=wide, value=0.5).number == 2


@pytest.mark.parametrize(
    "trials", [[], [{"state": "WAITING"}], [{"state": "RUNNING", "params": {"lr": (0.1, LR)}}]]
)
def test_without_a_trial_that_ended_nothing_is_imported(bring, tmp_path, trials):
    with pytest.raises(Refused) as refusal:
        bring(optuna_db(tmp_path / "none.db", trials))
    assert str(refusal.value).endswith(".")
    assert not Study.objects.exists()


def test_all_failed_is_a_study_without_a_best_trial(bring, tmp_path, page):
    trials = [{"state": "FAIL", "params": {"lr": (0.1, LR)}} for _ in range(3)]
    study = bring(optuna_db(tmp_path / "failed.db", trials))
    assert (study.state, study.trials.filter(state="failed").count()) == (StudyState.FINISHED, 3)
    assert page.get(study.get_absolute_url()).status_code == 200


def test_a_pruned_trial_without_reports_keeps_its_last_value(bring, tmp_path):
    trials = [
        {"state": state, "params": {"lr": (0.1, LR)}, "values": [0.3]} for state in ("PRUNED", "COMPLETE")
    ]
    study = bring(optuna_db(tmp_path / "p.db", trials))
    assert (study.trials.get(number=0).step, study.trials.get(number=0).step_value) == (1, 0.3)


def test_a_failure_while_writing_leaves_nothing(bring, sweep_file, monkeypatch):
    from dashboard.importing import arrivals

    monkeypatch.setattr(arrivals, "TRIALS_PER_BATCH", 5)
    written = arrivals._write

    def fail_later(study, batch):
        if Trial.objects.filter(study=study).count() >= 5:
            raise Refused("The disk is full.")
        written(study, batch)

    monkeypatch.setattr(arrivals, "_write", fail_later)
    with pytest.raises(Refused, match="full"):
        bring(sweep_file)
    assert (Study.objects.count(), Trial.objects.count()) == (0, 0)


def go_on(mapping):
    targets = with_targets(values__value="objective:val_loss")(mapping)
    return replace(targets, trainer="mlp", dataset="digits")


def fitting():
    """Only what a multilayer perceptron knows; None is no optimizer of its."""
    trials = [trial for number, trial in enumerate(sweep()[:12]) if number % 3 != 2]
    optimizer = {"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "sgd"]}}
    for trial in trials:
        trial["params"]["optimizer"] = (trial["params"]["optimizer"][0], optimizer)
    return trials


def test_with_a_model_and_a_dataset_that_fit_it_goes_on(bring, tmp_path):
    study = bring(optuna_db(tmp_path / "fits.db", fitting()), change=go_on)

    assert (study.is_trainable, study.trainer, study.dataset) == (True, "mlp", "digits")
    for trial in study.trials.all():
        study.search_space.validate_params(trial.params)
    change_budget(study_id=study.pk, by="ada", max_trials=study.trials.count() + 3)
    claimed = claim_trial_of(study_id=study.pk, worker="w")
    assert (claimed.number, Study.objects.get(pk=study.pk).state) == (
        study.trials.count() - 1,
        StudyState.RUNNING,
    )
    study.search_space.validate_params(claimed.params)
    assert 1e-5 <= claimed.params["learning_rate"] <= 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: replace(m, trainer="mlp", dataset="digits"), "does not measure value"),
        (lambda m: replace(go_on(m), dataset="none"), "Choose a dataset"),
        (lambda m: replace(go_on(m), trainer="forecast"), "dataset"),
        (lambda m: replace(go_on(m), trainer="none"), "no trainer"),
        (lambda m: replace(go_on(m), direction="maximize"), "direction"),
        (lambda m: with_targets(params__lr="param:rate")(go_on(m)), "no parameter rate"),
    ],
)
def test_what_cannot_go_on_is_refused_with_a_sentence(bring, tmp_path, change, words):
    with pytest.raises(Refused, match=words):
        bring(optuna_db(tmp_path / "fits.db", fitting()), change=change)
    assert not Study.objects.exists()


def test_a_keras_tuner_project_is_imported(bring, tmp_path):
    study = bring(keras_tuner_zip(tmp_path / "project.zip"))
    assert (study.objective, study.direction, study.trials.count()) == ("val_accuracy", "maximize", 3)


@pytest.mark.parametrize(
    ("label", "labels", "name"),
    [
        ("lr", ["lr"], "learning_rate"),
        ("lr", ["lr", "learning_rate"], "lr"),
        ("learning_rate", ["learning_rate"], "learning_rate"),
        ("n_units_l0", ["n_units_l0", "n_units_l1"], "units_1"),
        ("n_units_l1", ["n_units_l0", "n_units_l1"], "units_2"),
        ("units_1", ["units_1", "units_2"], "units_1"),
        ("dropout_l1", ["dropout_l1"], "dropout_1"),
        ("model/bs", ["model/bs"], "batch_size"),
        ("aug_strength", ["aug_strength"], "aug_strength"),
    ],
)
def test_names_are_guessed(label, labels, name):
    assert guess_param(label, labels).name == name


def test_metrics_are_guessed():
    assert guess_metric("val_acc").name == "val_accuracy"
    assert guess_metric("anything").name == "anything"


def test_first_mapping_of_a_table_takes_the_preferred_value(bring, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("lr,train_loss,val_accuracy\n0.1,0.2,0.9\n0.2,0.3,0.8\n")
    study = bring(path)
    assert (study.objective, study.direction) == ("val_accuracy", "maximize")
