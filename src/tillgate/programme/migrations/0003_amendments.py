"""Amendments, and the prices of what was agreed before licences carried them."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE access_licensedlocation AS licence
SET monthly_price = line.monthly_price,
    currency = agreement.currency,
    agreement = 'A-' || (1000 + agreement.id)
FROM programme_agreementline AS line
JOIN programme_agreement AS agreement ON agreement.id = line.agreement_id
JOIN programme_accessrequest AS request ON request.id = agreement.request_id
WHERE agreement.state = 'in_force'
    AND request.integration_id = licence.integration_id
    AND line.location_id = licence.business_location_id
    AND licence.monthly_price IS NULL;
"""


class Migration(migrations.Migration):

    dependencies = [("access", "0007_licence_periods"), ("programme", "0002_rules")]

    operations = [
        migrations.RemoveConstraint("agreement", "one_living_agreement"),
        migrations.AddField(
            "agreement",
            "integration",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="access.integration",
            ),
        ),
        migrations.AddField(
            "agreement",
            "amends",
            models.CharField(
                blank=True,
                choices=[("locations", "further locations"), ("prices", "new prices")],
                default="",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField("agreement", "starts_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "agreement",
            models.UniqueConstraint(
                condition=models.Q(
                    ("integration__isnull", True),
                    ("state__in", ["priced", "sent", "signed", "in_force"]),
                ),
                fields=("request",),
                name="one_living_agreement",
            ),
        ),
        migrations.AddConstraint(
            "agreement",
            models.UniqueConstraint(
                condition=models.Q(
                    ("integration__isnull", False),
                    ("state__in", ("priced", "sent", "signed")),
                ),
                fields=("integration",),
                name="one_living_amendment",
            ),
        ),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amends", ""),
                        ("integration__isnull", True),
                        ("starts_on__isnull", True),
                    ),
                    models.Q(
                        ("integration__isnull", False),
                        ("starts_on__isnull", False),
                        models.Q(("amends", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_amendment_says_what_and_when",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
