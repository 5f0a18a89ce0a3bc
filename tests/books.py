"""What tests do to the books as a whole."""

import psycopg
from psycopg import sql

from tillgate.site.privileges import BOOKS


def empty_books(owner_url: str) -> None:
    """No business, no location, no sale; what stands on them goes too."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        tables = sql.SQL(", ").join(map(sql.Identifier, BOOKS))
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
