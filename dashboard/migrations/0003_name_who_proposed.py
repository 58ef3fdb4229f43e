from typing import Any

from django.db import migrations
from django.db.models import Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce


def name_who_proposed(apps: Any, _schema_editor: Any) -> None:
    """Explanations have named their sampler from the start."""
    trial = apps.get_model("dashboard", "Trial")
    trial.objects.filter(sampler="").update(sampler=Coalesce(KT("explanation__sampler"), Value("")))


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0002_trial_sampler")]
    operations = [migrations.RunPython(name_who_proposed, migrations.RunPython.noop)]
