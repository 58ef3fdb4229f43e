import django.db.models.deletion
import django.db.models.functions
from django.db import migrations, models

KINDS = [
    ("error", "error"),
    ("lost", "lost"),
    ("died", "process died"),
    ("out_of_memory", "out of memory"),
    ("timed_out", "timed out"),
    ("diverged", "diverged"),
    ("infeasible", "infeasible"),
    ("marked", "marked as failed"),
    ("left_out", "left out"),
]


class Migration(migrations.Migration):
    """What people say of trials, and the search spaces that a study has had."""

    dependencies = (("dashboard", "0037_indexed_once"),)

    operations = (
        migrations.AddField("trial", "judged", models.JSONField(blank=True, default=dict)),
        migrations.AddField("trial", "judged_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField("studyevent", "what", models.CharField(max_length=1000)),
        migrations.AlterField(
            "attempt", "failure_kind", models.CharField(blank=True, choices=KINDS, max_length=15)
        ),
        migrations.AlterField(
            "trial", "failure_kind", models.CharField(blank=True, choices=KINDS, max_length=15)
        ),
        migrations.CreateModel(
            name="SpaceVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("space", models.JSONField()),
                ("defaults", models.JSONField(blank=True, default=dict)),
                ("from_trial", models.PositiveIntegerField()),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.Now())),
                (
                    "study",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="space_versions",
                        to="dashboard.study",
                    ),
                ),
            ],
            options={
                "ordering": ("study", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("study", "number"), name="space_version_once_per_study")
                ],
            },
        ),
    )
