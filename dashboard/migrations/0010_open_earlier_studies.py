from typing import Any

from django.db import migrations


def open_all(apps: Any, _schema_editor: Any) -> None:
    """Whoever was signed in saw every study before there were teams, and goes on to."""
    apps.get_model("dashboard", "Study").objects.update(is_open=True)


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0009_teams")]
    operations = [migrations.RunPython(open_all, migrations.RunPython.noop, elidable=True)]
