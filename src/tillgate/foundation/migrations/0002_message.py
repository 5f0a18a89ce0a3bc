from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("foundation", "0001_first")]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", models.TextField()),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("key", models.TextField(null=True, unique=True)),
                ("state", models.CharField(choices=[("waiting", "waiting"), ("sent", "sent"), ("failed", "failed for good")], default="waiting", max_length=10)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("state", "waiting")), fields=["id"], name="messages_waiting")],
            },
        ),
    ]
