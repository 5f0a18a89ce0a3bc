import psycopg
import pytest

from tillgate.site.privileges import BOOKS, BY_LOCATION, MAPPINGS


def test_every_table_of_the_books_hides_its_rows_unless_told_a_location(owner_url):
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
        ).fetchall()
    assert {name for (name,) in rows} == {*BOOKS, MAPPINGS}


@pytest.mark.parametrize("table", BY_LOCATION)
def test_the_reader_sees_nothing_without_a_location(reader_url, table):
    with psycopg.connect(reader_url) as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
