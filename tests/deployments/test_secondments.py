"""Secondments: which moves are open when, and that no sequence of them ends in two communities at once."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.models import Leave, Responsibility, Secondment
from deployments.services import memberships, secondments
from deployments.services.secondments import Terms
from portal.accounts.models import Event
from portal.lib.errors import Refused
from residents.models import Membership, Role
from tests.factories import (
    CadreFactory,
    CommunityFactory,
    CompoundFactory,
    LeaveFactory,
    SecondmentFactory,
    UserFactory,
)

State = Secondment.State


def day(offset: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=offset)


def kinds(row: Secondment) -> list[str]:
    return list(
        Event.objects.filter(table="deployments.secondment", row=str(row.pk)).order_by("id").values_list("kind", flat=True)
    )


def days_held(cadre) -> list[tuple]:
    return sorted(Membership.objects.filter(user=cadre.user).values_list("community", "starts_on", "ends_on"))


def test_from_the_offer_to_the_last_day(cast):
    cadre = CadreFactory(user=UserFactory())
    offer = secondments.submit(cadre=cadre, terms=Terms(cast.qinghe, day(0), day(20)), by=cast.supervisor)
    assert days_held(cadre) == []

    secondments.approve(secondment_id=offer.pk, by=cast.secretary)
    assert days_held(cadre) == [(cast.qinghe.pk, day(0), day(20))]
    secondments.report_for_duty(secondment_id=offer.pk, identity_checked=True, by=cast.secretary)
    done = secondments.complete(secondment_id=offer.pk, last_day=day(10), report="值守20天", by=cast.secretary)

    assert (done.state, done.ends_on, done.end_reason, done.reported_by) == (
        State.COMPLETED,
        day(10),
        "值守20天",
        cast.secretary,
    )
    assert days_held(cadre) == [(cast.qinghe.pk, day(0), day(10))]
    assert kinds(done) == [f"secondment.{state}" for state in ("submitted", "approved", "on_duty", "completed")]


@pytest.mark.parametrize("state", State.values)
def test_each_move_is_open_from_its_states_only(cast, state):
    row = SecondmentFactory(state=state, starts_on=day(-3), ends_on=day(5))
    moves = {
        State.APPROVED: lambda: secondments.approve(secondment_id=row.pk, by=cast.secretary),
        State.REFUSED: lambda: secondments.refuse(secondment_id=row.pk, reason="满员", by=cast.secretary),
        State.CANCELLED: lambda: secondments.cancel(secondment_id=row.pk, reason="改派", by=cast.secretary),
        State.ON_DUTY: lambda: secondments.report_for_duty(secondment_id=row.pk, identity_checked=True, by=cast.secretary),
        State.NO_SHOW: lambda: secondments.no_show(secondment_id=row.pk, by=cast.secretary),
        State.RECALLED: lambda: secondments.recall(secondment_id=row.pk, last_day=day(0), reason="急事", by=cast.secretary),
        State.COMPLETED: lambda: secondments.complete(secondment_id=row.pk, last_day=day(0), report="好", by=cast.secretary),
        State.REDEPLOYED: lambda: secondments.redeploy(
            secondment_id=row.pk, terms=Terms(cast.yushu, day(1), day(5)), by=cast.secretary
        ),
    }
    opened = set()
    for target, move in moves.items():
        with suppress(Refused), transaction.atomic():
            move()
            opened.add(target)
            transaction.set_rollback(True)

    assert opened == set(secondments.open_moves(row))


def test_a_refusal_names_the_state_and_what_to_do(cast):
    with pytest.raises(Refused, match="this one is “on duty”"):
        secondments.refuse(secondment_id=cast.secondment.pk, reason="满员", by=cast.secretary)


def test_an_arrival_needs_a_look_at_the_document(cast):
    row = SecondmentFactory(state=State.APPROVED)

    with pytest.raises(Refused, match="identity document"):
        secondments.report_for_duty(secondment_id=row.pk, identity_checked=False, by=cast.secretary)


@pytest.mark.parametrize(("starts", "ends", "why"), [(1, 5, "begins on"), (-5, -1, "last day was")])
def test_nobody_arrives_outside_her_days(cast, starts, ends, why):
    row = SecondmentFactory(state=State.APPROVED, starts_on=day(starts), ends_on=day(ends))

    with pytest.raises(Refused, match=why):
        secondments.report_for_duty(secondment_id=row.pk, identity_checked=True, by=cast.secretary)


def test_many_arrive_at_once_and_each_refusal_is_named(cast):
    here = SecondmentFactory.create_batch(2, community=cast.qinghe, state=State.APPROVED)
    late = SecondmentFactory(community=cast.qinghe, state=State.APPROVED, starts_on=day(2), cadre__name="迟到者")

    arrived, refusals = secondments.report_many(secondments=[*here, late], identity_checked=True, by=cast.secretary)

    assert arrived == 2
    assert refusals == [f"迟到者: It begins on {day(2)}. Change the first day if the cadre starts earlier."]


def test_whoever_may_still_come_is_not_missing(cast):
    row = SecondmentFactory(state=State.APPROVED, starts_on=day(0))

    with pytest.raises(Refused, match="Wait until"):
        secondments.no_show(secondment_id=row.pk, by=cast.secretary)


def test_redeployment_closes_here_the_day_before_it_opens_there(cast):
    new = secondments.redeploy(secondment_id=cast.secondment.pk, terms=Terms(cast.yushu, day(3), day(9)), by=cast.secretary)
    old = Secondment.objects.get(pk=cast.secondment.pk)

    assert (old.state, old.ends_on) == (State.REDEPLOYED, day(2))
    assert (new.state, new.previous, new.starts_on, new.community) == (State.APPROVED, old, day(3), cast.yushu)
    assert days_held(cast.cadre) == [(cast.qinghe.pk, old.starts_on, day(2)), (cast.yushu.pk, day(3), day(9))]


@pytest.mark.parametrize(
    ("offset", "community", "why"), [(3, "qinghe", "already in this"), (-14, "yushu", "cannot lie before")]
)
def test_redeployment_needs_another_place_and_a_day_after_the_first(cast, offset, community, why):
    terms = Terms(getattr(cast, community), day(offset), day(20))

    with pytest.raises(Refused, match=why):
        secondments.redeploy(secondment_id=cast.secondment.pk, terms=terms, by=cast.secretary)


def test_the_last_day_counts_until_its_end(cast):
    secondments.recall(secondment_id=cast.secondment.pk, last_day=day(0), reason="单位有急事", by=cast.supervisor)

    assert Secondment.objects.serving().on(day(0)).filter(cadre=cast.cadre).exists()
    assert not Secondment.objects.serving().on(day(1)).filter(cadre=cast.cadre).exists()
    assert Membership.objects.live().filter(user=cast.cadre_user).count() == 1


def test_a_recall_from_yesterday_closes_the_door_at_once(cast, sign_in):
    secondments.recall(secondment_id=cast.secondment.pk, last_day=day(-1), reason="单位有急事", by=cast.supervisor)

    assert not Membership.objects.live().filter(user=cast.cadre_user).exists()


@pytest.mark.parametrize(("last", "why"), [(-15, "cannot lie before"), (17, "planned until")])
def test_a_last_day_lies_within_the_plan(cast, last, why):
    with pytest.raises(Refused, match=why):
        secondments.recall(secondment_id=cast.secondment.pk, last_day=day(last), reason="x", by=cast.secretary)


@pytest.mark.parametrize("move", [secondments.refuse, secondments.cancel])
def test_a_reason_is_not_blank(cast, move):
    row = SecondmentFactory(state=State.SUBMITTED)

    with pytest.raises(Refused, match="Write a reason"):
        move(secondment_id=row.pk, reason="  ", by=cast.secretary)


def test_whoever_leaves_lets_go_of_places_and_later_leave(cast):
    held = Responsibility.objects.create(
        community=cast.qinghe, role="steward", compound=cast.hefengyuan, cadre=cast.cadre, starts_on=day(-3)
    )
    planned = Responsibility.objects.create(
        community=cast.qinghe, role="commander", compound=cast.hefengyuan, cadre=cast.cadre, starts_on=day(5)
    )
    later = LeaveFactory(secondment=cast.secondment, starts_at=timezone.now() + dt.timedelta(days=3))
    was = later.state
    said = {"community": cast.qinghe.pk, "role": "commander", "compound": cast.hefengyuan.pk, "cadre": cast.cadre.pk}

    secondments.complete(secondment_id=cast.secondment.pk, last_day=day(1), report="圆满", by=cast.secretary)

    held.refresh_from_db()
    later.refresh_from_db()
    assert (held.ends_on, later.state) == (day(1), Leave.State.CANCELLED)
    assert lines_of("responsibility", "leave") == {
        ("responsibility.ended", str(held.pk)): ({"ends_on": None}, {"ends_on": str(day(1))}),
        ("responsibility.removed", str(planned.pk)): ({**said, "starts_on": str(day(5))}, {}),
        ("leave.cancelled", str(later.pk)): ({"state": was}, {"state": "cancelled"}),
    }


def lines_of(*tables: str) -> dict[tuple[str, str], tuple[dict, dict]]:
    """All of them in the community of the cast."""
    lines = Event.objects.filter(table__in=[f"deployments.{name}" for name in tables], community__name="清荷社区")
    return {(line.kind, line.row): (line.before, line.after) for line in lines}


def test_what_opens_and_shuts_a_community_leaves_lines(cast):
    memberships.follow(cast.cadre, by=None)
    earlier = Event.objects.latest("id").pk
    held = Membership.objects.get(user=cast.cadre_user)
    said = {"user": cast.cadre_user.pk, "role": "cadre", "community": cast.qinghe.pk, "starts_on": str(day(-14))}

    secondments.set_days(secondment_id=cast.secondment.pk, starts_on=day(-14), ends_on=day(30), by=cast.secretary)

    fresh = Membership.objects.get(user=cast.cadre_user)
    lines = Event.objects.filter(table="residents.membership", pk__gt=earlier).order_by("id")
    assert list(lines.values_list("kind", "row", "by", "community", "before", "after")) == [
        ("membership.removed", str(held.pk), cast.secretary.pk, cast.qinghe.pk, {**said, "ends_on": str(day(16))}, {}),
        ("membership.opened", str(fresh.pk), cast.secretary.pk, cast.qinghe.pk, {}, {**said, "ends_on": str(day(30))}),
    ]
    # Where nothing opens and nothing shuts there is nothing to say.
    memberships.follow(cast.cadre, by=cast.secretary)
    assert lines.count() == 2


def test_the_lines_of_many_memberships_are_one_statement(cast, queries):
    counts = []
    for many in (1, 3):
        rows = [SecondmentFactory(state=State.ON_DUTY, cadre__user=UserFactory()) for _ in range(many)]
        with queries() as seen:
            memberships.follow(*(row.cadre for row in rows), by=cast.secretary)
        counts.append(len(seen))
        Secondment.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.CANCELLED)
        with queries() as seen:
            memberships.follow(*(row.cadre for row in rows), by=cast.secretary)
        counts.append(len(seen))

    assert counts[:2] == counts[2:]


def test_days_change_and_the_trail_keeps_both(cast):
    secondments.set_days(
        secondment_id=cast.secondment.pk, starts_on=cast.secondment.starts_on, ends_on=day(30), by=cast.secretary
    )

    line = Event.objects.get(kind="secondment.days_changed")
    assert (line.before, line.after) == ({"ends_on": str(day(16))}, {"ends_on": str(day(30))})
    assert days_held(cast.cadre) == [(cast.qinghe.pk, day(-14), day(30))]


def test_extending_onto_another_secondment_is_refused_in_words(cast):
    SecondmentFactory(cadre=cast.cadre, starts_on=day(20), ends_on=day(30), state=State.APPROVED)

    with pytest.raises(Refused, match="already seconded on some of these days"):
        secondments.set_days(
            secondment_id=cast.secondment.pk, starts_on=cast.secondment.starts_on, ends_on=day(25), by=cast.secretary
        )


def test_a_reported_cadre_keeps_her_first_day(cast):
    secondments.set_days(secondment_id=cast.secondment.pk, starts_on=day(-14), ends_on=None, by=cast.secretary)
    row = SecondmentFactory(state=State.APPROVED, starts_on=day(0))
    secondments.report_for_duty(secondment_id=row.pk, identity_checked=True, by=cast.secretary)

    with pytest.raises(Refused, match="first day stays"):
        secondments.set_days(secondment_id=row.pk, starts_on=day(-1), ends_on=None, by=cast.secretary)


def test_a_compound_is_one_of_the_community(cast):
    with pytest.raises(Refused, match="another community"):
        secondments.appoint(
            cadre=CadreFactory(), terms=Terms(cast.qinghe, day(0), compound=cast.yushu_rental), by=cast.secretary
        )


def test_a_volunteer_comes_as_volunteer(cast):
    cadre = CadreFactory(kind="volunteer", unit=None, user=UserFactory())

    secondments.appoint(cadre=cadre, terms=Terms(cast.qinghe, day(0), compound=CompoundFactory(community=cast.qinghe)), by=None)

    assert cadre.user.memberships.get().role == Role.VOLUNTEER


# No sequence of moves breaks it.

STEPS = ["submit", "appoint", "approve", "refuse", "cancel", "report", "no_show", "redeploy", "recall", "complete", "set_days"]
step = st.tuples(st.sampled_from(STEPS), st.integers(0, 3), st.integers(-4, 6), st.integers(0, 6), st.booleans())


def take(name: str, row: Secondment | None, cadre, terms: Terms, *, by) -> None:
    if name in {"submit", "appoint"}:
        getattr(secondments, name)(cadre=cadre, terms=terms, by=by)
    elif row is None:
        return
    elif name == "report":
        secondments.report_for_duty(secondment_id=row.pk, identity_checked=True, by=by)
    elif name == "redeploy":
        secondments.redeploy(secondment_id=row.pk, terms=terms, by=by)
    elif name == "set_days":
        secondments.set_days(secondment_id=row.pk, starts_on=terms.starts_on, ends_on=terms.ends_on, by=by)
    elif name in {"recall", "complete"}:
        words = {"recall": "reason", "complete": "report"}[name]
        getattr(secondments, name)(secondment_id=row.pk, last_day=terms.starts_on, **{words: "x"}, by=by)
    else:
        getattr(secondments, name)(secondment_id=row.pk, by=by, **({"reason": "x"} if name in {"refuse", "cancel"} else {}))


def holds(cadre) -> None:
    """No day has two secondments, and the memberships are the days of those that serve."""
    taken = [
        row.starts_on + dt.timedelta(days=n)
        for row in cadre.secondments.standing()
        for n in range((row.ends_on - row.starts_on).days + 1)
    ]
    assert len(taken) == len(set(taken))
    due = sorted(cadre.secondments.serving().values_list("community", "starts_on", "ends_on"))
    assert days_held(cadre) == due


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, max_size=12))
def test_no_sequence_leaves_two_places_at_once_or_a_stray_membership(cast, steps):
    with transaction.atomic():
        cadre = CadreFactory(user=UserFactory())
        for name, pick, first, length, other in steps:
            rows = list(cadre.secondments.order_by("id"))
            row = rows[pick % len(rows)] if rows else None
            place = cast.yushu if other else cast.qinghe
            with suppress(Refused):
                take(name, row, cadre, Terms(place, day(first), day(first + length)), by=cast.secretary)
            holds(cadre)
        transaction.set_rollback(True)


# Two communities take one cadre at the same moment.


def without_constraint() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE deployments_secondment DROP CONSTRAINT secondment_one_community_at_a_time")
        else:
            cursor.execute("DROP TRIGGER secondment_one_community_at_a_time_insert")


def with_constraint() -> None:
    rule = next(c for c in Secondment._meta.constraints if c.name == "secondment_one_community_at_a_time")
    Secondment.objects.all().delete()
    with connection.schema_editor() as editor:
        if connection.vendor == "postgresql":
            editor.execute(rule.create_sql(Secondment, editor))
        else:
            for sql in rule.triggers(Secondment, editor):
                editor.execute(sql)


def race(cadre, communities, by) -> list[str]:
    ready = threading.Barrier(len(communities))

    def attempt(community) -> str:
        ready.wait()
        try:
            with translation.override("en"):
                secondments.appoint(cadre=cadre, terms=Terms(community, day(0), day(9)), by=by)
        except Refused as refusal:
            return str(refusal)
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(len(communities)) as pool:
        return sorted(pool.map(attempt, communities))


@pytest.mark.django_db(transaction=True)
def test_of_eight_communities_exactly_one_gets_the_cadre():
    cadre, by = CadreFactory(), UserFactory()

    answers = race(cadre, CommunityFactory.create_batch(8), by)

    assert answers.count("taken") == 1
    assert {a for a in answers if a != "taken"} == {
        "This cadre is already seconded on some of these days. Change the days, or end the other secondment first."
    }
    assert Secondment.objects.filter(cadre=cadre).count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_the_cadre_is_taken_twice():
    cadre, by = CadreFactory(), UserFactory()
    without_constraint()
    try:
        assert race(cadre, CommunityFactory.create_batch(8), by).count("taken") > 1
    finally:
        with_constraint()
