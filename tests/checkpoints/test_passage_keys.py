"""Whom a passage names is there and stays: PostgreSQL asks once a statement, SQLite with each row, and both refuse the same."""

import time
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from checkpoints.models import Passage
from portal.accounts.models import User
from portal.lib.postgresql.keys import KeysAtOnce
from tests.factories import DwellingFactory, PassageFactory, ResidentFactory, ShiftFactory, UserFactory
from tests.races import at_once

(KEYS,) = (one for one in Passage._meta.constraints if isinstance(one, KeysAtOnce))
NOBODY = 2**40


def another(row: Passage, **changed) -> Passage:
    """The same once more, with something changed; not stored yet."""
    values = {field.attname: getattr(row, field.attname) for field in Passage._meta.concrete_fields}
    return Passage(**values | {"id": uuid4()} | changed)


def delete(table: str, key: object) -> None:
    """Past Django, which asks for itself."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])


def ended(work, *args) -> None:
    """Do something in a transaction that ends at once."""
    with transaction.atomic():
        work(*args)
        connection.check_constraints()


def keys_of_django() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Passage._meta.db_table)
    return {column for one in found.values() if one["foreign_key"] for column in one["columns"]}


def test_every_key_of_a_passage_is_one_of_them_or_djangos():
    keys = {field.name for field in Passage._meta.concrete_fields if field.is_relation}

    assert keys == {*KEYS.fields, "voids"}


@pytest.mark.parametrize("field", KEYS.fields)
def test_who_is_not_there_is_not_named(db, field):
    row = PassageFactory()
    # The wrong one among others: a batch is stored whole or not at all.
    batch = [another(row), another(row, **{f"{field}_id": NOBODY}), another(row)]

    with pytest.raises(IntegrityError):
        ended(Passage.objects.bulk_create, batch)

    assert Passage.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "made"),
    [
        ("logged_by", UserFactory),
        ("shift", ShiftFactory),
        ("dwelling", DwellingFactory),
        ("resident", ResidentFactory),
    ],
)
def test_who_is_named_stays(db, field, made):
    other = made()
    # Held back: what was let pass is added to the totals, which name the gate too.
    PassageFactory(result="held", **{field: other})

    with pytest.raises(IntegrityError):
        ended(delete, other._meta.db_table, other.pk)

    assert made._meta.model.objects.filter(pk=other.pk).exists()


def test_a_gate_that_is_named_stays(db):
    row = PassageFactory(result="held")

    with pytest.raises(IntegrityError):
        ended(delete, "checkpoints_post", row.post_id)


def test_who_is_no_longer_named_may_go(db):
    row = PassageFactory(result="held")
    Passage.objects.all().delete()

    ended(delete, "accounts_user", row.logged_by_id)

    assert not User.objects.filter(pk=row.logged_by_id).exists()


@pytest.mark.parametrize("first", ["log", "delete"])
def test_who_is_deleted_while_somebody_logs_is_gone_or_stays_named(transactional_db, first):
    row, leaver = PassageFactory(), UserFactory()

    def slowly(work, name):
        def task():
            time.sleep(0 if name == first else 0.1)
            with transaction.atomic():
                work()
                time.sleep(0.3)

        return task

    ends = at_once([
        slowly(lambda: another(row, logged_by_id=leaver.pk).save(force_insert=True), "log"),
        slowly(lambda: delete("accounts_user", leaver.pk), "delete"),
    ])  # fmt: skip

    assert ends == ["IntegrityError", "done"]
    left = User.objects.filter(pk=leaver.pk).exists(), Passage.objects.filter(logged_by=leaver.pk).exists()
    assert left == ((True, True) if first == "log" else (False, False))


def test_on_postgresql_they_stand_in_the_place_of_djangos_keys_and_give_it_back(db):
    mine, asked_by_row = {f"{field}_id" for field in KEYS.fields}, {"voids_id"}
    if connection.vendor != "postgresql":
        assert keys_of_django() == mine | asked_by_row
        return
    assert keys_of_django() == asked_by_row

    with connection.schema_editor() as editor:
        editor.remove_constraint(Passage, KEYS)
    assert keys_of_django() == mine | asked_by_row

    with connection.schema_editor() as editor:
        editor.add_constraint(Passage, KEYS)
    assert keys_of_django() == asked_by_row
