"""Licences carry their price; periods do not overlap; what counts is said in one place.

`access_licenceperiod` is that place: a licence, ended too by its location's end. Grants, statements
and pages all read it. A suspension is kept with its instants.
"""

import django.db.models.deletion
from django.db import migrations, models

CREATE = """
CREATE FUNCTION access_check_licence_alone() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    -- Of two at the same moment one waits here, and then sees what the other has added.
    PERFORM FROM access_integration WHERE id = NEW.integration_id FOR UPDATE;
    IF EXISTS (
        SELECT FROM access_licensedlocation AS other
        WHERE other.integration_id = NEW.integration_id
            AND other.business_location_id = NEW.business_location_id
            AND other.id <> NEW.id
            AND daterange(other.from_date, other.until_date, '[]')
                && daterange(NEW.from_date, NEW.until_date, '[]')
    ) THEN
        RAISE EXCEPTION 'the location is licensed in this period already'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'one_licence_a_day';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_licence_a_day
    BEFORE INSERT OR UPDATE OF integration_id, business_location_id, from_date, until_date
    ON access_licensedlocation
    FOR EACH ROW EXECUTE FUNCTION access_check_licence_alone();

-- A location that is learnt to have ended counts until then, for it could be read until then.
CREATE VIEW access_licenceperiod AS
SELECT
    licence.id,
    licence.integration_id,
    licence.business_location_id,
    licence.from_date,
    least(
        licence.until_date,
        CASE WHEN place.until IS NOT NULL THEN greatest(
            place.until, directory_date_at(place.business_location_id, place.until_fed_at)
        ) END
    ) AS last_date,
    licence.monthly_price,
    licence.currency,
    licence.agreement
FROM access_licensedlocation AS licence
JOIN directory_businesslocation AS place
    ON place.business_location_id = licence.business_location_id;

CREATE OR REPLACE FUNCTION access_grant(token_hash text) RETURNS TABLE (
    client_id text,
    integration_id bigint,
    integration_state text,
    scopes text,
    locations bigint[],
    staff boolean,
    consumers boolean,
    authorizations boolean,
    calls_per_minute integer,
    expires_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 1
SET search_path = public, pg_temp
AS $$
    SELECT
        client.client_id::text,
        integration.id,
        integration.state::text,
        (
            SELECT coalesce(string_agg(word, ' ' ORDER BY place), '')
            FROM unnest(string_to_array(token.scope, ' ')) WITH ORDINALITY AS asked (word, place)
            WHERE word = ANY (string_to_array(integration.scopes, ' '))
        ),
        (
            SELECT coalesce(
                array_agg(DISTINCT period.business_location_id ORDER BY period.business_location_id),
                '{}'
            )
            FROM access_licenceperiod AS period
            WHERE period.integration_id = integration.id
                AND CASE
                    -- No place's date is further from UTC's than this; most rows need no calendar.
                    WHEN period.from_date <= (now() AT TIME ZONE 'UTC')::date - 2
                        AND coalesce(period.last_date, 'infinity')
                            >= (now() AT TIME ZONE 'UTC')::date + 1 THEN true
                    ELSE directory_date_at(period.business_location_id, now())
                        BETWEEN period.from_date AND coalesce(period.last_date, 'infinity')
                END
        ),
        integration.staff,
        integration.consumers,
        integration.authorizations,
        integration.calls_per_minute,
        token.expires
    FROM oauth2_provider_accesstoken AS token
    JOIN access_client AS client ON client.id = token.application_id
    JOIN access_integration AS integration ON integration.id = client.integration_id
    WHERE token.token_checksum = $1
$$;

-- Who is suspended now has been since the event that says so.
INSERT INTO access_suspension (integration_id, from_at, reason, by_platform)
SELECT integration.id, coalesce(event.at, now()), integration.state_reason, true
FROM access_integration AS integration
LEFT JOIN LATERAL (
    SELECT max(at) AS at FROM foundation_event
    WHERE subject = 'integration:' || integration.id AND kind = 'access:integration:suspended'
) AS event ON true
WHERE integration.state = 'suspended';
"""
DROP = """
CREATE OR REPLACE FUNCTION access_grant(token_hash text) RETURNS TABLE (
    client_id text,
    integration_id bigint,
    integration_state text,
    scopes text,
    locations bigint[],
    staff boolean,
    consumers boolean,
    authorizations boolean,
    calls_per_minute integer,
    expires_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 1
SET search_path = public, pg_temp
AS $$
    SELECT
        client.client_id::text,
        integration.id,
        integration.state::text,
        (
            SELECT coalesce(string_agg(word, ' ' ORDER BY place), '')
            FROM unnest(string_to_array(token.scope, ' ')) WITH ORDINALITY AS asked (word, place)
            WHERE word = ANY (string_to_array(integration.scopes, ' '))
        ),
        (
            SELECT coalesce(
                array_agg(DISTINCT licence.business_location_id ORDER BY licence.business_location_id),
                '{}'
            )
            FROM access_licensedlocation AS licence
            WHERE licence.integration_id = integration.id
                AND licence.from_date <= (now() AT TIME ZONE 'UTC')::date
                AND coalesce(licence.until_date, 'infinity') >= (now() AT TIME ZONE 'UTC')::date
        ),
        integration.staff,
        integration.consumers,
        integration.authorizations,
        integration.calls_per_minute,
        token.expires
    FROM oauth2_provider_accesstoken AS token
    JOIN access_client AS client ON client.id = token.application_id
    JOIN access_integration AS integration ON integration.id = client.integration_id
    WHERE token.token_checksum = $1
$$;
DROP VIEW access_licenceperiod;
DROP TRIGGER one_licence_a_day ON access_licensedlocation;
DROP FUNCTION access_check_licence_alone();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("access", "0006_usage"),
        ("directory", "0004_location_end"),
        ("foundation", "0002_message"),
    ]

    operations = [
        migrations.AddField(
            "licensedlocation",
            "monthly_price",
            models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            "licensedlocation",
            "currency",
            models.CharField(blank=True, db_default="", max_length=3),
        ),
        migrations.AddField(
            "licensedlocation",
            "agreement",
            models.CharField(blank=True, db_default="", max_length=20),
        ),
        migrations.AddConstraint(
            "licensedlocation",
            models.CheckConstraint(
                condition=models.Q(("monthly_price__isnull", True))
                | models.Q(("currency", ""), _negated=True),
                name="a_price_has_a_currency",
            ),
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                ("reason", models.TextField()),
                ("by_platform", models.BooleanField()),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suspensions",
                        to="access.integration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_at__isnull", True)),
                        fields=("integration",),
                        name="one_open_suspension",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LicencePeriod",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("location_id", models.BigIntegerField(db_column="business_location_id")),
                ("from_date", models.DateField()),
                ("last_date", models.DateField(null=True)),
                (
                    "monthly_price",
                    models.DecimalField(decimal_places=2, max_digits=12, null=True),
                ),
                ("currency", models.CharField(max_length=3)),
                ("agreement", models.CharField(max_length=20)),
            ],
            options={"db_table": "access_licenceperiod", "managed": False},
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
