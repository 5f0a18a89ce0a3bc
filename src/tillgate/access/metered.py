"""What the API plane's meter writes of calls, and what is summed up of it.

`client_id` is a text and no key: the meter may look nothing up, and what was called stays when a
client goes.
"""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class CallCount(models.Model):
    """How often a client called an endpoint in a minute.

    Several rows may stand for the same minute, one from each process: add them up. `last_at` is the
    last call's; None in rows of the first version.
    """

    at = models.DateTimeField()
    client_id = models.TextField()
    endpoint = models.TextField()
    status = models.SmallIntegerField()
    calls = models.IntegerField()
    bytes = models.BigIntegerField()
    last_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client_id", "at"], name="calls_of_a_client")]

    def __str__(self) -> str:
        return f"{self.at} {self.client_id} {self.endpoint}"


class DayUsage(models.Model):
    """What a client called of an endpoint on a UTC date, summed up of counts that are gone since.

    Errors are answers from 400 on.
    """

    client_id = models.TextField()
    day = models.DateField()
    endpoint = models.TextField()
    calls = models.BigIntegerField()
    errors = models.BigIntegerField()
    bytes = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client_id", "day", "endpoint"], name="one_sum_a_day_and_endpoint"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.client_id} {self.endpoint}"


class LoggedCall(models.Model):
    """One call in the request log: never a query string, a token or an address.

    `endpoint` is the path's template; `location` the business location in the path, if any.
    """

    at = models.DateTimeField()
    client_id = models.TextField()
    method = models.TextField()
    endpoint = models.TextField()
    location = models.BigIntegerField(null=True, db_column="business_location_id")
    status = models.SmallIntegerField()
    ms = models.FloatField()
    bytes = models.BigIntegerField()
    request_id = models.TextField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["client_id", "at", "id"], name="log_of_a_client"),
            # Rows come in the order of time, so a few bytes are enough to find the old ones.
            BrinIndex(fields=["at"], name="log_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.client_id} {self.method} {self.endpoint}"


class CallGap(models.Model):
    """Calls that were answered and of which something could not be kept, so that it can be said.

    `kind` is `count` where they are missing in the counts, `log` where they are in the counts and
    only missing in the request log.
    """

    client_id = models.TextField()
    kind = models.TextField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    calls = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client_id", "last_at"], name="gaps_of_a_client")]

    def __str__(self) -> str:
        return f"{self.client_id} {self.kind} {self.calls}"
