"""The one door through which the API plane learns what a token may do.

The reader may execute this function and may not read a single table behind it.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION access_grant(token_hash text) RETURNS TABLE (
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
REVOKE ALL ON FUNCTION access_grant(text) FROM PUBLIC;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("access", "0001_first"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION access_grant(text)"),
    ]
