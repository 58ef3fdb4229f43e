"""`manage.py import_study`: the same action, from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from dashboard.importing import staging
from dashboard.models import AuditEntry, Study
from dashboard.people.actions import create_team
from tests.builders import actor
from tests.dashboard.importing.files import optuna_db, read_here, sweep


@pytest.fixture
def run(user, settings, tmp_path, monkeypatch):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(staging, "read_file", read_here)

    def called(*args, **options):
        out = io.StringIO()
        call_command("import_study", *map(str, args), owner="ada", stdout=out, **options)
        return out.getvalue()

    return called


def test_it_imports_for_a_person_and_says_what_was_skipped(run, sweep_file, tmp_path, user):
    report = tmp_path / "report.csv"
    text = run(sweep_file, name="here", report=report)
    study = Study.objects.get()
    assert (study.name, study.owner, study.trials.count()) == ("here", user, 12)
    assert "imported 12 of 13 trials of sweep" in text
    assert "Skipped: not finished" in report.read_text()
    assert AuditEntry.objects.get(action="study-import").door == "shell"
    assert not list((tmp_path / "uploads" / ".imports").glob("*"))
    assert sweep_file.is_file()


def test_columns_and_places_can_be_said(run, sweep_file, user):
    create_team(name="Vision", by=actor(user))
    run(
        sweep_file,
        team="Vision",
        objective="val_acc",
        direction="maximize",
        column=["lr=param:rate", "sha=leave"],
    )
    study = Study.objects.get()
    assert (study.objective, study.direction, study.team.name) == ("val_acc", "maximize", "Vision")
    assert "rate" in study.search_space.names
    assert "texts" not in study.trials.get(number=0).explanation


def test_a_dry_run_writes_nothing(run, sweep_file):
    assert "12 of 13 trials of sweep" in run(sweep_file, dry_run=True)
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"study": "none"}, "Choose one with --study"),
        ({"team": "none"}, "cannot share studies with a team named none"),
        ({"objective": "none"}, "no column none"),
        ({"column": ["x=leave"]}, "no column x"),
        ({"trainer": "mlp", "dataset": "digits"}, "does not measure value"),
    ],
)
def test_what_is_wrong_is_a_sentence_and_nothing_is_imported(run, sweep_file, options, words):
    with pytest.raises(CommandError) as error:
        run(sweep_file, **options)
    assert words in str(error.value)
    assert "Nothing was imported." in str(error.value)
    assert not Study.objects.exists()


def test_a_study_of_several_has_to_be_named(run, tmp_path):
    path = optuna_db(tmp_path / "two.db", sweep(), names=("a", "b"))
    with pytest.raises(CommandError, match="2 studies: a, b"):
        run(path)
    run(path, study="b")
    assert Study.objects.get().name == "b"


def test_unknown_people_and_files_are_said(run, tmp_path, user):
    with pytest.raises(CommandError, match="no file"):
        run(tmp_path / "none.db")
    with pytest.raises(CommandError, match="no user grace"):
        call_command("import_study", str(tmp_path), owner="grace")
