"""The hotline: counted for all, read by the counsellor alone."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from deployments.services import accounts
from portal.accounts.models import Event
from portal.lib.errors import Refused
from portal.reports.services.rollups import roll_up
from residents.models import Community, HotlineCall, Membership, Role
from residents.services import hotline_calls

LIST = reverse("residents:hotline_call_list")
CANARY = "CANARY-51d9"


@pytest.fixture(autouse=True)
def counsellor(cast):
    """马骏 answers the hotline for a week; nobody else does."""
    return hotline_calls.name_counsellor(
        user=cast.cadre_user, community=cast.qinghe, ends_on=timezone.localdate() + dt.timedelta(days=7), by=cast.secretary
    )


@pytest.fixture
def call(cast, sign_in):
    sent = {"community": cast.qinghe.pk, "topic": "grief", "minutes": "25", "content": CANARY}
    assert sign_in(cast.cadre_user).post(LIST, sent).status_code == 302
    return HotlineCall.objects.get()


def test_nobody_but_the_counsellor_reads_what_was_said(cast, sign_in, call):
    detail = reverse("residents:hotline_call_detail", args=[call.pk])
    assert CANARY.encode() in sign_in(cast.cadre_user).get(detail).content
    assert CANARY.encode() not in sign_in(cast.cadre_user).get(LIST).content
    for who in (cast.secretary, cast.worker, cast.other_secretary, cast.cadre2_user):
        client = sign_in(who)
        assert client.get(detail).status_code == 403
        assert not any(
            CANARY.encode() in client.get(url, follow=True).content for url in (LIST, "/", "/search/?q=CANARY", "/trail/")
        )
    assert not any(CANARY in str((event.before, event.after)) or "grief" in str(event.after) for event in Event.objects.all())


def test_what_was_said_is_encrypted_where_it_lies(call):
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM residents_hotlinecall")
        assert CANARY not in cursor.fetchone()[0]


def test_the_secretary_and_the_daily_report_have_counts(cast, sign_in, call):
    assert sign_in(cast.secretary).get(LIST).context["counted"] == [("grief", 1, 25)]
    assert sign_in(cast.worker).get(LIST).status_code == 403
    (report,) = roll_up(day=timezone.localdate(), communities=Community.objects.filter(pk=cast.qinghe.pk), by=cast.secretary)
    assert report.counted["hotline_calls"] == 1


@pytest.mark.parametrize(
    "bad",
    [{"minutes": "0"}, {"minutes": "601"}, {"topic": "x"}, {"content": "\x00"}, {"content": "x" * 2001}, {"referral": "x"}],
)
def test_a_call_that_cannot_be_is_answered_at_its_field(cast, sign_in, bad):
    good = {"community": cast.qinghe.pk, "topic": "sleep", "minutes": "5"}
    page = sign_in(cast.cadre_user).post(LIST, good | bad)
    assert (page.status_code, list(page.context["form"].errors), HotlineCall.objects.count()) == (422, list(bad), 0)
    assert sign_in(cast.cadre_user).post(LIST, good | {"community": cast.yushu.pk}).status_code == 422


def test_the_same_call_sent_twice_is_one(cast, sign_in):
    client = sign_in(cast.cadre_user)
    key = client.get(LIST).context["form"]["key"].value()
    sent = {"community": cast.qinghe.pk, "topic": "sleep", "minutes": "5", "key": str(key)}
    assert [client.post(LIST, sent).status_code for _ in range(2)] == [302, 302]
    assert HotlineCall.objects.count() == 1


def test_with_the_last_day_of_a_counsellor_goes_what_was_said(cast, sign_in, call):
    detail = reverse("residents:hotline_call_detail", args=[call.pk])
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        client = sign_in(cast.cadre_user)
        assert [client.get(address).status_code for address in (detail, LIST)] == [403, 403]


def test_the_secretary_names_counsellors_and_writes_no_call(cast, sign_in, counsellor):
    client, until = sign_in(cast.secretary), timezone.localdate() + dt.timedelta(days=3)
    sent = {
        "community": cast.qinghe.pk,
        "user": cast.worker.pk,
        "ends_on": until.isoformat(),
        "speciality": "老人",
        "hours": "19:00-22:00",
    }
    name = reverse("residents:hotline_counsellor_name")
    assert [client.post(name, sent).status_code for _ in range(2)] == [302, 302]
    assert list(Membership.objects.filter(role=Role.COUNSELLOR, user=cast.worker).values_list("ends_on")) == [(until,)]
    for bad in ({"user": cast.cadre2_user.pk}, {"ends_on": "2020-01-01"}, {"community": cast.yushu.pk}, {"user": "\x00"}):
        client.post(name, sent | bad)
    assert Membership.objects.filter(role=Role.COUNSELLOR).count() == 2
    assert "老人 · 19:00-22:00" in client.get(LIST).content.decode()
    assert client.post(LIST, {"community": cast.qinghe.pk, "topic": "sleep", "minutes": "5"}).status_code == 403
    assert client.post(reverse("residents:hotline_counsellor_end", args=[counsellor.pk])).status_code == 302
    assert sign_in(cast.cadre_user).get(LIST).status_code == 403


def test_the_secretary_is_told_whose_calls_nobody_reads_any_more(cast, sign_in, call, counsellor):
    client = sign_in(cast.secretary)
    assert client.get(LIST).context["closed"] == []
    hotline_calls.end_counsellor(membership_id=counsellor.pk, by=cast.secretary)
    assert client.get(LIST).context["closed"] == [(cast.cadre_user.name, 1)]
    assert sign_in(cast.other_secretary).get(LIST).context["closed"] == []


def test_the_sign_in_of_a_counsellor_is_no_key_for_the_secretary(cast):
    with pytest.raises(Refused):
        accounts.open_account(cadre_id=cast.cadre.pk, community=cast.qinghe, by=cast.secretary)
