"""What is in files of other programs: spaces, branches, states, values, epochs, and what is left out."""

import json

import pytest

from dashboard.importing.readers.form import MAX_TRIALS, FileRefused
from dashboard.importing.readers.reading import read
from tests.dashboard.importing.files import LR, keras_tuner_zip, optuna_db, sweep


@pytest.fixture
def looked(tmp_path):
    """Reads a file, or a text under this name."""

    def look(file, text=None):
        path = tmp_path / file if text is not None else file
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        folder = tmp_path / "read"
        folder.mkdir(exist_ok=True)
        return read(path, folder, path.name), folder

    return look


def lines(folder, study):
    return [json.loads(line) for line in (folder / study.lines).read_text().splitlines()]


def columns(study):
    return {column.label: column for column in study.columns}


def test_an_optuna_storage(looked, sweep_file):
    found, folder = looked(sweep_file)
    (study,) = found.studies
    told = columns(study)

    assert (found.source, found.version, study.name) == ("Optuna storage in SQLite", "4.5.0", "sweep")
    assert (study.n_trials, study.counts) == (13, {"complete": 10, "pruned": 1, "failed": 1})
    assert [(entry.words, entry.n, entry.numbers) for entry in study.skipped] == [
        ("Skipped: not finished", 1, [12])
    ]
    assert told["lr"].distribution == {"type": "float", "low": 1e-5, "high": 0.1, "log": True}
    assert told["n_units"].distribution == {"type": "int", "low": 16, "high": 512, "step": 16}
    assert told["optimizer"].distribution["choices"] == ["adam", "sgd", None]
    assert told["momentum"].when == {"parent": "params.optimizer", "in": ["sgd"]}
    assert (told["value"].direction, study.first_step, study.last_step) == ("minimize", 0, 1)
    first = lines(folder, study)[1]
    assert first["c"]["params.optimizer"] == "sgd"
    assert (first["c"]["params.n_units"], first["c"]["attributes.sha"]) == (32, "=1+1")
    assert first["e"] == [
        [0, {"steps.intermediate_values": 1.0}, None],
        [1, {"steps.intermediate_values": 0.5}, None],
    ]


def test_a_storage_with_several_studies(looked, tmp_path):
    found, _ = looked(optuna_db(tmp_path / "two.db", sweep(), names=("a", "b")))
    assert [(study.name, study.n_trials) for study in found.studies] == [("a", 13), ("b", 13)]


def test_two_objectives(looked, tmp_path):
    trials = [{"params": {"lr": (0.1, LR)}, "values": [0.5, 9.0]}]
    found, _ = looked(optuna_db(tmp_path / "m.db", trials, directions=("MINIMIZE", "MAXIMIZE")))
    told = columns(found.studies[0])
    assert (told["value 1"].direction, told["value 2"].direction) == ("minimize", "maximize")


def test_a_journal(looked):
    operations = [
        {"op_code": 0, "study_name": "first", "directions": [1]},
        {"op_code": 1, "study_id": 0},
        {"op_code": 0, "study_name": "kept", "directions": [2]},
        {"op_code": 3, "study_id": 1, "system_attr": {"study:metric_names": ["val_accuracy"]}},
        {"op_code": 4, "study_id": 1, "datetime_start": "2026-01-02T03:04:05+00:00"},
        {
            "op_code": 5,
            "trial_id": 0,
            "param_name": "lr",
            "param_value_internal": 0.01,
            "distribution": json.dumps(LR),
        },
        {"op_code": 7, "trial_id": 0, "step": 1, "intermediate_value": 0.5},
        {"op_code": 8, "trial_id": 0, "user_attr": {"sha": "abc"}},
        {
            "op_code": 6,
            "trial_id": 0,
            "state": 1,
            "values": [0.9],
            "datetime_complete": "2026-01-02T03:05:05+00:00",
        },
        {"op_code": 4, "study_id": 1, "state": 4},
    ]
    text = "".join(json.dumps(told) + "\n" for told in operations)
    found, folder = looked("journal.log", text + '{"op_code": 4, "stu')  # still being written
    (study,) = found.studies
    assert (study.name, columns(study)["val_accuracy"].direction) == ("kept", "maximize")
    (line,) = lines(folder, study)
    assert line["c"] == {"params.lr": 0.01, "values.val_accuracy": 0.9, "attributes.sha": "abc"}
    assert (line["a"], study.skipped[0].n) == ("2026-01-02T03:04:05+00:00", 1)


def test_a_keras_tuner_project(looked, tmp_path):
    found, folder = looked(keras_tuner_zip(tmp_path / "project.zip"))
    (study,) = found.studies
    told = columns(study)
    assert (study.name, study.counts) == ("my project", {"complete": 2, "pruned": 0, "failed": 1})
    assert (study.columns[0].label, told["val_accuracy"].direction) == ("val_accuracy", "maximize")
    assert told["momentum"].when == {"parent": "params.opt", "in": ["sgd"]}
    first, second, failed = lines(folder, study)
    assert "params.momentum" not in first["c"]  # KerasTuner keeps values of other branches
    assert second["c"]["params.momentum"] == 0.5
    assert first["c"]["values.val_accuracy"] == 0.6
    assert failed["f"] == "boom"


WANDB = """\
"Name","State","Created","Runtime","learning_rate","optimizer","val_loss"
"a","finished","2026-01-02T03:04:05.000Z","12","0.01","adam","0.5"
"b","crashed","2026-01-02T03:05:05.000Z","1","0.1","sgd",""
"c","running","","","0.1","sgd",""
"""
MLFLOW = """\
Start Time,Duration,Run ID,Name,Source Type,Source Name,User,Status,learning_rate,val_loss
2026-01-02 03:04:05,1.5min,ab,r,LOCAL,x.py,me,FINISHED,0.01,0.5
"""
SEARCH_RUNS = """\
run_id,experiment_id,status,start_time,end_time,metrics.val_loss,params.learning_rate,tags.who
ab,0,FINISHED,2026-01-02 03:04:05+00:00,2026-01-02 03:05:05+00:00,0.5,0.01,me
"""
DATAFRAME = """\
number,value,datetime_start,datetime_complete,duration,params_learning_rate,user_attrs_x,state
0,0.5,2026-01-02 03:04:05,2026-01-02 03:05:05,0 days 00:01:00,0.01,y,COMPLETE
1,,2026-01-02 03:04:05,2026-01-02 03:05:05,0 days 00:01:00,0.02,y,FAIL
"""
# Name of the file -> its text, who wrote it, and how many trials are complete, and failed.
TABLES = {
    "wandb.csv": (WANDB, "W&B runs as CSV", 1, 1),
    "mlflow.csv": (MLFLOW, "MLflow runs as CSV", 1, 0),
    "search_runs.csv": (SEARCH_RUNS, "MLflow runs as CSV", 1, 0),
    "dataframe.csv": (DATAFRAME, "Optuna trials as CSV", 1, 1),
    "any.csv": ("learning_rate;val_loss\n0.01;0.5\n", "Table as CSV", 1, 0),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(looked, name):
    text, source, n_complete, n_failed = TABLES[name]
    found, folder = looked(name, text)
    (study,) = found.studies
    assert found.source == source
    assert study.counts == {"complete": n_complete, "pruned": 0, "failed": n_failed}
    first = lines(folder, study)[0]["c"]
    assert first["params.learning_rate"] == 0.01
    assert 0.5 in [value for key, value in first.items() if key.startswith("values.")]
    params = {column.label for column in study.columns if column.part == "params"}
    assert params - {"optimizer"} == {"learning_rate"}


def test_a_neptune_export(looked, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = []
    for run in ("R-1", "R-2"):
        rows += [
            {"run_id": run, "attribute_path": "params/lr", "attribute_type": "float", "float_value": 0.1},
            {"run_id": run, "attribute_path": "sys/failed", "attribute_type": "bool",
             "bool_value": run == "R-2"},
            *(
                {"run_id": run, "attribute_path": "val_loss", "attribute_type": "float_series", "step": step,
                 "float_value": 1.0 / step}
                for step in (1, 2)
            ),
        ]  # fmt: skip
    names = ("run_id", "attribute_path", "attribute_type", "step", "float_value", "bool_value")
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    pq.write_table(table, tmp_path / "part_0.parquet")
    found, folder = looked(tmp_path / "part_0.parquet")
    (study,) = found.studies
    assert (found.source, study.counts["complete"], study.counts["failed"]) == ("Neptune export", 1, 1)
    first = lines(folder, study)[0]
    assert first["c"] == {"params.lr": 0.1, "values.val_loss": 0.5}
    assert [step for step, _, _ in first["e"]] == [1, 2]


def test_exported_trials_of_hyperopt(looked):
    head = {"format": "parzen-hyperopt-trials", "version": 1, "hyperopt": "0.2.7", "name": "old", "space": {
        "lr": {"type": "float", "low": 1e-4, "high": 0.1, "log": True}}}  # fmt: skip
    trials = [
        {
            "state": 2,
            "params": {"lr": 0.01},
            "result": {"status": "ok", "loss": 0.5, "acc": 0.9},
            "book_time": 1.7e9,
        },
        {"state": 2, "params": {"lr": 0.02}, "result": {"status": "fail", "failure": "no"}},
        {"state": 0, "params": {}, "result": {"status": "new"}},
    ]
    found, folder = looked("trials.json", "\n".join(map(json.dumps, [head, *trials])))
    (study,) = found.studies
    assert (found.version, study.counts, study.skipped[0].n) == (
        "0.2.7",
        {"complete": 1, "pruned": 0, "failed": 1},
        1,
    )
    assert lines(folder, study)[0]["c"] == {"params.lr": 0.01, "values.loss": 0.5, "attributes.acc": 0.9}


def test_names_with_markup_and_formulas_stay_texts(looked):
    found, folder = looked("x.csv", 'a<script>,"=HYPERLINK(1)",val_loss\n=1+1,<b>,0.5\n')
    (study,) = found.studies
    assert [column.label for column in study.columns] == ["a<script>", "=HYPERLINK(1)", "val_loss"]
    assert lines(folder, study)[0]["c"] == {
        "params.a<script>": "=1+1",
        "params.=HYPERLINK(1)": "<b>",
        "values.val_loss": 0.5,
    }


def test_a_table_with_a_million_rows_is_refused_at_the_limit(looked, tmp_path):
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("lr,val_loss\n")
        file.writelines("0.1,0.5\n" for _ in range(MAX_TRIALS + 2))
    with pytest.raises(FileRefused, match="at most 100,000 trials"):
        looked(path)


CUT_OFF = '{"format": "parzen-study", "version": 1, "study": {"settings": {}}, "trials": [\n{"number"'
WRONG = {
    "random bytes": ("x.bin", bytes(range(256)), "not a file that can be imported"),
    "words": ("x.txt", "just words\nmore words\n", "not a file that can be imported"),
    "other json": ("x.json", '{"a": 1}', "not a file that can be imported"),
    "empty": ("x.csv", "  \n", "empty"),
    "only a head": ("x.csv", "a,b\n", "no rows"),
    "a nameless column": ("x.csv", "a,,b\n1,2,3\n", "Column 2 has no name"),
    "a name twice": ("x.csv", "a,a\n1,2\n", "Two columns are named a"),
    "pickle 4": ("x.bin", b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94.", "This is a pickle"),
    "pickle 0": ("x.bin", b"(dp0\nVa\np1\n(lp2\nI1\nas.", "This is a pickle"),
    "named a pickle": ("trials.pkl", b"anything", "This is a pickle"),
    "gzip": ("x.gz", b"\x1f\x8b\x08\x00", "gzip"),
    "newer hyperopt": ("x.json", '{"format": "parzen-hyperopt-trials", "version": 2}\n', "version 2"),
    "newer parzen": ("x.json", '{"format": "parzen-study", "version": 9, "trials": [\n\n]}', "version 9"),
    "trials of parzen": ("x.json", '{"format": "parzen-trials", "version": 1}', "without their study"),
    "cut-off parzen": ("x.json", CUT_OFF, "not a complete JSON file"),
    "newer journal": ("x.log", '{"op_code": 11}\n', "newer than Optuna 5"),
    "broken journal": ("x.log", '{"op_code": 0, "study_name": "a", "directions": [1]}\nnonsense\n', "Line 2"),
    "another zip": ("x.zip", b"PK\x03\x04nothing", "zip file is damaged"),
    "parquet in name": ("x.parquet", b"PAR1junk", "Parquet file cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_imported_is_refused_with_a_sentence(looked, case):
    name, content, words = WRONG[case]
    with pytest.raises(FileRefused) as refusal:
        looked(name, content)
    assert words in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_sqlite_files_that_are_no_storage_are_refused(looked, tmp_path):
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE songs (name TEXT)")
    with pytest.raises(FileRefused, match="no tables studies, trials"):
        looked(tmp_path / "other.db")
    for schema, words in ((11, "optuna storage upgrade"), (13, "newer")):
        with pytest.raises(FileRefused, match=words):
            looked(optuna_db(tmp_path / f"{schema}.db", [], schema=schema))
    whole = optuna_db(tmp_path / "whole.db", sweep()).read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:200], whole[:5000] + b"\xff" * 9000 + whole[14000:]):
        (tmp_path / "damaged.db").write_bytes(damaged)
        with pytest.raises(FileRefused, match=r"damaged|no tables|cannot be read"):
            looked(tmp_path / "damaged.db")


def test_a_zip_without_a_project_is_refused(looked, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(FileRefused, match=r"no oracle\.json"):
        looked(tmp_path / "x.zip")
