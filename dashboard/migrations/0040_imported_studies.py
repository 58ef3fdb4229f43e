import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Studies that were brought from elsewhere, with the times that they had there."""

    dependencies = (("dashboard", "0039_dismissed_suggestions"),)

    operations = (
        migrations.AddField("study", "imported", models.JSONField(blank=True, default=dict)),
        migrations.AddField("comment", "written_by", models.CharField(blank=True, max_length=150)),
        *(
            migrations.AlterField(
                model, "created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)
            )
            for model in ("study", "trial")
        ),
        migrations.AlterField(
            "trial",
            "origin",
            models.CharField(
                choices=[
                    ("startup", "starting point"),
                    ("model", "model"),
                    ("copy", "copied trial"),
                    ("random", "random draw"),
                    ("enqueued", "a person"),
                    ("imported", "imported"),
                ],
                default="startup",
                max_length=10,
            ),
        ),
    )
