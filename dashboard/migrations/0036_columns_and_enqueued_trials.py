import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ORIGINS = [
    ("startup", "starting point"),
    ("model", "model"),
    ("copy", "copied trial"),
    ("random", "random draw"),
    ("enqueued", "a person"),
]


class Migration(migrations.Migration):
    """Columns of the table of trials that people have chosen, and trials that they have enqueued."""

    dependencies = (
        ("dashboard", "0035_dataset_encoding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )

    operations = (
        migrations.AlterField(
            model_name="trial",
            name="origin",
            field=models.CharField(choices=ORIGINS, default="startup", max_length=10),
        ),
        migrations.CreateModel(
            name="TableColumns",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("keys", models.JSONField(default=list)),
                (
                    "study",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dashboard.study",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="table_columns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "table columns",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "study"), name="columns_once_per_study"),
                    models.UniqueConstraint(
                        condition=models.Q(("study", None)),
                        fields=("user",),
                        name="columns_once_for_all_studies",
                    ),
                ],
            },
        ),
    )
