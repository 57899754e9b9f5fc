"""Statements that are prepared, and how the values of a column are written for them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection

from portal.lib.prepared import array

COLUMNS = [
    (("17-3-702", "", "NULL", "a,b", "{}"), '{"17-3-702","","NULL","a,b","{}"}'),
    (('"', "\\", '\\"', "王"), r'{"\"","\\","\\\"","王"}'),
    (("a", None, ""), '{"a",NULL,""}'),
    (('a"', None, "b\\"), r'{"a\"",NULL,"b\\"}'),
    ((Decimal("36.5"), None), '{"36.5",NULL}'),
    ((True, False), '{"True","False"}'),
    ((dt.date(2022, 4, 10),), '{"2022-04-10"}'),
    ((None, None), None),
    ((), None),
]


@pytest.mark.parametrize(("values", "text"), COLUMNS)
def test_a_column_is_written_as_postgresql_reads_it(values, text):
    assert array(values) == text


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads no arrays")
@pytest.mark.parametrize("values", [values for values, text in COLUMNS if text and isinstance(values[0], str)])
def test_postgresql_reads_the_column_that_was_written(values):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM unnest(%s::text[])", [array(values)])
        assert tuple(value for (value,) in cursor.fetchall()) == values
