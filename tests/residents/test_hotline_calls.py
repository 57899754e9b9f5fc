"""The hotline: counted for all, read by the counsellor alone."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Event
from portal.reports.services.rollups import roll_up
from residents.models import Community, HotlineCall

LIST = reverse("residents:hotline_call_list")
CANARY = "CANARY-51d9"


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
        assert client.get(detail).status_code == 404
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
    assert sign_in(cast.worker).get(LIST).context["counted"] == []
    (report,) = roll_up(day=timezone.localdate(), communities=Community.objects.filter(pk=cast.qinghe.pk), by=cast.secretary)
    assert report.counted["hotline_calls"] == 1


@pytest.mark.parametrize(
    "bad",
    [{"minutes": "0"}, {"minutes": "601"}, {"topic": "x"}, {"content": "\x00"}, {"content": "x" * 2001}, {"referral": "x"}],
)
def test_a_call_that_cannot_be_is_answered_at_its_field(cast, sign_in, bad):
    good = {"community": cast.qinghe.pk, "topic": "sleep", "minutes": "5"}
    page = sign_in(cast.worker).post(LIST, good | bad)
    assert (page.status_code, list(page.context["form"].errors), HotlineCall.objects.count()) == (422, list(bad), 0)
    assert sign_in(cast.worker).post(LIST, good | {"community": cast.yushu.pk}).status_code == 422


def test_the_same_call_sent_twice_is_one(cast, sign_in):
    client = sign_in(cast.worker)
    key = client.get(LIST).context["form"]["key"].value()
    sent = {"community": cast.qinghe.pk, "topic": "sleep", "minutes": "5", "key": str(key)}
    assert [client.post(LIST, sent).status_code for _ in range(2)] == [302, 302]
    assert HotlineCall.objects.count() == 1
