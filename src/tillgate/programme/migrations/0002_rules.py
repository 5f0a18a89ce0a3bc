"""Rules that must not break, whoever writes: in the database as well as in the acts.

Approval is impossible before the signature. An agreement counts as signed only with its signature
and its sealed paper.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION programme_approved_only_when_signed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'approved' AND NOT EXISTS (
        SELECT FROM programme_agreement AS agreement
        JOIN programme_signature AS signature ON signature.agreement_id = agreement.id
        WHERE agreement.request_id = NEW.id AND agreement.state IN ('signed', 'in_force')
    ) THEN
        RAISE EXCEPTION 'request % has no signed agreement', NEW.id
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'approved_only_when_signed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER approved_only_when_signed
    BEFORE INSERT OR UPDATE OF state ON programme_accessrequest
    FOR EACH ROW EXECUTE FUNCTION programme_approved_only_when_signed();

CREATE FUNCTION programme_signed_only_with_a_signature() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('signed', 'in_force') AND (
        NOT EXISTS (SELECT FROM programme_signature WHERE agreement_id = NEW.id)
        OR NOT EXISTS (
            SELECT FROM programme_agreementfile WHERE agreement_id = NEW.id AND kind = 'sealed'
        )
    ) THEN
        RAISE EXCEPTION 'agreement % is not signed and sealed', NEW.id
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'signed_only_with_a_signature';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER signed_only_with_a_signature
    BEFORE INSERT OR UPDATE OF state ON programme_agreement
    FOR EACH ROW EXECUTE FUNCTION programme_signed_only_with_a_signature();
"""

DROP = """
DROP TRIGGER approved_only_when_signed ON programme_accessrequest;
DROP FUNCTION programme_approved_only_when_signed();
DROP TRIGGER signed_only_with_a_signature ON programme_agreement;
DROP FUNCTION programme_signed_only_with_a_signature();
"""


class Migration(migrations.Migration):
    dependencies = [("programme", "0001_first")]
    operations = [migrations.RunSQL(CREATE, DROP)]
