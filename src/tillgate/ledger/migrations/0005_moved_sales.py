from django.db import migrations, models


class Migration(migrations.Migration):
    """A sale that a correction took from a closed day to an open one remembers which did."""

    dependencies = [("ledger", "0004_day_figures")]

    operations = [
        migrations.AddField("opensale", "moved_by", models.BigIntegerField(null=True)),
    ]
