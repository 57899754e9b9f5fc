"""Leave: asked for by the cadre, decided by the secretary."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.models import Leave
from deployments.services import leave
from portal.accounts.models import Event
from portal.lib.errors import Refused
from tests.factories import LeaveFactory, SecondmentFactory

MINE, LIST = reverse("deployments:leave_mine"), reverse("deployments:leave_list")


def at(days: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(days=days)


def typed(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def asked(cast, **values) -> Leave:
    return leave.ask(
        secondment=cast.secondment, by=cast.cadre_user, **{"kind": "sick", "starts_at": at(1), "ends_at": at(2), **values}
    )


def test_a_cadre_asks_on_the_phone_and_the_secretary_agrees(cast, sign_in):
    phone, desk = sign_in(cast.cadre_user), sign_in(cast.secretary)
    phone.post(MINE, {"kind": "family", "starts_at": typed(at(1)), "ends_at": typed(at(2)), "reason": "家中有事"})
    row = Leave.objects.get()

    assert (row.secondment, row.state, row.kind) == (cast.secondment, "submitted", "family")
    desk.post(reverse("deployments:leave_approve", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "approved"
    assert list(Event.objects.filter(kind__startswith="leave.").order_by("id").values_list("kind", "by")) == [
        ("leave.asked", cast.cadre_user.pk),
        ("leave.approved", cast.secretary.pk),
    ]


def test_two_leaves_at_one_time_are_refused_in_words(cast, sign_in):
    asked(cast)

    answer = sign_in(cast.cadre_user).post(MINE, {"kind": "rest", "starts_at": typed(at(1.5)), "ends_at": typed(at(3))})

    assert "already a leave at this time" in answer.content.decode()
    assert Leave.objects.count() == 1


@pytest.mark.parametrize(("first", "last"), [(-20, -19), (16.5, 17.5), (1, 40)])
def test_leave_lies_within_the_secondment(cast, first, last):
    with pytest.raises(Refused, match="outside the days"):
        asked(cast, starts_at=at(first), ends_at=at(last))


def test_after_the_end_there_is_nothing_to_take_leave_from(cast):
    cast.secondment.state, cast.secondment.ends_on = "recalled", timezone.localdate() - dt.timedelta(days=1)
    cast.secondment.save()

    with pytest.raises(Refused, match="is over"):
        asked(cast)


@pytest.mark.parametrize("state", ["recalled", "redeployed", "completed"])
def test_until_the_last_day_there_is_leave_after_the_end_is_decided(cast, state):
    cast.secondment.state, cast.secondment.ends_on = state, timezone.localdate() + dt.timedelta(days=3)
    cast.secondment.save()

    assert asked(cast).state == "submitted"
    with pytest.raises(Refused, match="outside the days"):
        asked(cast, starts_at=at(4), ends_at=at(5))


@pytest.mark.parametrize("state", ["submitted", "refused", "cancelled", "no_show"])
def test_where_nobody_serves_there_is_nothing_to_take_leave_from(cast, state):
    cast.secondment.state = state
    cast.secondment.save()

    with pytest.raises(Refused, match="not yet approved"):
        asked(cast)


@pytest.mark.parametrize("decided", ["approved", "refused", "cancelled"])
def test_what_is_decided_is_not_decided_again(cast, decided):
    row = LeaveFactory(secondment=cast.secondment, state=decided)

    with pytest.raises(Refused, match="Reload the page"):
        leave.approve(leave_id=row.pk, by=cast.secretary)


def test_a_leave_that_is_over_stays(cast):
    row = LeaveFactory(secondment=cast.secondment, starts_at=at(-2), ends_at=at(-1))

    with pytest.raises(Refused, match="already over"):
        leave.cancel(leave_id=row.pk, by=cast.cadre_user)


def test_a_cadre_takes_back_her_own_only(cast, sign_in):
    mine, other = LeaveFactory(secondment=cast.secondment), LeaveFactory(secondment=cast.secondment2)
    phone = sign_in(cast.cadre_user)

    phone.post(reverse("deployments:leave_cancel", args=[mine.pk]))

    mine.refresh_from_db()
    assert mine.state == "cancelled"
    assert phone.post(reverse("deployments:leave_cancel", args=[other.pk])).status_code == 404


@pytest.mark.parametrize(
    "post",
    [
        {},
        {"kind": "x", "starts_at": "2022-02-30T08:00", "ends_at": "nonsense"},
        {"kind": "sick", "starts_at": "0001-01-01T00:00", "ends_at": "9999-12-31T23:59"},
        {"kind": "sick", "starts_at": "2026-01-02T00:00", "ends_at": "2026-01-01T00:00", "reason": "\x00" * 9},
    ],
)
def test_bad_input_is_answered_kindly(cast, sign_in, post):
    assert sign_in(cast.cadre_user).post(MINE, post).status_code == 200
    assert not Leave.objects.exists()


def test_who_is_away_now(cast, sign_in):
    away = LeaveFactory(secondment=cast.secondment)
    LeaveFactory(secondment=cast.secondment, starts_at=at(3))
    LeaveFactory(secondment=cast.secondment2)

    answer = sign_in(cast.secretary).get(LIST + "?state=away")

    assert list(answer.context["rows"]) == [away]
    assert answer.context["away"] == 1


def test_strangers_and_other_roles(cast, sign_in):
    row = LeaveFactory(secondment=cast.secondment, state="submitted")
    address = reverse("deployments:leave_approve", args=[row.pk])

    assert sign_in(cast.other_secretary).post(address).status_code == 404
    assert sign_in(cast.worker).post(address).status_code == 403
    assert sign_in(cast.secretary).get(address).status_code == 405
    assert sign_in(cast.cadre_user).get(LIST).status_code == 403
    assert sign_in(cast.supervisor).get(MINE).status_code == 403


@pytest.mark.parametrize("page", [MINE, LIST])
def test_as_many_queries_for_three_as_for_one(cast, sign_in, queries, page):
    client = sign_in(cast.cadre_user if page == MINE else cast.secretary)
    LeaveFactory(secondment=cast.secondment)
    with queries() as one:
        client.get(page)
    LeaveFactory(secondment=cast.secondment, starts_at=at(3))
    LeaveFactory(secondment=SecondmentFactory(community=cast.qinghe))
    with queries() as three:
        client.get(page)

    assert len(three) == len(one)
