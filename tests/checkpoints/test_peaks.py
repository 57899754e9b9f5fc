"""Busy hours found from the flow, and what a hand-over, a report and a sheet say of goods and visitors."""

import datetime as dt
import uuid
from itertools import pairwise

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from checkpoints.models import Passage, Shift
from checkpoints.services import drops, handovers, peaks, shifts
from checkpoints.services.drops import Line
from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports import counting
from portal.reports.exports.headings import DELIVERY
from portal.reports.exports.tables import TABLES, Asked
from residents.models import Community
from tests import factories

LIST = reverse("checkpoints:peak_list")


def flow_of(gate, by_hour, days=peaks.WEEK):
    """The same day, day after day."""
    user = factories.UserFactory()
    rows = []
    for back in range(1, days + 1):
        day = timezone.localdate() - dt.timedelta(days=back)
        for hour, number in by_hour.items():
            at = moment(day, dt.time(hour, 30))
            rows += [
                Passage(id=uuid.uuid4(), community=gate.compound.community, post=gate, happened_at=at, received_at=at, day=day,
                        hour=hour, direction="in", written_home="1-1-101", logged_by=user)
                for _ in range(number)
            ]  # fmt: skip
    Passage.objects.bulk_create(rows)


@pytest.fixture
def gate(cast):
    return factories.PostFactory(compound=cast.hefengyuan, name="东门")


@pytest.mark.django_db
def test_the_busy_hours_of_a_week_are_found(cast, gate):
    flow_of(gate, {7: 30, 8: 40, 9: 5, 12: 5, 15: 5, 17: 5, 18: 33, 20: 5})
    (flow,) = peaks.flows([cast.qinghe], timezone.localdate())
    assert [(peak.hours, peak.passages, peak.more) for peak in flow.peaks] == [("07:00–09:00", 40, 1), ("18:00–19:00", 33, 1)]


@pytest.mark.django_db
def test_a_quiet_gate_and_a_new_one_have_no_peak(cast, gate):
    flow_of(gate, {8: 10, 18: 2})
    factories.PostFactory(compound=cast.hefengyuan)
    assert [flow.peaks for flow in peaks.flows([cast.qinghe], timezone.localdate())] == [[], []]


@given(by_hour=st.lists(st.integers(0, 500), min_size=24, max_size=24))
def test_peaks_lie_apart_and_each_of_their_hours_is_busy(by_hour):
    found = peaks.peaks_of(by_hour)
    assert all(one.ends < two.starts for one, two in pairwise(found))
    assert all(by_hour[hour] >= peaks.LEAST for peak in found for hour in range(peak.starts, peak.ends))
    assert all(peak.more >= 1 for peak in found)


@pytest.mark.django_db
def test_one_press_puts_people_beside_the_usual_shift_once(cast, sign_in, gate):
    flow_of(gate, {7: 90, 8: 150, 12: 5, 15: 5, 17: 5, 20: 5})
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    shifts.add(post_id=gate.pk, day=tomorrow, kind="day", starts=dt.time(6), ends=dt.time(14), required=1, by=cast.secretary)
    client = sign_in(cast.secretary)
    for _ in range(2):
        client.post(reverse("checkpoints:peak_offer", args=[gate.pk]), {"hour": "7", "day": str(tomorrow)})
    shift = Shift.objects.get(kind=Shift.Kind.PEAK)
    assert (shift.hours, shift.day, shift.required, shift.state) == ("07:00–09:00", tomorrow, 2, Shift.State.DRAFT)
    assert b"btn-sm btn-primary" not in client.get(LIST).content


@pytest.mark.django_db
def test_peak_shifts_of_a_gate_do_not_lie_over_each_other(cast, gate):
    facts = {"post_id": gate.pk, "day": timezone.localdate() + dt.timedelta(days=1), "required": 1, "by": cast.secretary}
    shifts.add(kind="peak", starts=dt.time(7), ends=dt.time(9), **facts)
    with pytest.raises(Refused):
        shifts.add(kind="peak", starts=dt.time(8), ends=dt.time(10), **facts)


@pytest.mark.django_db
@pytest.mark.parametrize("bad", [{}, {"hour": "x"}, {"hour": "24"}, {"hour": "²"}, {"day": "2001-01-01"}, {"day": "31.2."}])
def test_an_hour_that_cannot_be_is_answered_kindly(cast, sign_in, gate, bad):
    good = {"hour": "7", "day": str(timezone.localdate())} if bad else {}
    assert sign_in(cast.secretary).post(reverse("checkpoints:peak_offer", args=[gate.pk]), good | bad).status_code == 302
    assert Shift.objects.count() == 0


@pytest.mark.django_db
def test_the_page_of_peaks_asks_a_fixed_number_of_statements(cast, sign_in, gate, queries):
    client, seen = sign_in(cast.worker), []
    for _ in range(2):
        with queries() as asked:
            client.get(LIST)
        seen.append(len(asked))
        factories.PostFactory.create_batch(2, compound=cast.hefengyuan)
    assert seen[0] == seen[1] <= 12


# What goods and visitors leave elsewhere


@pytest.fixture
def noon():
    with time_machine.travel(timezone.localtime().replace(hour=12, minute=0), tick=False):
        yield


@pytest.mark.django_db
def test_a_hand_over_says_what_lies_there_and_who_is_inside(cast, noon, gate):
    shift = factories.ShiftFactory(post=gate)
    drops.parcel(key=uuid.uuid4(), post=gate, line=Line("1-1-101"), what="快递", by=cast.worker)
    factories.PassageFactory(post=gate, shift=shift, person="visitor")
    factories.PassageFactory(post=gate, shift=shift, result="held", temperature="38.0")
    sheet = handovers.hand_over(shift=shift, open_items="", note="", by=cast.worker)
    assert sheet.totals["shelf"] == {"batches": 1, "disputed": 0, "homes": 1, "standing": ["14:00"]}
    assert (sheet.totals["inside"], sheet.totals["waiting"]) == (1, 1)


@pytest.mark.django_db
def test_the_report_counts_goods_and_visitors(cast, noon, gate):
    _batch, drop = drops.parcel(key=uuid.uuid4(), post=gate, line=Line("1-1-101", 2), what="快递", by=cast.worker)
    factories.VisitFactory(compound=cast.hefengyuan, asked_at=timezone.now())
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=121), tick=False):
        drops.hand_out(drop_id=drop.pk, handed="door", by=cast.worker)
        numbers = counting.count(
            day=timezone.localdate(), as_of=timezone.now(), communities=Community.objects.filter(pk=cast.qinghe.pk)
        )[cast.qinghe.pk]
    keys = ("deliveries", "deliveries_disputed", "packages_handed_out", "drops_door", "visits_asked", "visits_agreed")
    assert [numbers[key] for key in keys] == [1, 0, 2, 1, 1, 0]


@pytest.mark.django_db
def test_the_delivery_sheet_leaves_masked(cast, noon, gate):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    factories.DwellingFactory(entrance=entrance, room_no="702")
    drops.parcel(key=uuid.uuid4(), post=gate, line=Line("17-3-702", 1, "王建国", "19900021234"), what="快递", by=cast.worker)
    today = timezone.localdate()
    asked = Asked(today, today, Community.objects.filter(pk=cast.qinghe.pk))
    (row,) = TABLES["deliveries"].rows(asked)
    named = dict(zip(DELIVERY, row, strict=True))
    assert [named[key] for key in ("楼栋", "单元", "房号", "收货人", "联系电话", "数量", "送达方式")] == [
        "17", "3", "702", "王**", "199****1234", 1, "货架自取"]  # fmt: skip
