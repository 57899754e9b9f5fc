"""Goods at the gate: what may follow what, when, for whom."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from checkpoints.models import DeliveryBatch, DeliveryDrop
from checkpoints.models.deliveries import FREE, OVER, Care, DeliveryState, Way
from checkpoints.models.drops import DropState
from checkpoints.services import deliveries, drops, shelf
from checkpoints.services.drops import Line
from portal import tasks
from portal.accounts.models import Event
from portal.erasure import erase
from portal.lib.errors import Refused
from residents.models import DutyPolicy, ErrandState
from residents.services import errand_kinds, errands
from residents.services.care import categories
from tests import factories

pytestmark = pytest.mark.django_db
S = DeliveryState


@pytest.fixture
def gate(cast):
    return factories.PostFactory(compound=cast.hefengyuan)


def batch_of(gate, by, *, expected=3, care=Care.ORDINARY, upto="disinfect"):
    """A batch that came so far."""
    batch = deliveries.take_in(key=uuid.uuid4(), post=gate, what="蔬菜包", expected=expected, care=care, by=by)
    if upto in ("count", "disinfect"):
        deliveries.count(batch_id=batch.pk, counted=expected, by=by)
    if upto == "disinfect":
        deliveries.disinfect(batch_id=batch.pk, by=by)
    batch.refresh_from_db()
    return batch


def state_of(row):
    row.refresh_from_db()
    return row.state


def later(minutes):
    return time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes), tick=False)


def test_goods_stand_two_hours_and_go_home(cast, gate, home):
    batch = batch_of(gate, cast.worker, expected=1)
    assert batch.release_at == batch.disinfected_at + dt.timedelta(minutes=120)
    (drop,) = drops.place(batch_id=batch.pk, lines=[Line("17号楼3单元702室")], by=cast.worker)
    assert (drop.dwelling, drop.way) == (home, Way.SHELF)
    for act in (drops.call, lambda **one: drops.hand_out(handed=Way.SHELF, **one)):
        with pytest.raises(Refused, match="stand until"):
            act(drop_id=drop.pk, by=cast.worker)
    with later(119), pytest.raises(Refused):
        drops.call(drop_id=drop.pk, by=cast.worker)
    with later(121):
        drops.call(drop_id=drop.pk, by=cast.worker)
        drops.hand_out(drop_id=drop.pk, handed=Way.SHELF, by=cast.worker)
    assert (state_of(batch), state_of(drop)) == (S.FINISHED, DropState.DONE)
    kinds = list(Event.objects.filter(kind__startswith="delivery.").order_by("id").values_list("kind", flat=True))
    assert kinds == [f"delivery.{step}" for step in ("arrived", "counted", "disinfected", "placed", "freed", "finished")]


def test_the_minute_frees_what_has_stood_long_enough_once(cast, gate):
    batch = batch_of(gate, cast.worker)
    tasks.due()
    assert state_of(batch) == S.HOLDING
    with later(121):
        tasks.due()
        tasks.due()
    assert state_of(batch) == S.RELEASED
    assert Event.objects.filter(kind="delivery.freed", by=None).count() == 1


def test_the_hold_of_the_day_is_asked_and_then_kept(cast, gate):
    DutyPolicy.objects.create(community=cast.qinghe, starts_on=timezone.localdate(), hold_minutes=30)
    batch = batch_of(gate, cast.worker)
    DutyPolicy.objects.update(hold_minutes=240)
    batch.refresh_from_db()
    assert (batch.hold_minutes, batch.release_at - batch.disinfected_at) == (30, dt.timedelta(minutes=30))


@pytest.mark.parametrize("care", [Care.MEDICINE, Care.FROZEN])
def test_medicine_and_frozen_goods_go_earlier_with_a_reason(cast, gate, care):
    batch = batch_of(gate, cast.worker, care=care)
    with pytest.raises(Refused, match="why it cannot wait"):
        deliveries.free_early(batch_id=batch.pk, reason=" ", by=cast.secretary)
    deliveries.free_early(batch_id=batch.pk, reason="胰岛素", by=cast.secretary)
    batch.refresh_from_db()
    assert (batch.state, batch.early_reason, batch.released_by) == (S.RELEASED, "胰岛素", cast.secretary)


@pytest.mark.parametrize("care", [Care.ORDINARY, Care.HOT])
def test_nothing_else_goes_earlier(cast, gate, care):
    batch = batch_of(gate, cast.worker, care=care)
    with pytest.raises(Refused, match="Only medicine"):
        deliveries.free_early(batch_id=batch.pk, reason="急", by=cast.secretary)


def test_short_goods_wait_until_it_is_settled(cast, gate):
    batch = batch_of(gate, cast.worker, expected=10, upto="")
    drops.place(batch_id=batch.pk, lines=[Line(f"1-1-{n}01", 2) for n in range(1, 5)], by=cast.worker)
    deliveries.count(batch_id=batch.pk, counted=7, by=cast.worker)
    assert state_of(batch) == S.DISPUTED
    with pytest.raises(Refused):
        deliveries.disinfect(batch_id=batch.pk, by=cast.worker)
    with pytest.raises(Refused, match="8 packages go to homes"):
        deliveries.settle(batch_id=batch.pk, packages=7, note="少三份", by=cast.secretary)
    drops.take_off(drop_id=batch.drops.first().pk, by=cast.worker)
    deliveries.settle(batch_id=batch.pk, packages=7, note="退款三份", by=cast.secretary)
    batch.refresh_from_db()
    assert (batch.state, batch.packages, batch.placed, batch.left) == (S.CHECKED, 7, 6, 1)


def test_wrong_goods_are_disputed_though_the_number_is_right(cast, gate):
    batch = batch_of(gate, cast.worker, upto="")
    deliveries.count(batch_id=batch.pk, counted=3, wrong="不是订的品种", by=cast.worker)
    assert (state_of(batch), batch.dispute) == (S.DISPUTED, "不是订的品种")


def test_homes_get_no_more_than_there_is(cast, gate):
    batch = batch_of(gate, cast.worker)
    drops.place(batch_id=batch.pk, lines=[Line("1-1-101", 2)], by=cast.worker)
    with pytest.raises(Refused, match="Only 1"):
        drops.place(batch_id=batch.pk, lines=[Line("1-1-102"), Line("1-1-201")], by=cast.worker)
    assert (batch.drops.count(), DeliveryBatch.objects.get().placed) == (1, 2)


def test_the_database_keeps_what_the_services_promise(cast, gate):
    batch = batch_of(gate, cast.worker)
    bad = (
        {"placed": 4},
        {"release_at": batch.disinfected_at},
        {"release_at": None},
        {"hold_minutes": 0},
        {"state": S.RELEASED},
        {"state": S.RELEASED, "released_at": timezone.now()},
        {"state": S.RELEASED, "released_at": timezone.now(), "early_reason": "急"},
        {"state": S.RETURNED, "ended_at": timezone.now()},
        {"disinfected_by": None},
    )
    for values in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            DeliveryBatch.objects.filter(pk=batch.pk).update(**values)
    drop = factories.DeliveryDropFactory(batch=batch)
    for values in ({"packages": 0}, {"state": "done"}, {"state": "kept"}, {"state": "returned"}, {"written_home": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DeliveryDrop.objects.filter(pk=drop.pk).update(**values)


def test_a_quarantined_home_is_served_at_the_door(cast, gate, home):
    factories.QuarantineCaseFactory(dwelling=home, resident__dwelling=home, community=cast.qinghe, state="active")
    batch = batch_of(gate, cast.worker)
    (drop,) = drops.place(batch_id=batch.pk, lines=[Line("17-3-702")], by=cast.worker)
    assert (drop.way, drop.is_special) == (Way.DOOR, True)
    with later(121):
        with pytest.raises(Refused, match="Carry it to the door"):
            drops.hand_out(drop_id=drop.pk, handed=Way.SHELF, by=cast.worker)
        drops.hand_out(drop_id=drop.pk, handed=Way.DOOR, by=cast.worker)
    assert state_of(drop) == DropState.DONE


def test_a_home_without_stairs_is_served_at_the_door(cast, gate, home):
    resident = factories.ResidentFactory(dwelling=home, community=cast.qinghe)
    factories.CareProfileFactory(resident=resident, category=categories()["行动不便"])
    (drop,) = drops.place(batch_id=batch_of(gate, cast.worker).pk, lines=[Line("17-3-702")], by=cast.worker)
    assert (drop.way, drop.is_special) == (Way.DOOR, True)


def test_kept_called_again_and_sent_back(cast, gate):
    batch = batch_of(gate, cast.worker)
    one, two = drops.place(batch_id=batch.pk, lines=[Line("1-1-101"), Line("1-1-102", 2)], by=cast.worker)
    with later(121):
        with pytest.raises(Refused):
            drops.keep(drop_id=one.pk, kept_at=" ", by=cast.worker)
        drops.keep(drop_id=one.pk, kept_at="二层货架", by=cast.worker)
        drops.call(drop_id=one.pk, by=cast.worker)
        drops.hand_out(drop_id=one.pk, handed=Way.SHELF, collector="王芳", by=cast.worker)
        assert state_of(batch) == S.DROPPING
        drops.end(drop_id=two.pk, state="returned", reason="拒收", by=cast.secretary)
    assert (state_of(batch), state_of(two)) == (S.FINISHED, DropState.RETURNED)


def test_all_that_is_left_is_sent_back(cast, gate):
    batch = batch_of(gate, cast.worker)
    (drop,) = drops.place(batch_id=batch.pk, lines=[Line("1-1-101")], by=cast.worker)
    deliveries.end(batch_id=batch.pk, state=S.DISCARDED, reason="变质", by=cast.secretary)
    assert (state_of(batch), state_of(drop)) == (S.DISCARDED, DropState.DISCARDED)
    with pytest.raises(Refused, match="ended"):
        deliveries.end(batch_id=batch.pk, state=S.RETURNED, reason="x", by=cast.secretary)


def test_a_parcel_is_one_tap_and_once(cast, gate, home):
    key = uuid.uuid4()
    for _ in range(3):
        batch, drop = drops.parcel(key=key, post=gate, line=Line("17-3-702", phone="19900021234"), what="快递", by=cast.worker)
    assert (batch.state, drop.dwelling, DeliveryDrop.objects.count()) == (S.HOLDING, home, 1)


def test_a_carrier_is_asked_once_and_the_errand_ends_it(cast, gate, home):
    errand_kinds.ensure()
    _batch, drop = drops.parcel(key=uuid.uuid4(), post=gate, line=Line("17-3-702"), what="快递", by=cast.worker)
    with later(121):
        for _ in range(2):
            drop = drops.ask_carrier(drop_id=drop.pk, by=cast.worker)
        errand = drop.errand
        assert (errand.channel, errand.dwelling, errand.state) == ("gate", home, ErrandState.REQUESTED)
        errands.claim(errand_id=errand.pk, by=cast.cadre_user)
        errands.deliver(errand_id=errand.pk, outcome="at_door", by=cast.cadre_user)
        tasks.due()
    drop.refresh_from_db()
    assert (drop.state, drop.handed, drop.done_by) == (DropState.DONE, Way.DOOR, cast.cadre_user)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("17-3-702", Line("17-3-702")),
        ("17-3-702 2", Line("17-3-702", 2)),
        ("17-3-702 王建国 3份 19900021234", Line("17-3-702", 3, "王建国", "19900021234")),
        ("17号楼3单元702,x2,王芳", Line("17号楼3单元702", 2, "王芳")),
    ],
)
def test_a_line_of_a_list_is_read(text, line):
    assert drops.lines_in(f"\n{text}\n\n") == [line]


def test_every_home_of_a_building_gets_one(cast, gate, home):
    factories.DwellingFactory(entrance=home.entrance, floor=1, room_no="101")
    factories.DwellingFactory(entrance=home.entrance, floor=1, room_no="102", state="vacant")
    batch = batch_of(gate, cast.worker, expected=9)
    drops.place_all(batch_id=batch.pk, building=home.entrance.building, each=2, by=cast.worker)
    assert [(str(d.dwelling), d.packages) for d in batch.drops.in_home_order()] == [("17-3-101", 2), ("17-3-702", 2)]


def test_the_picture_of_the_compound_and_the_home_show_goods(cast, gate, home):
    drops.parcel(key=uuid.uuid4(), post=gate, line=Line("17-3-702"), what="快递", by=cast.worker)
    homes = type(home).objects.filter(pk=home.pk)
    assert dict(shelf.goods(homes)) == {home.pk: "standing"}
    with later(121):
        assert dict(shelf.goods(homes)) == {home.pk: "free"}
    assert [str(entry.what) for entry in shelf.entries(home, 9)] == ["Goods at the gate: 快递"]


def test_whose_goods_they_were_is_forgotten(cast, gate, home):
    _batch, drop = drops.parcel(key=uuid.uuid4(), post=gate, line=Line("17-3-702", 1, "王芳", "19900021234"), what="快递",
                               by=cast.worker)  # fmt: skip
    with later(121):
        drops.hand_out(drop_id=drop.pk, handed=Way.SHELF, collector="王芳", by=cast.worker)
    erase(now=timezone.now() + dt.timedelta(days=89))
    drop.refresh_from_db()
    assert drop.written_name == "王芳"
    erase(now=timezone.now() + dt.timedelta(days=91))
    drop.refresh_from_db()
    assert (drop.dwelling, drop.written_name, drop.written_phone, drop.collector, drop.packages) == (None, "", "", "", 1)


STEPS = {
    "count": lambda b, d, n, by: deliveries.count(batch_id=b.pk, counted=n, by=by),
    "settle": lambda b, d, n, by: deliveries.settle(batch_id=b.pk, packages=n, note="x", by=by),
    "disinfect": lambda b, d, n, by: deliveries.disinfect(batch_id=b.pk, by=by),
    "early": lambda b, d, n, by: deliveries.free_early(batch_id=b.pk, reason="x", by=by),
    "sort": lambda b, d, n, by: deliveries.sort(batch_id=b.pk, by=by),
    "place": lambda b, d, n, by: drops.place(batch_id=b.pk, lines=[Line("1-1-101", n)], by=by),
    "take_off": lambda b, d, n, by: d and drops.take_off(drop_id=d.pk, by=by),
    "call": lambda b, d, n, by: d and drops.call(drop_id=d.pk, by=by),
    "hand": lambda b, d, n, by: d and drops.hand_out(drop_id=d.pk, handed=Way.SHELF, by=by),
    "keep": lambda b, d, n, by: d and drops.keep(drop_id=d.pk, kept_at="x", by=by),
    "back": lambda b, d, n, by: d and drops.end(drop_id=d.pk, state="returned", reason="x", by=by),
    "end": lambda b, d, n, by: deliveries.end(batch_id=b.pk, state=S.DISCARDED, reason="x", by=by),
}
MOVES = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 4), st.sampled_from([0, 30, 125])), max_size=14)


class TestSequences(TestCase):
    """Whatever is pressed in whatever order, the rules hold after each press."""

    @hypothesis_settings(max_examples=60)
    @given(moves=MOVES, care=st.sampled_from([Care.ORDINARY, Care.MEDICINE]))
    def test_no_order_of_presses_breaks_a_rule(self, moves, care):
        user, gate = factories.UserFactory(), factories.PostFactory()
        batch = deliveries.take_in(key=uuid.uuid4(), post=gate, what="菜", expected=4, care=care, by=user)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for step, number, minutes in moves:
                clock.shift(dt.timedelta(minutes=minutes))
                self.press(batch, step, number, user)
                self.check(DeliveryBatch.objects.get(pk=batch.pk))

    def press(self, batch, step, number, user):
        drop = batch.drops.order_by("-id").first()
        try:
            with transaction.atomic():
                STEPS[step](batch, drop, number, user)
        except Refused:
            pass

    def check(self, batch):
        rows = list(batch.drops.all())
        assert batch.placed == sum(row.packages for row in rows)
        assert batch.packages is None or batch.placed <= batch.packages
        done = [row for row in rows if row.state == DropState.DONE]
        if done or batch.state in FREE:
            early = batch.early_reason and batch.care == Care.MEDICINE
            assert early or batch.released_at >= batch.disinfected_at + dt.timedelta(minutes=120)
        if batch.state in OVER:
            assert not [row for row in rows if row.is_lying]
