from django.db import migrations


class Migration(migrations.Migration):
    """Models and fields under the names that the field uses. No row changes."""

    dependencies = (("dashboard", "0001_squashed_0026_costs"),)
    operations = (
        migrations.RenameModel("Tally", "EventCounter"),
        migrations.RenameModel("Wishes", "NotificationPreferences"),
        migrations.RenameField("notification", "news", "kind"),
    )
