"""What tests do to the books as a whole."""

from functools import cache

import psycopg
from psycopg import sql

from tillgate.site.privileges import BOOKS

# Deleting a few rows takes a tenth of the time of a TRUNCATE, which makes every file anew.
_FEW = 2_000_000  # bytes

# The books, then what refers to them, then what refers to that.
_REFERRING = """
WITH RECURSIVE found (oid, depth) AS (
    SELECT oid, 0 FROM pg_class WHERE relname = any(%s) AND relkind = 'r'
    UNION
    SELECT conrelid, depth + 1 FROM pg_constraint JOIN found ON confrelid = found.oid
    WHERE contype = 'f' AND conrelid <> confrelid AND depth < 9
)
SELECT relname FROM found JOIN pg_class USING (oid) GROUP BY relname ORDER BY max(depth) DESC
"""


def empty_books(owner_url: str) -> None:
    """No business, no location, no sale; what stands on them goes too."""
    with psycopg.connect(owner_url) as connection:
        filled = connection.execute(_filled(owner_url)).fetchall()
        if sum(size for _, size in filled) > _FEW:
            tables = sql.SQL(", ").join(map(sql.Identifier, BOOKS))
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
        else:
            for table, _ in filled:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@cache
def _filled(owner_url: str) -> sql.Composed:
    """Asks for the tables with rows and their sizes, those first that refer to others."""
    with psycopg.connect(owner_url) as connection:
        tables = connection.execute(_REFERRING, (list(BOOKS),)).fetchall()
    return sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, pg_table_size({}) WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(table), sql.Literal(table), sql.Identifier(table)
        )
        for (table,) in tables
    )
