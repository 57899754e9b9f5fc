"""NoOverlap and AppendOnly hold on both engines."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from deployments.models import Secondment
from portal.accounts import audit
from portal.accounts.models import Event
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from tests.factories import CadreFactory, CommunityFactory, SecondmentFactory

DAY = dt.date(2022, 1, 1)


def days(first: int, last: int | None) -> dict[str, dt.date | None]:
    return {
        "starts_on": DAY + dt.timedelta(days=first),
        "ends_on": None if last is None else DAY + dt.timedelta(days=last),
    }


@pytest.mark.parametrize(("first", "last"), [(10, None), (-5, 0), (3, 4), (-5, None), (0, 10)])
def test_two_secondments_on_one_day_are_refused_in_words(db, first, last):
    stored = SecondmentFactory(**days(0, 10))

    with pytest.raises(Refused, match="already seconded"), transaction.atomic(), explained(Secondment):
        SecondmentFactory(cadre=stored.cadre, **days(first, last))


@pytest.mark.parametrize(("first", "last", "state"), [(11, None, "approved"), (-5, -1, "approved"), (3, 4, "refused")])
def test_days_that_only_touch_and_refused_rows_are_no_overlap(db, first, last, state):
    stored = SecondmentFactory(**days(0, 10))

    SecondmentFactory(cadre=stored.cadre, state=state, **days(first, last))

    assert stored.cadre.secondments.count() == 2


def test_moving_a_secondment_onto_another_is_refused(db):
    stored = SecondmentFactory(**days(0, 10))
    later = SecondmentFactory(cadre=stored.cadre, **days(11, 20))
    later.starts_on = DAY

    with pytest.raises(IntegrityError), transaction.atomic():
        later.save()


def test_a_form_is_told_before_the_database(db):
    stored = SecondmentFactory(**days(0, 10))

    with pytest.raises(ValidationError, match="already seconded"):
        Secondment(cadre=stored.cadre, community=stored.community, **days(5, 6)).full_clean()


def test_audit_lines_are_neither_changed_nor_removed(db):
    line = audit.record("community.created", CommunityFactory(), by=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=line.pk).update(kind="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.all().delete()
    assert Event.objects.count() == 1


def test_id_numbers_are_stored_as_cipher_and_read_in_clear(db):
    cadre = CadreFactory(id_number="990101199409199599")

    (stored,) = type(cadre).objects.extra(select={"raw": "id_number || ''"}).values_list("raw", flat=True)
    cadre.refresh_from_db()

    assert "9901" not in stored
    assert cadre.id_number == "990101199409199599"
