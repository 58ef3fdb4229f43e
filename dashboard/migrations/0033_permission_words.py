"""The right to train custom models, in the words of the page."""

from typing import Any

from django.db import migrations

CODENAME = "run_own_code"


def rename(words: str) -> Any:
    def change(apps: Any, _schema_editor: object) -> None:
        """A permission that is there already keeps its name else."""
        permissions = apps.get_model("auth", "Permission").objects
        permissions.filter(codename=CODENAME, content_type__app_label="dashboard").update(name=words)

    return change


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("dashboard", "0030_slots_and_clocks"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="study",
            options={
                "ordering": ("-created_at", "-id"),
                "verbose_name_plural": "studies",
                "permissions": ((CODENAME, "Can train custom models"),),
            },
        ),
        migrations.RunPython(
            rename("Can train custom models"), rename("May train with Python files of their own")
        ),
    ]
