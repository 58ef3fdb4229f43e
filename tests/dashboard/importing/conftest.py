import pytest

from dashboard.access.rules import Place
from dashboard.importing.actions import Destination, import_study
from dashboard.importing.mapping import first_mapping
from tests.builders import actor
from tests.dashboard.importing.files import optuna_db, stage_here, sweep

ONLY_ME = Place("private", "Only me", "")


@pytest.fixture
def bring(monkeypatch, user, settings, tmp_path):
    """Import a file as it is guessed, or with another mapping; the study."""
    settings.UPLOAD_DIR = tmp_path / "uploads"

    def imported(path, place=0, name="", change=lambda mapping: mapping):
        staged = stage_here(monkeypatch, path, user.pk)
        told = staged.found.studies[place]
        to = Destination(place, name or told.name, ONLY_ME)
        return import_study(staged=staged, to=to, mapping=change(first_mapping(told)), by=actor(user))

    return imported


@pytest.fixture
def sweep_file(tmp_path):
    return optuna_db(tmp_path / "sweep.db", sweep())
