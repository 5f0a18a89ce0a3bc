"""A database field which forgets what it was given."""

from typing import Any

from django.db import models

from tillgate.access.tokens import token_hash


class HashedField(models.CharField):  # type: ignore[type-arg]
    """Stores the hash of a one-time code; looking a code up by its plain value works as usual.

    A row that was read from the database must not be saved whole again, for its hash would be
    hashed: use `update` on a queryset.
    """

    def get_prep_value(self, value: Any) -> Any:
        """The hash, for storing and for comparing alike."""
        return None if value is None else token_hash(str(value))
