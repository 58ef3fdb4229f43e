from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("dashboard", "0034_shared_cache"),)

    operations = (
        migrations.AddField(
            model_name="dataset",
            name="encoding",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    )
