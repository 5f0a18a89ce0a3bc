"""The sandbox of a person, and the rule that sandbox and live never meet, kept by the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The range of `foundation.sandbox_ids`, as it was when this migration was written.
CREATE = """
CREATE FUNCTION access_is_sandbox(id bigint) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp
AS $$ SELECT id BETWEEN 9000000000000000 AND 9007199254740991 $$;

CREATE FUNCTION access_check_client_world() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.sandbox IS DISTINCT FROM (
        SELECT access_is_sandbox(business_id) FROM access_integration WHERE id = NEW.integration_id
    ) THEN
        RAISE EXCEPTION 'a client of the sandbox reads the sandbox, and no other client does'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION access_check_licence_world() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    IF access_is_sandbox(NEW.business_location_id) IS DISTINCT FROM (
        SELECT access_is_sandbox(business_id) FROM access_integration WHERE id = NEW.integration_id
    ) THEN
        RAISE EXCEPTION 'the sandbox reads locations of the sandbox, and nobody else does'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION access_check_integration_world() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'an integration stays with its business' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER one_world BEFORE INSERT OR UPDATE OF sandbox, integration_id ON access_client
    FOR EACH ROW EXECUTE FUNCTION access_check_client_world();
CREATE TRIGGER one_world
    BEFORE INSERT OR UPDATE OF business_location_id, integration_id ON access_licensedlocation
    FOR EACH ROW EXECUTE FUNCTION access_check_licence_world();
CREATE TRIGGER one_world BEFORE UPDATE OF business_id ON access_integration
    FOR EACH ROW WHEN (OLD.business_id IS DISTINCT FROM NEW.business_id)
    EXECUTE FUNCTION access_check_integration_world();
"""
DROP = """
DROP TRIGGER one_world ON access_integration;
DROP TRIGGER one_world ON access_licensedlocation;
DROP TRIGGER one_world ON access_client;
DROP FUNCTION access_check_integration_world();
DROP FUNCTION access_check_licence_world();
DROP FUNCTION access_check_client_world();
DROP FUNCTION access_is_sandbox(bigint);
"""


class Migration(migrations.Migration):

    dependencies = [
        ("access", "0002_access_grant"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sandbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("integration", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="sandbox", to="access.integration")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="sandboxes", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("ended_at__isnull", True)), fields=("person",), name="one_open_sandbox_a_person")
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
