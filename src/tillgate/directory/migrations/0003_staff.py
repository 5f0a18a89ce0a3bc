import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Row-level security hides a business until its locations are named; these name them for whoever
# acts for it, or looks for a merchant by words. The permission is the caller's affair.
CREATE = """
CREATE FUNCTION directory_locations_of(bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS 'SELECT business_location_id FROM directory_businesslocation WHERE business_id = $1 ORDER BY 1';
REVOKE ALL ON FUNCTION directory_locations_of(bigint) FROM PUBLIC;

CREATE FUNCTION directory_business_names(bigint[]) RETURNS TABLE (id bigint, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS 'SELECT business_id, name FROM directory_business WHERE business_id = ANY ($1)';
REVOKE ALL ON FUNCTION directory_business_names(bigint[]) FROM PUBLIC;

CREATE FUNCTION directory_find_businesses(text, bigint, integer)
RETURNS TABLE (id bigint, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT business_id, name FROM directory_business
    WHERE business_id = $2 OR position(lower($1) IN lower(name)) > 0
    ORDER BY business_id <> $2, name, business_id LIMIT $3
$$;
REVOKE ALL ON FUNCTION directory_find_businesses(text, bigint, integer) FROM PUBLIC;
"""

DROP = """
DROP FUNCTION directory_locations_of(bigint);
DROP FUNCTION directory_business_names(bigint[]);
DROP FUNCTION directory_find_businesses(text, bigint, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_first_fed")]

    operations = [
        migrations.CreateModel(
            name="StaffMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("account_manager", "account manager"),
                            ("partner_services", "Partner Services"),
                            ("partner_growth", "partner growth manager"),
                            ("operator", "operator"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["person", "role"], name="one_membership_a_role"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MerchantAccount",
            fields=[
                (
                    "business",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="account",
                        serialize=False,
                        to="directory.business",
                    ),
                ),
                ("formal_partnership", models.BooleanField(default=False)),
                ("partnership_note", models.TextField(blank=True)),
                (
                    "manager",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merchants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
