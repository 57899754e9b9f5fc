"""What a community announces: to whom, from when, and who has read it."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Message
from portal.accounts.services import deliveries
from residents.models import Notice
from residents.services import notices
from tests import factories
from tests.bots import bots

LIST = reverse("residents:notice_list")
NEW = reverse("residents:notice_create")


def url(name, notice):
    return reverse(f"residents:notice_{name}", args=[notice.pk])


def typed(**more):
    said = {"kind": "policy", "audience": "everybody", "title": "凭证出入", "body": "两天一次,每户一人。"}
    return said | {"effective_from": "", "effective_until": ""} | more


@pytest.fixture
def group(cast, settings):
    """A chat group of the whole community, with a bot on this machine."""
    with bots() as server:
        settings.OUTGOING_HOSTS = [server.host]
        channel = factories.ChannelFactory(user=None, community=cast.qinghe, address=server.address("/g"), language="en")
        factories.ChatGroupFactory(community=cast.qinghe, channel=channel)
        yield server


def told():
    return sorted(Message.objects.filter(to__isnull=False).values_list("to__username", "kind"))


def test_a_notice_reaches_those_who_work_here_and_the_groups_around_once(cast, sign_in, group):
    sign_in(cast.worker).post(NEW, typed())
    for _minute in range(2):
        notices.due()
    deliveries.run()

    assert told() == [(name, "notice_published") for name in ("cadre", "secretary", "worker")]
    assert group.texts("/g") == ["[Duty Portal] Notice of 清荷社区: 凭证出入\n两天一次,每户一人。"]


def test_what_is_for_those_who_work_here_stays_out_of_the_groups(cast, group):
    notices.publish(community=cast.qinghe, values=typed(audience="staff") | {"effective_from": timezone.now(),
                    "effective_until": None}, by=cast.secretary)  # fmt: skip
    notices.due()
    deliveries.run()

    assert (len(told()), group.texts("/g")) == (3, [])


def test_a_notice_of_tomorrow_is_told_tomorrow(cast, sign_in):
    tomorrow = timezone.localtime() + dt.timedelta(days=1)
    sign_in(cast.secretary).post(NEW, typed(effective_from=f"{tomorrow:%Y-%m-%dT%H:%M}"))
    notices.due()
    assert told() == []
    with time_machine.travel(tomorrow + dt.timedelta(minutes=1), tick=False):
        notices.due()
        assert len(told()) == 3


def test_a_notice_that_was_withdrawn_is_taken_back_from_whoever_was_told(cast, sign_in, group):
    notice = factories.NoticeFactory(community=cast.qinghe)
    notices.due()
    client = sign_in(cast.secretary)
    client.post(url("withdraw", notice))
    said = client.post(url("withdraw", notice), follow=True).content.decode()
    deliveries.run()

    assert "withdrawn already" in said
    assert [text.count("No longer holds") for text in group.texts("/g")] == [1]
    assert Notice.objects.in_force().count() == 0
    assert list(client.get(LIST, {"view": "past"}).context["rows"]) == [notice]


def test_one_withdrawn_before_its_hour_was_never_told(cast):
    notice = factories.NoticeFactory(community=cast.qinghe)
    notices.withdraw(notice_id=notice.pk, by=cast.secretary)
    notices.due()

    assert told() == []


def test_reading_is_said_once_and_seen_by_the_office(cast, sign_in):
    notice = factories.NoticeFactory(community=cast.qinghe)
    client = sign_in(cast.cadre_user)
    for _tap in range(2):
        client.post(url("read", notice))

    assert (notice.receipts.count(), client.get(url("detail", notice)).context["readers"]) == (1, [])
    page = sign_in(cast.secretary).get(url("detail", notice))
    assert [(user.username, receipt is not None) for user, receipt in page.context["readers"]] == [
        ("worker", False), ("secretary", False), ("cadre", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"title": ""}, "required"),
        ({"body": "x" * 2001}, "at most 2000"),
        ({"body": "王建国 990101199001010019 阳性"}, "identity or mobile number"),
        ({"body": "电话 19900001111"}, "identity or mobile number"),
        ({"effective_from": "2022-04-15T10:00", "effective_until": "2022-04-15T09:00"}, "ends before it begins"),
        ({"effective_until": "tomorrow"}, "Enter a valid date"),
        ({"kind": "moon"}, "Select a valid choice"),
        ({"title": "\u202egnp.exe"}, "cannot be read"),
    ],
)
def test_nonsense_is_answered_in_words(cast, sign_in, more, word):
    page = sign_in(cast.secretary).post(NEW, typed() | more)

    assert (page.status_code, word in page.content.decode(), Notice.objects.count()) == (200, True, 0)


def test_script_in_a_notice_stays_text(cast, sign_in):
    notice = factories.NoticeFactory(community=cast.qinghe, title="<script>alert(1)</script>", body="{{ 7*7 }}<img src=x>")
    page = sign_in(cast.secretary).get(url("detail", notice)).content.decode()

    assert ("<script>alert" in page, "<img src=x" in page, "{{ 7*7 }}" in page) == (False, False, True)


def test_a_compound_of_another_community_cannot_be_named(cast, sign_in):
    sign_in(cast.secretary).post(NEW, typed(compound=cast.yushu_rental.pk))

    assert Notice.objects.count() == 0


def test_more_notices_cost_no_more_statements(cast, sign_in, queries):
    client = sign_in(cast.secretary)
    counts = []
    for turn in range(2):
        for notice in factories.NoticeFactory.create_batch(1 + turn, community=cast.qinghe):
            notices.read(notice=notice, by=cast.worker)
        seen = []
        for page in (LIST, url("detail", notice)):
            with queries() as asked:
                client.get(page)
            seen.append(len(asked))
        counts.append(seen)

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12
