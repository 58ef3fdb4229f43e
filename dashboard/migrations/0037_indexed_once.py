import django.db.models.deletion
from django.db import migrations, models


def parent(to: str, related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=to
    )


class Migration(migrations.Migration):
    """The unique constraints that begin with these columns serve what their own indexes did."""

    dependencies = (("dashboard", "0036_columns_and_enqueued_trials"),)

    operations = (
        migrations.AlterField("attempt", "trial", parent("dashboard.trial", "attempts")),
        migrations.AlterField("report", "attempt", parent("dashboard.attempt", "reports")),
        migrations.AlterField("trial", "study", parent("dashboard.study", "trials")),
    )
