"""Two people at one shelf: real threads, real transactions. Each race is run again with the protection off, and must fail."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from checkpoints.models import DeliveryBatch, DeliveryDrop
from checkpoints.models.deliveries import Way
from checkpoints.services import deliveries, drops
from checkpoints.services.drops import Line
from portal.accounts.models import Event
from tests import factories
from tests.people import make_cast
from tests.residents.test_errand_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8


@pytest.fixture
def scene():
    """Goods that are free, and many hands."""
    cast = make_cast()
    gate = factories.PostFactory(compound=cast.hefengyuan)
    hands = [row.user for row in factories.MembershipFactory.create_batch(MANY, community=cast.qinghe)]
    batch = deliveries.take_in(key=uuid.uuid4(), post=gate, what="菜", expected=5, by=cast.worker)
    deliveries.count(batch_id=batch.pk, counted=5, by=cast.worker)
    deliveries.disinfect(batch_id=batch.pk, by=cast.worker)
    (drop,) = drops.place(batch_id=batch.pk, lines=[Line("1-1-101")], by=cast.worker)
    ago = timezone.now() - dt.timedelta(minutes=130)
    DeliveryBatch.objects.update(disinfected_at=ago, release_at=ago + dt.timedelta(minutes=120))
    return cast, batch, drop, hands


def test_goods_are_handed_out_once(scene):
    _cast, _batch, drop, hands = scene
    answers = at_once([lambda h=h: drops.hand_out(drop_id=drop.pk, handed=Way.SHELF, by=h) for h in hands])
    assert answers == ["Refused"] * (MANY - 1) + ["done"]
    assert Event.objects.filter(kind="drop.handed_out").count() == 1
    assert Event.objects.filter(kind="delivery.freed").count() == 1


def test_control_without_lock_many_hand_out_the_same_goods(scene):
    _cast, _batch, drop, hands = scene
    together, handed = threading.Barrier(MANY), []

    def careless(hand):
        seen = DeliveryDrop.objects.get(pk=drop.pk)
        connection.close()  # nothing is held while the others look
        together.wait()
        if not seen.is_lying:
            return
        for _attempt in range(50):
            try:
                DeliveryDrop.objects.filter(pk=drop.pk).update(
                    state="done", handed=Way.SHELF, done_at=timezone.now(), done_by=hand
                )
            except OperationalError:
                continue
            handed.append(hand)
            return

    at_once([lambda h=h: careless(h) for h in hands])
    assert len(handed) > 1


def test_homes_written_down_at_once_get_no_more_than_there_is(scene):
    _cast, batch, _drop, hands = scene
    answers = at_once(
        [lambda h=h, n=n: drops.place(batch_id=batch.pk, lines=[Line(f"1-1-{n}02")], by=h) for n, h in enumerate(hands, 1)]
    )
    batch.refresh_from_db()
    assert (answers.count("done"), batch.placed, batch.drops.count()) == (4, 5, 5)


def test_control_without_lock_the_database_still_refuses_too_many(scene):
    _cast, batch, _drop, hands = scene

    def careless(_hand):
        with transaction.atomic():
            DeliveryBatch.objects.filter(pk=batch.pk).update(placed=F("placed") + 2)

    answers = at_once([lambda h=h: careless(h) for h in hands])
    assert answers == ["IntegrityError"] * (MANY - 2) + ["done"] * 2


def test_a_parcel_tapped_many_times_is_one(scene):
    _cast, batch, _drop, hands = scene
    key = uuid.uuid4()
    at_once([lambda h=h: drops.parcel(key=key, post=batch.post, line=Line("1-1-101"), what="快递", by=h) for h in hands])
    assert (DeliveryBatch.objects.filter(key=key).count(), DeliveryDrop.objects.filter(batch__key=key).count()) == (1, 1)


def test_discarded_while_it_is_handed_out_ends_in_one_of_the_two(scene):
    cast, batch, drop, _hands = scene
    at_once(
        [
            lambda: drops.hand_out(drop_id=drop.pk, handed=Way.SHELF, by=cast.worker),
            lambda: deliveries.end(batch_id=batch.pk, state="discarded", reason="x", by=cast.secretary),
        ]
    )
    batch.refresh_from_db()
    drop.refresh_from_db()
    assert (batch.state, drop.state) in {("discarded", "done"), ("discarded", "discarded")}
