"""Where my messages go: setting up, hiding what is secret, testing, trying again."""

import pytest
from django.urls import reverse

from portal.accounts.models import Channel, Event
from tests.bots import bots
from tests.factories import ChannelFactory

LIST = reverse("accounts:channel_list")
NEW = reverse("accounts:channel_create")
KEY = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=aaaa-bbbb"


def url(name, channel):
    return reverse(f"accounts:channel_{name}", args=[channel.pk])


def typed(**more):
    return {"platform": "wecom", "address": KEY, "language": "zh-hans", "digest_minutes": "0"} | more


@pytest.fixture
def mine(cast):
    return ChannelFactory(user=cast.worker, address=KEY, host="qyapi.weixin.qq.com", platform="wecom")


def test_a_channel_is_added_and_its_address_never_shown_again(cast, sign_in):
    client = sign_in(cast.worker)
    answer = client.post(NEW, typed(quiet_from="22:00", quiet_until="07:00"))
    channel = cast.worker.channels.get()

    assert (answer["Location"], channel.address, channel.host, channel.per_minute) == (LIST, KEY, "qyapi.weixin.qq.com", 20)
    pages = [client.get(address).content.decode() for address in (LIST, url("edit", channel))]
    pages.append(client.post(url("edit", channel), typed(platform="mail", address="")).content.decode())
    assert [page for page in pages if "aaaa" in page] == []
    assert [event for event in Event.objects.values_list("before", "after") if "aaaa" in str(event)] == []


def test_an_empty_address_keeps_the_stored_one(cast, sign_in, mine):
    Channel.objects.filter(pk=mine.pk).update(secret="kept", dead_at="2022-04-15T00:00Z", failures=6)
    sign_in(cast.worker).post(url("edit", mine), typed(address="", only_urgent="on"))
    mine.refresh_from_db()

    assert (mine.address, mine.secret, mine.only_urgent, mine.dead_at) == (KEY, "kept", True, None)


@pytest.mark.parametrize(
    ("platform", "address", "word"),
    [
        ("webhook", "http://example.org/", "https:// addresses only"),
        ("webhook", "ftp://example.org/", "https:// addresses only"),
        ("webhook", "https://me:key@example.org/", "https:// addresses only"),
        ("webhook", "https://127.0.0.1/x", "private network"),
        ("webhook", "https://[::ffff:10.0.0.1]/", "private network"),
        ("webhook", "https://169.254.169.254/latest/meta-data/", "private network"),
        ("wecom", "https://oapi.dingtalk.com/robot/send?access_token=x", "address of such a bot"),
        ("wecom", "", "Paste the address"),
        ("wecom", "\x00", "cannot be read"),
        ("webhook", "https://" + "x" * 600, "at most 500"),
        ("mail", "a@b.example", "Select a valid choice"),
        ("<script>", "https://example.org/", "Select a valid choice"),
    ],
)
def test_an_address_nobody_may_post_to_is_refused_in_words(cast, sign_in, platform, address, word):
    page = sign_in(cast.worker).post(NEW, typed(platform=platform, address=address))

    assert (page.status_code, word in page.content.decode(), Channel.objects.count()) == (200, True, 0)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("quiet_until", "", "a beginning and an end"),
        ("quiet_until", "25:99", "Enter a valid time"),
        ("digest_minutes", "7", "Select a valid choice"),
        ("per_minute", "-1", "greater than or equal to"),
        ("language", "fr", "Select a valid choice"),
    ],
)
def test_other_nonsense_is_answered_at_the_field(cast, sign_in, name, value, word):
    page = sign_in(cast.worker).post(NEW, typed(quiet_from="22:00", quiet_until="07:00") | {name: value})

    assert (page.status_code, word in page.content.decode(), Channel.objects.count()) == (200, True, 0)


def test_a_platforms_own_limit_is_never_exceeded(cast, sign_in):
    sign_in(cast.worker).post(NEW, typed(per_minute="100"))

    assert cast.worker.channels.get().per_minute == 20


def test_mail_is_offered_where_there_is_a_mail_server(cast, sign_in, settings):
    settings.EMAIL_HOST = "mail.example.org"
    client = sign_in(cast.worker)
    assert "This is no mail address" in client.post(NEW, typed(platform="mail", address="x")).content.decode()
    client.post(NEW, typed(platform="mail", address="zhoumin@example.org"))

    assert cast.worker.channels.get().host == "z*****@example.org"


def test_a_person_has_a_handful(cast, sign_in):
    ChannelFactory.create_batch(5, user=cast.worker)
    page = sign_in(cast.worker).post(NEW, typed())

    assert ("You have 5 channels" in page.content.decode(), Channel.objects.count()) == (True, 5)


def test_a_test_says_at_once_what_came_of_it_and_revives_a_dead_channel(cast, sign_in, mine, settings):
    client = sign_in(cast.worker)
    with bots() as server:
        settings.OUTGOING_HOSTS = [server.host]
        Channel.objects.filter(pk=mine.pk).update(address=server.address("/ok"), language="en")
        server.moods["/ok"] = (404, {})
        said = client.post(url("test", mine), follow=True).content.decode()
        assert "The test did not arrive: the bot no longer exists" in said
        server.moods.clear()
        said = client.post(url("test", mine), follow=True).content.decode()

        assert "The test has arrived." in said
        assert "This is a test" in server.texts("/ok")[-1]
    mine.refresh_from_db()
    assert (mine.dead_at, mine.failures, mine.fault) == (None, 0, "")
    assert cast.worker.inbox.filter(kind="channel_test").count() == 0


def test_a_channel_in_trouble_says_when_it_is_tried_again_and_lets_it_be_tried_now(cast, sign_in, mine):
    Channel.objects.filter(pk=mine.pk).update(failures=3, fault="timeout", next_at="2026-06-01T01:05Z")
    page = sign_in(cast.worker).get(LIST).content.decode()

    assert ("failed 3 times in a row, tried again at 09:05" in page, "Try again" in page) == (True, True)


def test_a_removed_channel_forgets_its_address(cast, sign_in, mine):
    client = sign_in(cast.worker)
    client.post(url("remove", mine))
    mine.refresh_from_db()

    assert (mine.address, mine.removed_at is not None) == ("-", True)
    assert [client.post(url(name, mine)).status_code for name in ("test", "remove", "edit")] == [404] * 3


def test_the_channels_of_others_do_not_exist(cast, sign_in, mine):
    client = sign_in(cast.secretary)

    assert list(client.get(LIST).context["rows"]) == []
    assert [client.post(url(name, mine)).status_code for name in ("edit", "test", "remove")] == [404] * 3


def test_more_channels_cost_no_more_statements(cast, sign_in, queries, mine):
    client = sign_in(cast.worker)
    counts = []
    for _turn in range(2):
        with queries() as seen:
            client.get(LIST)
        counts.append(len(seen))
        ChannelFactory.create_batch(2, user=cast.worker)

    assert counts[0] == counts[1]
