"""Rows given by columns become what a model of each would have become, on both engines."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from portal.lib.inserting import insert
from residents.models import CareProfile, Dwelling, Resident
from tests import factories

NAMES = ["王建国", 'O\'Neil \\ "阿依·木"', "{NULL}, %s %(a)s", "NULL"]


def people(**columns) -> list[int]:
    home = factories.DwellingFactory()
    return insert(Resident, columns, community_id=home.community_id, dwelling_id=home.pk)


def test_values_arrive_as_they_were_and_keys_in_order(db):
    days, doses = [dt.date(1970, 2, 3), None, dt.date(2000, 2, 29), None], [None, 3, 0, 1]
    lives, smart = [True, False, True, True], [None, True, False, None]
    keys = people(name=NAMES, born_on=days, vaccine_doses=doses, lives_in=lives, has_smartphone=smart, id_number=["", *"ABC"])
    found = Resident.objects.in_bulk(keys)
    assert [found[key].name for key in keys] == NAMES
    assert [found[key].born_on for key in keys] == days
    assert [found[key].vaccine_doses for key in keys] == doses
    assert [found[key].lives_in for key in keys] == lives
    assert [found[key].has_smartphone for key in keys] == smart
    assert [found[key].id_number for key in keys] == ["", *"ABC"]


def test_what_is_not_named_has_its_default(db):
    (key,) = people(name=["王建国"])
    found = Resident.objects.get(pk=key)
    made = Resident(pk=key, name="王建国", community=found.community, dwelling=found.dwelling)
    fields = [field.attname for field in Resident._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(made, name) for name in fields]
    assert found.came_on == timezone.localdate()


def test_a_column_of_nothing_still_counts_its_rows(db):
    assert len(people(name=["甲", "甲"], born_on=[None, None])) == 2
    assert len(people(name=["甲"] * 600)) == 600


def test_no_rows_are_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert(CareProfile, {"resident_id": [], "category_id": []}) == []


def test_constraints_and_lengths_hold(db):
    home = factories.DwellingFactory(room_no="702")
    with pytest.raises(DatabaseError):
        insert(Dwelling, {"room_no": ["702"]}, community_id=home.community_id, entrance_id=home.entrance_id, floor=7)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no lengths")
def test_what_is_too_long_is_refused_and_not_cut(db):
    with pytest.raises(DatabaseError):
        people(name=["王" * 41])
