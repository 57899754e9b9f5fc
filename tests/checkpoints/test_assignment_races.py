"""Many people plan at once: real threads, real transactions. Each race is run again with the protection off, and must fail."""

import datetime as dt
import threading
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from checkpoints.models import Assignment, Shift
from checkpoints.services import assignments
from portal.lib.errors import Refused
from tests import factories
from tests.people import make_cast
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 16


@contextmanager
def without(model, name):
    """The same table without one of its constraints."""
    constraint = next(c for c in model._meta.constraints if c.name == name)
    names = [f"{name}_insert", f"{name}_update"] if connection.vendor == "sqlite" and hasattr(constraint, "keys") else None
    if names:
        with connection.cursor() as cursor:
            for trigger in names:
                cursor.execute(f"DROP TRIGGER {trigger}")
    else:
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        Assignment.objects.all().delete()
        with connection.schema_editor() as editor:
            sql = constraint.create_sql(model, editor)
            for statement in constraint.triggers(model, editor) if names else [sql]:
                editor.execute(statement, params=None)


def careless_assign(shift, cadre, read_together):
    """What assign() would be without its lock: look, then write, with everybody looking at the same moment."""
    crew = list(Assignment.objects.standing().filter(shift=shift))
    busy = Assignment.objects.standing().filter(cadre=cadre, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at).exists()
    connection.close()  # nothing is held while the others look
    read_together.wait()
    if len(crew) >= shift.required or busy:
        raise Refused
    for _attempt in range(50):
        try:
            Assignment.objects.create(
                shift=shift, cadre=cadre, seat=len(crew) + 1, starts_at=shift.starts_at, ends_at=shift.ends_at
            )
        except OperationalError:
            continue
        return


def tomorrow():
    """Nothing of it is over, at whatever hour this runs."""
    return timezone.localdate() + dt.timedelta(days=1)


@pytest.fixture
def place():
    """One free place, sixteen people who may take it, and the secretary."""
    cast = make_cast()
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, day=tomorrow(), required=1)
    cadres = [row.cadre for row in factories.SecondmentFactory.create_batch(MANY, community=cast.qinghe)]
    return shift, cadres, cast.secretary


@pytest.fixture
def double():
    """One person, two shifts at the same hours, and the secretary."""
    cast = make_cast()
    shifts = factories.ShiftFactory.create_batch(2, post__compound=cast.hefengyuan, day=tomorrow(), required=9)
    return shifts, cast.cadre, cast.secretary


def test_the_last_place_is_given_once(place):
    shift, cadres, by = place
    answers = at_once([lambda c=c: assignments.assign(shift_id=shift.pk, cadre_id=c.pk, by=by) for c in cadres])
    assert answers == ["Refused"] * (MANY - 1) + ["done"]
    assert shift.crew.standing().count() == 1


def test_control_without_lock_and_constraint_the_last_place_is_given_many_times(place):
    shift, cadres, _by = place
    together = threading.Barrier(MANY)
    with without(Assignment, "assignment_seat_once"):
        answers = at_once([lambda c=c: careless_assign(shift, c, together) for c in cadres])
        assert answers.count("done") > 1
        assert shift.crew.standing().count() > 1


def test_the_constraint_alone_still_gives_the_last_place_once(place):
    shift, cadres, _by = place
    together = threading.Barrier(MANY)
    answers = at_once([lambda c=c: careless_assign(shift, c, together) for c in cadres])
    assert answers.count("done") == 1
    assert shift.crew.standing().count() == 1


def test_one_person_is_put_on_one_of_two_boards(double):
    shifts, cadre, by = double
    tasks = [lambda s=s: assignments.assign(shift_id=s.pk, cadre_id=cadre.pk, by=by) for s in shifts * (MANY // 2)]
    assert at_once(tasks) == ["Refused"] * (MANY - 1) + ["done"]
    assert Assignment.objects.standing().filter(cadre=cadre).count() == 1


def test_control_without_lock_and_constraint_one_person_stands_in_two_places(double):
    shifts, cadre, _by = double
    together = threading.Barrier(2)
    with without(Assignment, "assignment_one_place_at_a_time"):
        assert at_once([lambda s=s: careless_assign(s, cadre, together) for s in shifts]) == ["done", "done"]
        assert Assignment.objects.standing().filter(cadre=cadre).count() == 2


def test_the_constraint_alone_keeps_one_person_in_one_place(double):
    shifts, cadre, _by = double
    together = threading.Barrier(2)
    answers = at_once([lambda s=s: careless_assign(s, cadre, together) for s in shifts])
    assert answers == ["IntegrityError", "done"]


def test_crossing_swaps_and_moves_neither_deadlock_nor_lose_anybody():
    cast = make_cast()
    shifts = factories.ShiftFactory.create_batch(2, post__compound=cast.hefengyuan, day=tomorrow(), required=4)
    cadres = [row.cadre for row in factories.SecondmentFactory.create_batch(2, community=cast.qinghe)]
    first, second = (
        assignments.assign(shift_id=s.pk, cadre_id=c.pk, by=cast.secretary) for s, c in zip(shifts, cadres, strict=True)
    )
    swap = lambda a, b: assignments.swap(first_id=a.pk, second_id=b.pk, by=cast.secretary)  # noqa: E731
    answers = at_once([lambda: swap(first, second), lambda: swap(second, first)] * 4)
    assert answers == ["Refused"] * 7 + ["done"]
    assert Assignment.objects.standing().count() == 2
    assert Shift.objects.filter(crew__released_at=None).distinct().count() == 2
