"""Errands: asked once, taken by one, brought, settled."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from portal.lib.errors import Refused
from portal.reports.counting import count
from residents.layers import layers
from residents.models import Community, DutyPolicy, Dwelling, Errand, ErrandLine, ErrandState, Outcome, Urgency
from residents.services import errand_kinds, errand_lines, errand_queue, errand_trips, errand_view, errands, helpers
from residents.services.errand_requests import Place, Thing, ask
from tests import factories

State = ErrandState
NOON = dt.datetime(2022, 4, 10, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def home(cast):
    """17-3-702 of 荷风苑."""
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


@pytest.fixture
def errand(home):
    return factories.ErrandFactory(dwelling=home)


@pytest.fixture
def helper(cast):
    return cast.cadre_user


def asked(cast, home, **more):
    facts = {"key": uuid.uuid4(), "kind": factories.ErrandKindFactory(), "what": "米", "channel": "phone", "by": cast.worker}
    return ask(place=Place(home.community, home, written_name="王建国"), **(facts | more))


def test_a_request_sent_three_times_is_stored_once(cast, home):
    key = uuid.uuid4()
    rows = [asked(cast, home, key=key) for _ in range(3)]
    assert {row.pk for row in rows} == {Errand.objects.get().pk}


def test_a_promise_is_made_by_urgency_and_policy(cast, home):
    DutyPolicy.objects.create(community=cast.qinghe, starts_on=dt.date(2022, 4, 1), errand_urgent_minutes=10)
    with time_machine.travel(NOON, tick=False):
        urgent, usual = asked(cast, home, urgency=Urgency.HEALTH), asked(cast, home)
    assert [(row.promised_by - NOON).total_seconds() / 60 for row in (urgent, usual)] == [10, 60]


def test_medicine_asks_for_whom_and_what(cast, home):
    errand_kinds.ensure()
    medicine = errand_kinds.in_use().get(code="medicine")
    with pytest.raises(Refused, match="the patient, name of the medicine"):
        asked(cast, home, kind=medicine)
    row = asked(cast, home, kind=medicine, details={"patient": "王建国", "drug": "氨氯地平", "shop": "x"})
    assert row.details == {"patient": "王建国", "drug": "氨氯地平"}


def test_a_quarantined_home_goes_first(cast, home):
    factories.QuarantineCaseFactory(resident__dwelling=home)
    first = asked(cast, home)
    late = asked(cast, factories.DwellingFactory(entrance=home.entrance))
    Errand.objects.filter(pk=late.pk).update(requested_at=timezone.now() - dt.timedelta(hours=3))
    assert list(Errand.objects.in_queue_order()) == [first, late]


def test_claim_gives_the_errand_to_the_first_who_asks(cast, errand):
    errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    with pytest.raises(Refused, match="already taken"):
        errands.claim(errand_id=errand.pk, by=cast.worker)
    errand.refresh_from_db()
    assert (errand.assignee, errand.accepted_by, errand.state) == (cast.cadre_user, cast.cadre_user, State.ACCEPTED)


def test_pressed_twice_by_the_same_thumb_is_one_claim(errand, helper):
    first = errands.claim(errand_id=errand.pk, by=helper).accepted_at
    assert errands.claim(errand_id=errand.pk, by=helper).accepted_at == first


def test_the_way_to_the_door(errand, helper):
    errands.claim(errand_id=errand.pk, by=helper)
    states = [errands.start(errand_id=errand.pk, by=helper).state, errands.bought(errand_id=errand.pk, by=helper).state]
    row = errands.deliver(errand_id=errand.pk, outcome=Outcome.AT_DOOR, by=helper)
    again = errands.deliver(errand_id=errand.pk, outcome=Outcome.HANDED, by=helper)
    assert (*states, row.state, again.outcome) == (State.IN_PROGRESS, State.IN_DELIVERY, State.DELIVERED, Outcome.AT_DOOR)


def test_the_desk_gives_it_and_the_helper_is_told(cast, errand, helper):
    errands.assign(errand_id=errand.pk, helper=helper, by=cast.worker)
    assert [message.kind for message in helper.inbox.all()] == ["errand_assigned"]
    with pytest.raises(Refused, match="does no errands in this community"):
        errands.assign(errand_id=errand.pk, helper=cast.cadre2_user, by=cast.worker)


def test_only_whoever_has_it_goes_on(cast, errand, helper):
    errands.claim(errand_id=errand.pk, by=helper)
    with pytest.raises(Refused, match="not in your hands"):
        errands.start(errand_id=errand.pk, by=cast.worker)
    errands.hand_over(errand_id=errand.pk, helper=cast.worker, by=helper)
    assert errands.start(errand_id=errand.pk, by=cast.worker).state == State.IN_PROGRESS


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.NO_ANSWER, State.REQUESTED),
        (Outcome.OUT_OF_STOCK, State.REQUESTED),
        (Outcome.NO_WAY, State.REQUESTED),
        (Outcome.REFUSED, State.CANCELLED),
        (Outcome.WRONG_HOME, State.CANCELLED),
        (Outcome.OTHER_SERVICE, State.REFERRED),
    ],
)
def test_what_did_not_work_out_goes_on_by_its_reason(errand, helper, outcome, state):
    errands.claim(errand_id=errand.pk, by=helper)
    row = errands.fail(errand_id=errand.pk, outcome=outcome, note="三次敲门", by=helper)
    assert (row.state, row.outcome) == (state, outcome)
    assert (row.assignee is None) is (state == State.REQUESTED)


def test_a_complaint_opens_it_again_and_the_clock_begins_anew(errand, helper):
    errands.claim(errand_id=errand.pk, by=helper)
    errands.deliver(errand_id=errand.pk, outcome=Outcome.HANDED, by=helper)
    row = errands.reopen(errand_id=errand.pk, reason="少了一盒", by=None)
    assert (row.state, row.assignee, row.delivered_at) == (State.REOPENED, None, None)
    assert row.promised_by > timezone.now() + dt.timedelta(minutes=59)
    assert errands.claim(errand_id=errand.pk, by=helper).state == State.ACCEPTED


def test_a_resident_cancels_until_it_is_bought(errand, helper):
    errands.claim(errand_id=errand.pk, by=helper)
    errands.bought(errand_id=errand.pk, by=helper)
    with pytest.raises(Refused, match="this step does not follow"):
        errands.cancel(errand_id=errand.pk, reason="不要了", by=None)


def test_two_requests_of_one_home_are_merged(cast, errand, helper):
    ErrandLine.objects.create(errand=errand, position=1, name="鸡蛋")
    second = factories.ErrandFactory(dwelling=errand.dwelling, what="还要盐")
    ErrandLine.objects.create(errand=second, position=1, name="盐", quantity=2, unit="袋")
    errands.claim(errand_id=errand.pk, by=helper)
    row = errands.merge(errand_id=second.pk, into_id=errand.pk, by=cast.worker)
    assert (row.state, row.merged_into, [str(line) for line in errand.lines.all()]) == (
        State.MERGED,
        errand,
        ["鸡蛋 1", "盐 2袋"],
    )
    with pytest.raises(Refused):
        errands.merge(errand_id=errand.pk, into_id=errand.pk, by=cast.worker)


def test_a_substitute_is_asked_before_it_is_bought(cast, home, helper):
    row = asked(cast, home, things=[Thing("五常大米", Decimal(10), "斤")])
    errands.claim(errand_id=row.pk, by=helper)
    line = row.lines.get()
    with pytest.raises(Refused, match="what would do instead"):
        errand_lines.mark(line_id=line.pk, state="asked", by=helper)
    errand_lines.mark(line_id=line.pk, state="asked", substitute="东北大米", by=helper)
    with pytest.raises(Refused, match="has not said yet"):
        errands.bought(errand_id=row.pk, by=helper)
    assert errand_lines.answer(line_id=line.pk, agreed=True).state == "agreed"
    with pytest.raises(Refused, match="answered already"):
        errand_lines.answer(line_id=line.pk, agreed=False)
    assert errands.bought(errand_id=row.pk, by=helper).state == State.IN_DELIVERY


def test_who_waits_too_long_is_told_to_the_desk_then_to_the_secretary(cast, errand):
    now = errand.promised_by + dt.timedelta(minutes=1)
    assert [errand_queue.escalate(now) for _ in range(2)] == [1, 0]
    assert (cast.worker.inbox.count(), cast.secretary.inbox.count()) == (1, 0)
    later = now + dt.timedelta(hours=1)
    assert [errand_queue.escalate(later) for _ in range(2)] == [1, 0]
    assert (cast.worker.inbox.count(), cast.secretary.inbox.count()) == (1, 1)


def test_what_somebody_has_is_late_for_nobody(cast, errand, helper):
    errands.claim(errand_id=errand.pk, by=helper)
    assert errand_queue.escalate(errand.promised_by + dt.timedelta(days=1)) == 0


def test_who_is_in_the_building_is_suggested_first(cast, home, errand):
    cadre, worker = cast.cadre_user, cast.worker
    other = factories.ErrandFactory(dwelling=factories.DwellingFactory(entrance__building=home.entrance.building))
    errands.claim(errand_id=other.pk, by=worker)
    found = helpers.suggestions(errand)
    there = "has something for this building already"
    assert [(one.helper, there in one.reasons, one.open) for one in found] == [
        (worker, True, 1), (cadre, False, 0), (cast.secretary, False, 0)
    ]  # fmt: skip


def test_the_walk_goes_from_the_top_of_each_stairwell(home, helper):
    rows = [
        factories.ErrandFactory(
            dwelling=factories.DwellingFactory(entrance=home.entrance, floor=floor, room_no=f"{floor}01"),
            assignee=helper,
            state=State.ACCEPTED,
        )
        for floor in (2, 10, 5)
    ]
    assert list(errand_trips.mine(helper)) == [rows[1], rows[2], rows[0]]


def test_the_day_is_counted_with_its_medians(cast, home, helper):
    day = timezone.localdate()
    noon = dt.datetime.combine(day, dt.time(0, 30), tzinfo=timezone.get_current_timezone())
    for number, (minutes, kind) in enumerate(((1, "groceries"), (5, "gas_bottle"), (9, "bill_payment"), (30, "other")), 1):
        taken = noon + dt.timedelta(minutes=minutes)
        factories.ErrandFactory(
            dwelling=home, kind__code=kind, requested_at=noon, waits_since=noon, assignee=helper,
            first_accepted_at=taken, accepted_at=taken,
            state=State.DELIVERED, outcome=Outcome.HANDED, delivered_by=helper,
            delivered_at=noon + dt.timedelta(minutes=40 + number),
        )  # fmt: skip
    end = noon + dt.timedelta(hours=20)
    numbers = count(day=day, as_of=end, communities=Community.objects.filter(pk=cast.qinghe.pk))[cast.qinghe.pk]
    keys = ("asked", "done", "goods", "gas", "bills", "others", "minutes_taken", "minutes_done")
    assert [numbers[f"errands_{key}"] for key in keys] == [4, 4, 1, 1, 1, 1, 7, 43]


def test_a_home_shows_its_worst_errand_and_its_story(cast, home, helper):
    factories.ErrandFactory(dwelling=home, assignee=helper, state=State.ACCEPTED)
    factories.ErrandFactory(dwelling=home, urgency=Urgency.HEALTH)
    homes = Dwelling.objects.filter(pk=home.pk)
    assert layers()["errands"].states(homes) == {home.pk: "urgent"}
    assert [entry.what for entry in errand_view.entries(home, 10)] == ["Errand asked: groceries"] * 2
