from django.db import migrations, models
from django.db.models.functions import Now

# The clock closes days at every location, and row-level security shows the ledger's role none
# whose id it does not name. Ids alone tell it nothing else.
CREATE = """
CREATE FUNCTION directory_location_ids() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS 'SELECT business_location_id FROM directory_businesslocation ORDER BY 1';
REVOKE ALL ON FUNCTION directory_location_ids() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_first")]

    operations = [
        migrations.AddField(
            "businesslocation", "first_fed_at", models.DateTimeField(db_default=Now())
        ),
        migrations.RunSQL(CREATE, "DROP FUNCTION directory_location_ids()"),
    ]
