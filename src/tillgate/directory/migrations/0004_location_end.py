from django.db import migrations, models

# Which business date a location has at an instant: by its own clock, less the start of its day.
# One place says it for access, prices and pages alike; a location without a calendar has UTC's.
CREATE = """
CREATE FUNCTION directory_date_at(bigint, timestamptz) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE SET search_path = public, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT (($2 AT TIME ZONE timezone) - day_start::interval)::date
            FROM directory_dayrule
            WHERE business_location_id = $1
                AND valid_from <= (($2 AT TIME ZONE timezone) - day_start::interval)::date
            ORDER BY valid_from DESC LIMIT 1
        ),
        (
            SELECT (($2 AT TIME ZONE timezone) - day_start::interval)::date
            FROM directory_dayrule
            WHERE business_location_id = $1
            ORDER BY valid_from LIMIT 1
        ),
        ($2 AT TIME ZONE 'UTC')::date
    )
$$;
REVOKE ALL ON FUNCTION directory_date_at(bigint, timestamptz) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_staff")]

    operations = [
        migrations.AddField("businesslocation", "until", models.DateField(null=True)),
        migrations.AddField(
            "businesslocation", "ended_as", models.TextField(blank=True, db_default="")
        ),
        migrations.AddField("businesslocation", "until_fed_at", models.DateTimeField(null=True)),
        migrations.RunSQL(CREATE, "DROP FUNCTION directory_date_at(bigint, timestamptz)"),
    ]
