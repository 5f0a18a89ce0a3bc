"""The books. All writing is SQL (`acts.py`); these models serve migrations and reading."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class BusinessDay(models.Model):
    """An open business day of a location, from its first record on.

    `starts_at` and `ends_at` are kept as they were when the day opened: a later change of zone or
    start hour moves no day. The row goes when the day is closed. `closed_at` and `closed_by` are
    set only where version 0.1 closed it: then the next closing run makes its document.
    """

    pk = models.CompositePrimaryKey("business_location_id", "business_date")
    business_location_id = models.BigIntegerField()
    business_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    last_fed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=5, blank=True)


class OpenSale(models.Model):
    """A sale, one row: its key, what it is found by, and its texts.

    `body` is the canonical text with every part. `lean` is the published V1 text with payments
    and no other part; its characters [payments_start, payments_end) are the payments with their
    comma, so that the text without them is what remains. `digest` is the SHA-256 of `body`.
    `moved_by` is the position of the correction that took the sale from a closed day, if one did.
    """

    pk = models.CompositePrimaryKey("business_location_id", "account_reference")
    business_location_id = models.BigIntegerField()
    account_reference = models.TextField()
    account_id = models.TextField()
    business_date = models.DateField()
    closed_at = models.DateTimeField()
    type = models.CharField(max_length=10)
    recorded_at = models.DateTimeField()
    digest = models.BinaryField()
    payments_start = models.IntegerField()
    payments_end = models.IntegerField()
    lean = models.TextField()
    body = models.TextField()
    moved_by = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business_location_id", "account_id"], name="ledger_opensale_one_account"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["business_location_id", "closed_at", "account_id"],
                name="ledger_opensale_by_closing",
            ),
            models.Index(
                fields=["business_location_id", "business_date", "closed_at", "account_id"],
                name="ledger_opensale_by_day",
            ),
        ]


class ExternalReference(models.Model):
    """A reference of another system to a sale, as `saleByExternalReference` looks it up."""

    pk = models.CompositePrimaryKey("business_location_id", "reference", "account_reference")
    business_location_id = models.BigIntegerField()
    reference = models.TextField()
    account_reference = models.TextField()


class SigningKey(models.Model):
    """The public half of a key that closed days are signed with; kept for ever."""

    key_id = models.TextField(primary_key=True)
    public = models.BinaryField()
    first_used_at = models.DateTimeField()


class ClosedDay(models.Model):
    """A revision of a closed day: one immutable document (`document.py`, docs/books.md).

    `position` counts the closed days and revisions of a location without gaps, in the order of
    closing. `spans` says where the frames lie in `data`. `strays` tells that a sale was closed
    outside of [starts_at, ends_at). Days without sales have no first and last closing time.

    The four lists are the index of the sales which this document brought or changed, one entry a
    sale: `lookup.key_of` of account reference and account id, the beginning of the SHA-256 of its
    canonical text, and its closing time in milliseconds. Of several documents that list a sale the
    latest holds. Rows of their own would take twice the disk (decision 22).
    """

    pk = models.CompositePrimaryKey("business_location_id", "business_date", "revision")
    business_location_id = models.BigIntegerField()
    position = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    last_fed_at = models.DateTimeField()
    closed_at = models.DateTimeField()
    first_closed_at = models.DateTimeField(null=True)
    last_closed_at = models.DateTimeField(null=True)
    business_date = models.DateField()
    revision = models.IntegerField()
    sale_count = models.IntegerField()
    strays = models.BooleanField()
    closed_by = models.CharField(max_length=10)
    key_id = models.TextField()
    digest = models.BinaryField()
    previous_digest = models.BinaryField()
    signature = models.BinaryField()
    spans = models.BinaryField()
    manifest = models.BinaryField()
    part_hashes = models.BinaryField()
    totals = models.BinaryField()
    reference_keys = ArrayField(models.BigIntegerField())
    account_keys = ArrayField(models.BigIntegerField())
    contents = ArrayField(models.BigIntegerField())
    closings = ArrayField(models.BigIntegerField())
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business_location_id", "position"], name="ledger_closedday_one_chain"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["business_location_id", "last_closed_at"],
                condition=models.Q(strays=True),
                name="ledger_closedday_strays",
            )
        ]


class DayFigures(models.Model):
    """What a document comes to, small (`figures.py`): ranges of years are added up from these.

    Made with the document and from it; where there is none, it is made from the document again.
    """

    pk = models.CompositePrimaryKey("business_location_id", "business_date", "revision")
    business_location_id = models.BigIntegerField()
    business_date = models.DateField()
    revision = models.IntegerField()
    figures = models.BinaryField()


class MonthLines(models.Model):
    """The lines of a month of closed days, summed up (`month_lines.py`); rows are only added.

    Written when the last day of the month is closed, and again with each correction: they hold as
    long as no document of the month has a later `position`. `parts` is how many personal parts the
    month had then: with fewer, somebody was erased, and whoever wants names reads the days.
    """

    pk = models.CompositePrimaryKey("business_location_id", "month", "position")
    business_location_id = models.BigIntegerField()
    month = models.DateField()
    position = models.BigIntegerField()
    first_closed_at = models.DateTimeField()
    last_closed_at = models.DateTimeField()
    parts = models.IntegerField()
    lines = models.BinaryField()


class ClosedReference(models.Model):
    """A reference of another system to a sale of a closed day."""

    pk = models.CompositePrimaryKey("business_location_id", "reference", "account_reference")
    business_location_id = models.BigIntegerField()
    reference = models.TextField()
    account_reference = models.TextField()


class PersonalPart(models.Model):
    """What a closed day says of one person, erasable: the document holds only a salted hash.

    `person` is `staff:` or `consumer:` with the id, as far as there was one; `part_values` is a
    JSON array.
    """

    pk = models.CompositePrimaryKey("business_location_id", "business_date", "number")
    business_location_id = models.BigIntegerField()
    business_date = models.DateField()
    number = models.IntegerField()
    person = models.TextField()
    salt = models.BinaryField()
    part_values = models.BinaryField()


class AbortedOrder(models.Model):
    """An order that came to nothing; its `body` is the published object without the name.

    It is in no document: the name lies in a column of its own, and goes when it is erased. From
    then on `erased` keeps it from coming back.
    """

    pk = models.CompositePrimaryKey("business_location_id", "order_id")
    business_location_id = models.BigIntegerField()
    order_id = models.TextField()
    recorded_at = models.DateTimeField()
    business_date = models.DateField()
    aborted_at = models.DateTimeField()
    staff_id = models.BigIntegerField(null=True)
    staff_name = models.TextField(null=True)  # noqa: DJ001  absent and empty differ on the wire
    erased = models.BooleanField()
    body = models.TextField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["business_location_id", "business_date", "aborted_at", "order_id"],
                name="ledger_abortedorder_by_day",
            )
        ]


class CardPayment(models.Model):
    """A payment taken by the platform, as it stands now; `body` is the published object."""

    pk = models.CompositePrimaryKey("business_location_id", "payment_id")
    business_location_id = models.BigIntegerField()
    payment_id = models.TextField()
    recorded_at = models.DateTimeField()
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    status = models.CharField(max_length=20)
    body = models.TextField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["business_location_id", "modified_at", "payment_id"],
                name="ledger_cardpayment_by_change",
            ),
            models.Index(
                fields=["business_location_id", "created_at", "payment_id"],
                name="ledger_cardpayment_by_creation",
            ),
        ]
