"""The table of the cache that all web processes share; Django has no model of it."""

from typing import Any

from django.core.management import call_command
from django.db import migrations

TABLE = "dashboard_cache"


def create(_apps: object, schema_editor: Any) -> None:
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0033_permission_words")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
