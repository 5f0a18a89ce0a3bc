"""Secrets with a successor end by themselves, and tokens know the secret they were had with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("access", "0004_technical_contact"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        migrations.AddField("clientsecret", "retired_at", models.DateTimeField(null=True)),
        migrations.AddField("clientsecret", "idle_days", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("clientsecret", "idle_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "clientsecret",
            "end_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("revoked", "revoked"),
                    ("unused", "not used any more"),
                    ("expired", "expired"),
                    ("integration", "integration ended"),
                    ("transfer", "handed over"),
                ],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "clientsecret",
            models.CheckConstraint(
                condition=models.Q(("retired_at__isnull", True))
                | models.Q(
                    ("expires_at__isnull", False),
                    ("idle_at__isnull", False),
                    ("idle_days__isnull", False),
                ),
                name="a_retired_secret_has_an_end",
            ),
        ),
        migrations.CreateModel(
            name="SecretToken",
            fields=[
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="had_with",
                        serialize=False,
                        to="oauth2_provider.accesstoken",
                    ),
                ),
                (
                    "secret",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="access.clientsecret",
                    ),
                ),
            ],
        ),
    ]
