"""Who is told when a secondment or a leave changes."""

import datetime as dt

import pytest
from django.utils import timezone

from deployments.services import leave, secondments
from deployments.services.secondments import Terms
from portal.accounts import outbox
from portal.accounts.models import Message
from tests.factories import LeaveFactory, SecondmentFactory


def told() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("to__username", "kind").values_list("to__username", "kind"))


def day(offset: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=offset)


def test_an_offer_taken_is_told_to_the_cadre_and_to_her_unit(cast):
    cast.secondment.delete()
    row = secondments.submit(cadre=cast.cadre, terms=Terms(cast.yushu, day(1), day(9)), by=cast.supervisor)
    assert told() == []

    secondments.approve(secondment_id=row.pk, by=cast.other_secretary)

    assert told() == [("cadre", "secondment_approved"), ("supervisor", "offer_approved")]


def test_an_offer_refused_is_told_to_the_unit_only(cast):
    row = SecondmentFactory(community=cast.qinghe, cadre__unit=cast.unit, state="submitted")

    secondments.refuse(secondment_id=row.pk, reason="够了", by=cast.secretary)

    assert told() == [("supervisor", "offer_refused")]


def test_a_recall_is_told_to_the_cadre_and_to_the_secretary(cast):
    secondments.recall(secondment_id=cast.secondment.pk, last_day=day(0), reason="单位急事", by=cast.supervisor)

    assert told() == [("cadre", "secondment_recalled"), ("secretary", "cadre_recalled")]
    message = cast.secretary.inbox.get()
    assert outbox.render(message).splitlines()[0] == "Recalled by the sending unit: 马*"


def test_whoever_is_redeployed_is_told_where_to_and_once(cast):
    secondments.redeploy(secondment_id=cast.secondment.pk, terms=Terms(cast.yushu, day(1)), by=cast.secretary)

    assert told() == [("cadre", "secondment_redeployed")]
    words = outbox.render(cast.cadre_user.inbox.get())
    assert words.startswith("You go to another community: 榆树社区")
    assert "until further notice" in words


def test_the_end_is_told(cast):
    secondments.complete(secondment_id=cast.secondment.pk, last_day=day(0), report="很好", by=cast.secretary)

    assert told() == [("cadre", "secondment_completed")]


def test_without_a_sign_in_nobody_is_told(cast):
    row = SecondmentFactory(community=cast.qinghe, state="submitted")

    secondments.approve(secondment_id=row.pk, by=cast.secretary)

    assert told() == []


@pytest.mark.parametrize("decide", [leave.approve, leave.refuse, leave.cancel])
def test_a_decision_about_leave_is_told_to_the_cadre(cast, decide):
    row = LeaveFactory(secondment=cast.secondment, state="submitted")

    row = decide(leave_id=row.pk, by=cast.secretary)

    assert told() == [("cadre", f"leave_{row.state}")]
    assert "From" in outbox.render(cast.cadre_user.inbox.get())


def test_who_takes_her_own_leave_back_is_not_told(cast):
    row = LeaveFactory(secondment=cast.secondment, state="submitted")

    leave.cancel(leave_id=row.pk, by=cast.cadre_user)

    assert told() == []
