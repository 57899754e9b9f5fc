"""Rounds: opened by the clock, walked by several, closed only when every stop is explained."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal.accounts.models import Event
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CareCategory, CareProfile, Errand, Finding, QuarantineCase, Resident, Round, RoundPlan, Stop
from residents.rounds import KINDS
from residents.rounds.kinds import Kind, Outcome
from residents.rounds.whom import homes
from residents.services import findings, round_plans, rounds, stops, task_sources
from residents.services.stops import Tap
from tests.factories import (
    BuildingFactory,
    DwellingFactory,
    EntranceFactory,
    ErrandFactory,
    QuarantineCaseFactory,
    ResidentFactory,
    RoundFactory,
    RoundPlanFactory,
    StopFactory,
)

DAY = dt.date(2022, 4, 12)


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dt.datetime:
    return moment(day, dt.time(hour, minute))


@pytest.fixture
def entrance(cast):
    return EntranceFactory(building=BuildingFactory(compound=cast.hefengyuan, number="3"), number="1")


@pytest.fixture
def homes_of_three_floors(entrance):
    return [DwellingFactory(entrance=entrance, floor=n, room_no=f"{n}01") for n in (1, 2, 3)]


@pytest.fixture
def plan(cast, homes_of_three_floors):
    return RoundPlanFactory(community=cast.qinghe, name="上门收垃圾", team=[cast.cadre_user])


def walk(cast, kind="rubbish", homes=1, **fields):
    """A round of a kind with stops at so many homes."""
    made = RoundFactory(community=cast.qinghe, plan__kind=kind, walkers=[cast.cadre_user], **fields)
    entrance = EntranceFactory(building__compound=cast.hefengyuan)
    for _ in range(homes):
        StopFactory(round=made, dwelling=DwellingFactory(entrance=entrance))
    return made


# Opening


def test_a_slot_opens_at_its_time_with_the_stops_in_walking_order(plan, cast):
    assert rounds.open_due(at(7, 59)) == 0
    assert rounds.open_due(at(8)) == 1

    made = Round.objects.get()
    assert [stop.dwelling.room_no for stop in made.stops.in_order()] == ["301", "201", "101"]
    assert (made.day, made.due_at, list(made.walkers.all())) == (DAY, at(10), [cast.cadre_user])
    assert [message.kind for message in cast.cadre_user.inbox.all()] == ["round_opened"]


def test_the_next_slot_opens_although_the_last_is_not_closed(plan):
    rounds.open_due(at(8))
    assert rounds.open_due(at(13)) == 1

    assert [timezone.localtime(r.starts_at).hour for r in Round.objects.open()] == [13, 8]


def test_opening_twice_opens_once(plan):
    assert [rounds.open_due(at(8)), rounds.open_due(at(8)), rounds.open_due(at(9))] == [1, 0, 0]


def test_after_a_day_without_the_clock_the_missed_slots_of_the_day_are_there(plan):
    assert rounds.open_due(at(20)) == 2


def test_a_slot_before_midnight_is_opened_after_it_and_keeps_its_day(plan):
    plan.slots = ["23:50"]
    plan.save()

    assert rounds.open_due(at(0, 5, DAY + dt.timedelta(days=1))) == 1
    assert Round.objects.get().day == DAY


def test_slots_that_were_over_when_the_plan_was_written_are_not_opened(plan):
    plan.timed_at = at(10, 30)
    plan.save()

    assert rounds.open_due(at(13, 30)) == 1
    assert timezone.localtime(Round.objects.get().starts_at).hour == 13


def test_no_round_before_the_first_day_or_after_the_last(plan):
    plan.starts_on = plan.ends_on = DAY
    plan.save()

    assert rounds.open_due(at(8, day=DAY - dt.timedelta(days=1))) == 0
    assert rounds.open_due(at(23, day=DAY + dt.timedelta(days=1))) == 0
    assert rounds.open_due(at(8)) == 1


def test_a_round_with_nobody_to_visit_closes_itself(cast):
    RoundPlanFactory(community=cast.qinghe)

    rounds.open_due(at(8))

    made = Round.objects.get()
    assert (made.closed_at, made.closed_by) == (at(8), None)


def test_a_home_drops_out_when_its_reason_has_ended(cast, plan, homes_of_three_floors):
    category = CareCategory.objects.create(code="mobility", name="行动不便", name_en="cannot walk stairs")
    needing, recovered, _nobody = homes_of_three_floors
    CareProfile.objects.create(resident=ResidentFactory(dwelling=needing), category=category)
    CareProfile.objects.create(
        resident=ResidentFactory(dwelling=recovered), category=category, since=dt.date(2020, 1, 1), until=dt.date(2020, 2, 1)
    )
    plan.whom = RoundPlan.Whom.CARE
    plan.save()
    plan.categories.add(category)

    rounds.open_due(at(8))

    assert [stop.dwelling for stop in Round.objects.get().stops.all()] == [needing]


def test_a_plan_written_at_ten_opens_the_slot_that_can_still_be_walked(cast, homes_of_three_floors):
    now = timezone.localtime()
    slot = f"{now:%H}:00"

    made = round_plans.create(
        community=cast.qinghe, kind="rubbish", values={"name": "收垃圾", "slots": [slot], "minutes": 120}, by=cast.secretary
    )

    assert [timezone.localtime(r.starts_at).hour for r in made.rounds.all()] == [now.hour]


# Stops


def test_a_stop_is_done_with_who_and_when(cast):
    stop = walk(cast).stops.get()

    stops.do(stop_id=stop.pk, outcome="done", answers={"bags": 2}, by=cast.cadre_user)

    stop.refresh_from_db()
    assert (stop.state, stop.outcome, stop.done_by, stop.answers) == ("done", "done", cast.cadre_user, {"bags": 2})
    assert Event.objects.filter(kind="stop.done", row=str(stop.pk)).count() == 1


def test_the_same_tap_again_stores_nothing_new(cast):
    stop, tap = walk(cast).stops.get(), Tap(uuid4())

    first = stops.do(stop_id=stop.pk, outcome="done", tap=tap, by=cast.cadre_user)
    second = stops.do(stop_id=stop.pk, outcome="done", tap=tap, by=cast.cadre_user)

    assert first.done_at == second.done_at
    assert Event.objects.filter(kind="stop.done").count() == 1


def test_the_second_person_is_told_who_was_first(cast):
    stop = walk(cast).stops.get()
    stops.do(stop_id=stop.pk, outcome="done", by=cast.cadre_user)

    with pytest.raises(Refused, match="马骏 has already done this stop"):
        stops.do(stop_id=stop.pk, outcome="done", by=cast.worker)


@pytest.mark.parametrize("outcome", ["", "gone", "lit"])
def test_an_outcome_of_another_kind_is_refused(cast, outcome):
    with pytest.raises(Refused):
        stops.do(stop_id=walk(cast).stops.get().pk, outcome=outcome, by=cast.cadre_user)


def test_undo_opens_the_stop_again(cast):
    stop = walk(cast).stops.get()
    stops.do(stop_id=stop.pk, outcome="no_answer", note="晚上再来", by=cast.cadre_user)

    stops.undo(stop_id=stop.pk, by=cast.cadre_user)
    stops.undo(stop_id=stop.pk, by=cast.cadre_user)

    stop.refresh_from_db()
    assert (stop.state, stop.outcome, stop.note, stop.done_at, stop.done_by) == ("open", "", "", None, None)


def test_nobody_takes_back_what_another_walker_did_but_the_office(cast):
    stop = walk(cast).stops.get()
    stops.do(stop_id=stop.pk, outcome="done", by=cast.worker)

    with pytest.raises(Refused):
        stops.undo(stop_id=stop.pk, by=cast.cadre_user)
    stops.undo(stop_id=stop.pk, by=cast.secretary)

    stop.refresh_from_db()
    assert stop.state == "open"


def test_a_wrong_clock_of_the_phone_is_kept_beside_ours(cast):
    stop = walk(cast).stops.get()

    stops.do(stop_id=stop.pk, outcome="done", tap=Tap(at=timezone.now() - dt.timedelta(hours=3)), by=cast.cadre_user)

    stop.refresh_from_db()
    assert stop.skew_minutes == -180


# Closing


def test_a_round_is_not_closed_with_an_untouched_stop(cast):
    made = walk(cast, homes=2)
    first, second = made.stops.all()
    stops.do(stop_id=first.pk, outcome="done", by=cast.cadre_user)

    with pytest.raises(Refused, match="1 stop is untouched"):
        rounds.close(round_id=made.pk, by=cast.cadre_user)
    stops.do(stop_id=second.pk, outcome="refused", by=cast.cadre_user)
    rounds.close(round_id=made.pk, by=cast.cadre_user)

    made.refresh_from_db()
    assert made.closed_by == cast.cadre_user


def test_in_a_closed_round_nothing_is_changed(cast):
    made = walk(cast)
    stop = made.stops.get()
    stops.do(stop_id=stop.pk, outcome="done", by=cast.cadre_user)
    rounds.close(round_id=made.pk, by=cast.cadre_user)

    with pytest.raises(Refused):
        stops.undo(stop_id=stop.pk, by=cast.cadre_user)


def test_who_moved_out_in_the_middle_does_not_keep_the_round_open(cast):
    made = RoundFactory(community=cast.qinghe, plan__kind="temperature", walkers=[cast.cadre_user])
    resident = ResidentFactory(dwelling__entrance__building__compound=cast.hefengyuan)
    stop = StopFactory(round=made, dwelling=resident.dwelling, resident=resident)
    Resident.objects.update(left_on=timezone.localdate())

    with pytest.raises(Refused, match="moved out"):
        stops.do(stop_id=stop.pk, outcome="done", answers={"temperature": Decimal("36.5")}, by=cast.cadre_user)
    rounds.close(round_id=made.pk, by=cast.cadre_user)

    stop.refresh_from_db()
    assert (stop.state, stop.outcome, stop.done_by) == ("excused", "moved_out", None)


def test_walkers_and_the_secretary_are_told_once_of_a_late_round(cast):
    walk(cast, starts_at=timezone.now() - dt.timedelta(hours=3))

    rounds.tell_late(timezone.now())
    rounds.tell_late(timezone.now())

    kinds = [[message.kind for message in user.inbox.all()] for user in (cast.cadre_user, cast.secretary, cast.other_secretary)]
    assert kinds == [["round_late"], ["round_late"], []]


# Handing over


def test_a_walker_hands_the_round_to_somebody_who_works_here(cast):
    made = walk(cast)

    rounds.hand_over(round_id=made.pk, to=cast.worker, giver=cast.cadre_user, by=cast.cadre_user)

    assert list(made.walkers.all()) == [cast.worker]
    assert [message.kind for message in cast.worker.inbox.all()] == ["round_given"]


def test_a_round_is_not_handed_to_a_stranger(cast):
    with pytest.raises(Refused):
        rounds.hand_over(round_id=walk(cast).pk, to=cast.cadre2_user, by=cast.secretary)


def test_single_stops_are_handed_over_and_show_their_round(cast):
    made = walk(cast, homes=2)
    first, _second = made.stops.all()

    rounds.hand_over_stops(round_id=made.pk, stop_ids=[first.pk], to=cast.worker, by=cast.secretary)

    assert list(Round.objects.walked_by(cast.worker)) == [made]
    assert [stop.assignee for stop in made.stops.all()] == [cast.worker, None]


# What a stop starts


def kinds_of(cast):
    return sorted(Finding.objects.within([cast.qinghe]).values_list("kind", flat=True))


def test_a_fever_is_a_finding_and_the_secretary_is_told(cast):
    made = RoundFactory(community=cast.qinghe, plan__kind="temperature")
    stop = StopFactory(round=made, dwelling__entrance__building__compound=cast.hefengyuan)

    stops.do(stop_id=stop.pk, outcome="done", answers={"temperature": Decimal("37.3")}, by=cast.cadre_user)

    assert kinds_of(cast) == ["fever"]
    assert [message.kind for message in cast.secretary.inbox.all()] == ["finding_raised"]


def test_below_the_limit_there_is_no_finding(cast):
    made = RoundFactory(community=cast.qinghe, plan__kind="temperature")
    stop = StopFactory(round=made, dwelling__entrance__building__compound=cast.hefengyuan)

    stops.do(stop_id=stop.pk, outcome="done", answers={"temperature": Decimal("37.2")}, by=cast.cadre_user)

    assert kinds_of(cast) == []


@pytest.mark.parametrize(
    ("home", "calls"),
    [
        ({"light_watch": True}, 1),
        ({"watch_level": 2, "watch_reason": "独居"}, 1),
        ({"light_watch": True, "state": "away"}, 0),
        ({}, 0),
    ],
)
def test_a_dark_window_of_a_watched_home_asks_for_a_call_this_evening(cast, home, calls):
    made = walk(cast, "light_count", homes=0)
    dwelling = DwellingFactory(entrance__building__compound=cast.hefengyuan, **home)
    stop = StopFactory(round=made, dwelling=dwelling)

    stops.do(stop_id=stop.pk, outcome="dark", by=cast.cadre_user)

    asked = Stop.objects.open().filter(round__kind="wellbeing_call", round__day=timezone.localdate(), dwelling=dwelling)
    assert asked.count() == calls


def test_the_call_is_walked_by_who_counted_the_lights_and_taken_back_with_the_tap(cast):
    made = walk(cast, "light_count", homes=0)
    stop = StopFactory(round=made, dwelling__light_watch=True, dwelling__entrance__building__compound=cast.hefengyuan)
    stops.do(stop_id=stop.pk, outcome="dark", by=cast.cadre_user)
    assert Round.objects.walked_by(cast.cadre_user).filter(kind="wellbeing_call").count() == 1
    call, finding = Stop.objects.get(round__kind="wellbeing_call"), Finding.objects.get()

    stops.undo(stop_id=stop.pk, by=cast.cadre_user)

    assert (Stop.objects.filter(round__kind="wellbeing_call").count(), kinds_of(cast)) == (0, [])
    # Somebody else still has it on the screen.
    with pytest.raises(Refused, match="taken back meanwhile"):
        findings.handle(finding_id=finding.pk, handling="已联系", by=cast.worker)
    with pytest.raises(Refused, match="taken back meanwhile"):
        task_sources.from_finding(finding, by=cast.worker)
    with pytest.raises(Refused, match="taken off the round"):
        stops.do(stop_id=call.pk, outcome="done", by=cast.worker)


def test_what_was_acted_upon_is_not_taken_back(cast):
    made = walk(cast, "sweep")
    stop = made.stops.get()
    stops.do(stop_id=stop.pk, outcome="done", answers={"complaint": "水管漏水"}, by=cast.cadre_user)
    findings.handle(finding_id=Finding.objects.get().pk, handling="已联系物业", by=cast.secretary)
    line = Event.objects.get(kind="finding.handled")
    assert line.before == {"handled_at": None, "handled_by": None, "handling": None}
    assert (line.after["handled_by"], line.after["handling"]) == (cast.secretary.pk, "***")

    with pytest.raises(Refused, match="already acted"):
        stops.undo(stop_id=stop.pk, by=cast.cadre_user)
    with pytest.raises(Refused, match="李秀兰"):
        findings.handle(finding_id=Finding.objects.get().pk, handling="又联系一次", by=cast.worker)


def test_what_a_task_or_an_errand_goes_back_to_is_not_taken_back(cast):
    stop = walk(cast, "sweep").stops.get()
    stops.do(stop_id=stop.pk, outcome="done", answers={"food": "no"}, by=cast.cadre_user)
    ErrandFactory(community=cast.qinghe, stop=Stop.objects.get(round__kind="wellbeing_call"))

    with pytest.raises(Refused, match="already acted"):
        stops.undo(stop_id=stop.pk, by=cast.cadre_user)
    Errand.objects.update(stop=None)
    task_sources.from_finding(Finding.objects.get(), by=cast.worker)
    with pytest.raises(Refused, match="already acted"):
        stops.undo(stop_id=stop.pk, by=cast.cadre_user)


def test_the_untapped_windows_of_a_building_are_dark(cast):
    made = walk(cast, "light_count", homes=3)
    lit, *others = made.stops.all()
    stops.do(stop_id=lit.pk, outcome="lit", by=cast.cadre_user)

    count = stops.do_rest(round_id=made.pk, building_id=lit.dwelling.entrance.building_id, outcome="dark", by=cast.cadre_user)

    assert count == len(others)
    assert [stop.outcome for stop in made.stops.all()] == ["lit", "dark", "dark"]


def test_among_the_untapped_who_is_known_to_be_away_is_not_called_dark(cast):
    made = walk(cast, "light_count", homes=0)
    dwelling = DwellingFactory(entrance__building__compound=cast.hefengyuan, state="away", light_watch=True)
    StopFactory(round=made, dwelling=dwelling)

    stops.do_rest(round_id=made.pk, building_id=dwelling.entrance.building_id, outcome="dark", by=cast.cadre_user)

    assert (made.stops.get().outcome, Finding.objects.count()) == ("away", 0)


def test_vegetables_go_to_the_homes_in_quarantine_as_long_as_they_are(cast):
    home, soon, gone = (DwellingFactory(entrance__building__compound=cast.hefengyuan) for _ in range(3))
    for door, state in ((home, "active"), (soon, "alert"), (gone, "transferred")):
        QuarantineCaseFactory(resident=ResidentFactory(dwelling=door), state=state)
    ResidentFactory(dwelling=home)
    fields = {"community": cast.qinghe, "whom": "quarantine", "slots": ["10:00", "15:00"]}
    bags, measured = (RoundPlanFactory(kind=kind, **fields) for kind in ("vegetables", "temperature"))
    rounds.open_due(at(10))

    assert {stop.dwelling for stop in bags.rounds.get().stops.all()} == {home, soon}
    # Of those who live with somebody in quarantine nobody takes the temperature on that round.
    followed = QuarantineCase.objects.exclude(state="transferred")
    assert {stop.resident for stop in measured.rounds.get().stops.all()} == {case.resident for case in followed}

    followed.filter(dwelling=soon).update(state="closed", ended_on=DAY, end_note="转外区")
    rounds.open_due(at(15))
    assert {stop.dwelling for stop in bags.rounds.latest("starts_at").stops.all()} == {home}


def test_everybody_is_rung_up_and_who_met_somebody_infected_is_told_at_once(cast):
    home = DwellingFactory(entrance__building__compound=cast.hefengyuan)
    people = ResidentFactory.create_batch(3, dwelling=home)
    plan = RoundPlanFactory(community=cast.qinghe, kind="phone_sweep", whom="lived_in", slots=["09:00"])
    rounds.open_due(at(9))
    made = plan.rounds.get()
    assert [stop.resident for stop in made.stops.in_order()] == people

    met, gone, wrong = made.stops.in_order()
    stops.do(stop_id=met.pk, outcome="done", answers={"where": "town", "contact": "昨天在菜场"}, by=cast.cadre_user)
    stops.do(stop_id=gone.pk, outcome="no_answer", by=cast.cadre_user)
    stops.do(stop_id=wrong.pk, outcome="wrong_number", by=cast.cadre_user)

    assert list(Finding.objects.values_list("kind", "detail")) == [("exposed", "昨天在菜场")]
    again = stops.revisit(round_id=made.pk, by=cast.cadre_user)
    assert [stop.resident for stop in again.stops.all()] == [gone.resident]


def test_who_did_not_open_is_visited_again_once(cast):
    made = walk(cast, "sweep", homes=2)
    met, missed = made.stops.all()
    stops.do(stop_id=met.pk, outcome="done", by=cast.cadre_user)
    stops.do(stop_id=missed.pk, outcome="no_answer", by=cast.cadre_user)

    again = stops.revisit(round_id=made.pk, by=cast.cadre_user)
    stops.revisit(round_id=made.pk, by=cast.cadre_user)

    assert [stop.dwelling for stop in again.stops.all()] == [missed.dwelling]


def test_a_disinfected_room_is_closed_until_it_has_worked(cast):
    made = RoundFactory(community=cast.qinghe, plan__kind="disinfection")
    stop = StopFactory(round=made, dwelling=None, place="活动室")

    stops.do(
        stop_id=stop.pk, outcome="done", answers={"area_m2": 80, "agent": "含氯", "contact_minutes": 30}, by=cast.cadre_user
    )

    stop.refresh_from_db()
    assert (stop.quantity, stop.usable_at - stop.done_at) == (80, dt.timedelta(minutes=30))


# A kind of one's own


def test_a_kind_of_round_is_one_module(cast, monkeypatch, homes_of_three_floors):
    tea = Kind(code="tea", label="Tea", icon="bell", visits=homes, outcomes=(Outcome("drunk", "Drunk"),))
    monkeypatch.setitem(KINDS, "tea", tea)
    RoundPlanFactory(community=cast.qinghe, kind="tea", slots=["15:00"])
    rounds.open_due(at(15))

    made = Round.objects.get(kind="tea")
    for stop in made.stops.all():
        stops.do(stop_id=stop.pk, outcome="drunk", by=cast.cadre_user)
    rounds.close(round_id=made.pk, by=cast.cadre_user)

    assert made.stops.filter(state="done").count() == 3
