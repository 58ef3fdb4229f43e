"""The squashed migration, and databases from before it."""

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from dashboard.operations.queries import is_migrated

NAME = "0001_squashed_0026_costs"
FOLDER = Path(import_module("dashboard.migrations").__file__).parent
LATER = sorted(path.stem for path in FOLDER.glob("0*.py") if path.stem != NAME)
REPLACED = [name for _app, name in import_module(f"dashboard.migrations.{NAME}").Migration.replaces]


@pytest.fixture
def rows(db):
    """Of the package, as `migrate` keeps them."""
    return MigrationRecorder.Migration.objects.filter(app="dashboard")


def recorded(rows, names):
    """As in a database that an earlier version has brought so far."""
    rows.delete()
    for name in names:
        MigrationRecorder.Migration.objects.create(app="dashboard", name=name)


def test_it_stands_for_all_that_there_were():
    assert [name[:4] for name in REPLACED] == [f"{number:04}" for number in range(1, 27)]


def test_database_that_has_all_of_them_takes_it_for_applied(rows):
    recorded(rows, [*REPLACED, *LATER])
    assert is_migrated()

    call_command("migrate", verbosity=0)

    assert sorted(rows.values_list("name", flat=True)) == sorted([*REPLACED, NAME, *LATER])
    assert is_migrated()
    call_command("migrate", check_unapplied=True, verbosity=0)  # leaves with 1 where there is one to apply


def test_database_that_lacks_some_is_refused_and_left_as_it_is(rows):
    recorded(rows, REPLACED[:-2])
    assert not is_migrated()

    with pytest.raises(CommandError, match=REPLACED[-2]):
        call_command("migrate", verbosity=0)

    assert sorted(rows.values_list("name", flat=True)) == sorted(REPLACED[:-2])


def test_new_database_is_of_this_version(db):
    assert is_migrated()


def test_database_of_which_nothing_is_known_is_not_of_this_version(rows):
    recorded(rows, [])

    assert not is_migrated()


def test_a_permission_that_is_there_gets_the_words_of_the_page(db):
    assert Permission.objects.get(codename="run_own_code").name == "Can train custom models"
    Permission.objects.filter(codename="run_own_code").update(name="May train with Python files of their own")

    import_module("dashboard.migrations.0033_permission_words").rename("Can train custom models")(apps, None)

    assert Permission.objects.get(codename="run_own_code").name == "Can train custom models"
    assert Permission.objects.filter(name="Can train custom models").count() == 1
