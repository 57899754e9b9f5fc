"""The cast is written from what was kept: it has to be the same cast."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.utils import timezone

from residents.models import District
from tests import factories, kept_rows
from tests.people import KEPT, make_cast


@pytest.fixture(autouse=True)
def _kept(db):
    make_cast()
    forget()


def forget():
    for model in reversed(KEPT.kinds):
        model.objects.all().delete()


def rows_of(table):
    with connection.cursor() as cursor:
        return kept_rows._read(cursor, table)


def test_the_rows_are_those_that_were_made(db):
    cast = make_cast()
    assert {table: rows_of(table) for table in KEPT.rows} == KEPT.rows
    assert cast.secretary.memberships.get().community == cast.qinghe
    cast.secretary.refresh_from_db()
    assert cast.secretary.name == "李秀兰"


def test_nothing_is_written_elsewhere(db):
    written = set()

    def watch(execute, sql, params, many, context):
        written.update(re.findall(r'^(?:INSERT INTO|UPDATE) "(\w+)"', sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        KEPT.make()
    assert written == set(KEPT.rows)


def test_what_one_test_changes_the_next_does_not_see(db):
    make_cast().secretary.name = "changed"
    forget()
    assert make_cast().secretary.name == "李秀兰"


def test_beside_other_rows_it_is_made_anew(db):
    other = factories.SubdistrictFactory()
    assert make_cast().qinghe.subdistrict != other
    assert District.objects.count() == 2


@pytest.mark.parametrize("away", [dt.timedelta(days=-400), dt.timedelta(hours=-1), dt.timedelta(hours=1), dt.timedelta(days=1)])
def test_at_another_time_it_is_made_anew(db, time_machine, away):
    time_machine.move_to(timezone.now() + away, tick=False)
    assert make_cast().secretary.date_joined == timezone.now()
