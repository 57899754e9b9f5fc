"""What leaves the portal: once, at each channel's pace, and none waiting for another."""

import datetime as dt
import json

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from portal import erasure
from portal.accounts import outbox
from portal.accounts.models import Channel, Delivery, Message
from portal.accounts.services import deliveries, routing
from portal.lib.crypto import box
from tests.bots import bots
from tests.factories import ChannelFactory

NOON = dt.datetime(2022, 4, 15, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def server(settings):
    with bots() as running:
        settings.OUTGOING_HOSTS = [running.host]
        yield running


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=True) as clock:
        yield clock


@pytest.fixture
def channel(cast, at_noon, server):
    return ChannelFactory(user=cast.secretary, address=server.address("/ok"), host="127.0.0.1", language="en")


def tell(user, *keys, kind="round_late", **facts):
    for key in keys:
        outbox.tell(user, kind, key=key[:40], **({"name": key} | facts))


def states(channel=None):
    rows = Delivery.objects.order_by("message_id", "channel_id")
    return [row.state for row in (rows.filter(channel=channel) if channel else rows)]


def heading(key):
    return f"This round should be closed by now: {key}"


def test_a_message_leaves_once_by_each_channel_of_its_reader(cast, server, channel):
    ChannelFactory(user=cast.secretary, address=server.address("/second"), language="en")
    ChannelFactory(user=cast.worker, address=server.address("/other"))
    tell(cast.secretary, "one")

    assert (deliveries.run(), deliveries.run()) == (2, 0)
    assert (server.texts("/ok"), server.texts("/second"), server.texts("/other")) == (
        ["[Duty Portal] " + heading("one")], ["[Duty Portal] " + heading("one")], [],
    )  # fmt: skip
    assert states() == ["sent", "sent"]
    assert cast.secretary.inbox.count() == 1


def test_what_waits_together_leaves_together(cast, server, channel):
    tell(cast.secretary, *"abc")
    deliveries.run()

    assert server.texts("/ok") == ["[Duty Portal] " + "\n\n".join(map(heading, "abc"))]
    assert states() == ["sent"] * 3


def test_a_wecom_bot_takes_twenty_posts_of_2048_bytes_a_minute(cast, server, channel, at_noon):
    Channel.objects.update(platform="wecom", language="zh-hans")
    tell(cast.secretary, *[f"{n}{'字' * 300}" for n in range(50)])
    posts = []
    for _minute in range(4):
        posts.append(deliveries.run())
        at_noon.shift(62)

    assert posts[0] == 20
    assert sum(posts) == 25  # two of 900 bytes and more fit in one
    assert max(len(text.encode()) for text in server.texts("/ok")) <= 2048
    assert states() == ["sent"] * 50


def test_control_without_the_pace_all_leave_at_once(cast, server, channel):
    Channel.objects.update(platform="wecom", per_minute=120)
    tell(cast.secretary, *[f"{n}{'字' * 300}" for n in range(50)])

    assert deliveries.run() == 25


def test_a_long_message_leaves_in_numbered_parts(cast, server, channel):
    Channel.objects.update(platform="wecom")
    tell(cast.secretary, "长" * 1500)
    deliveries.run()

    texts = server.texts("/ok")
    assert [text.split(") ")[0] for text in texts] == [f"[Duty Portal] ({n}/3" for n in (1, 2, 3)]
    assert sum(text.count("长") for text in texts) == 1500
    assert max(len(text.encode()) for text in texts) <= 2048


def test_a_bot_that_says_too_much_with_status_200_gets_the_same_again_later(cast, server, channel, at_noon):
    Channel.objects.update(platform="wecom")
    server.moods["/ok"] = lambda turn: (200, {"errcode": 45009 if turn == 1 else 0})
    tell(cast.secretary, "one")
    deliveries.run()
    channel.refresh_from_db()
    assert (states(), channel.fault, channel.failures) == (["waiting"], "slow", 0)

    at_noon.shift(62)
    deliveries.run()
    assert (states(), len(server.texts("/ok"))) == (["sent"], 2)


def test_an_error_is_tried_again_after_ever_longer_pauses_and_then_given_up(cast, server, channel, at_noon):
    server.moods["/ok"] = (500, {})
    tell(cast.secretary, "one")
    tried = []
    for minute in range(60):
        if deliveries.run():
            tried.append(minute)
        at_noon.shift(60)
    channel.refresh_from_db()

    assert tried == [0, 1, 3, 7, 15, 30]
    assert (channel.dead_at is not None, states()) == (True, ["waiting"])
    assert list(cast.secretary.inbox.filter(kind="channel_dead").values_list("link", flat=True)) == ["/messages/channels/"]


def test_a_message_a_bot_refuses_is_given_up_and_the_others_pass(cast, server, channel):
    Channel.objects.update(platform="wecom")
    server.moods["/ok"] = lambda turn: (200, {"errcode": 40058 if "bad" in server.texts("/ok")[-1] else 0})
    tell(cast.secretary, "a", "bad", "c")
    deliveries.run()
    channel.refresh_from_db()

    assert (states(), channel.dead_at, channel.failures) == (["sent", "failed", "sent"], None, 0)


@pytest.mark.parametrize("answer", [(404, {}), (403, {}), (200, {"errcode": 93000})])
def test_a_bot_that_is_no_more_is_given_up_at_once(cast, server, channel, answer):
    Channel.objects.update(platform="wecom")
    server.moods["/ok"] = answer
    tell(cast.secretary, "one")
    deliveries.run()
    channel.refresh_from_db()

    assert (channel.fault, channel.dead_at is not None) == ("gone", True)


def test_a_redirect_into_a_private_network_is_not_followed(cast, server, channel, settings):
    server.moods["/ok"] = (307, "http://169.254.169.254/latest/meta-data/")
    tell(cast.secretary, "one")
    deliveries.run()
    channel.refresh_from_db()

    assert (channel.fault, list(server.posts)) == ("redirect", ["/ok"])


def test_an_address_that_turned_private_is_refused_when_it_is_used(cast, server, channel, settings):
    settings.OUTGOING_HOSTS = []
    Channel.objects.filter(pk=channel.pk).update(address=f"https://localhost:{server.server_address[1]}/ok")
    tell(cast.secretary, "one")
    deliveries.run()
    channel.refresh_from_db()

    assert (channel.fault, channel.dead_at is not None, dict(server.posts)) == ("private", True, {})


def test_one_that_hangs_keeps_nobody_waiting(cast, server, at_noon, monkeypatch):
    monkeypatch.setattr(deliveries, "SECONDS", 1.0)
    hanging = [ChannelFactory(user=cast.secretary, address=server.address(f"/h{n}")) for n in range(3)]
    fine = ChannelFactory(user=cast.secretary, address=server.address("/fine"))
    server.moods |= {f"/h{n}": "hang" for n in range(3)}
    tell(cast.secretary, "one")
    deliveries.run()

    (sent,) = [moment for moment, _text, _headers in server.posts["/fine"]]
    assert sent - max(moment for n in range(3) for moment, *_rest in server.posts[f"/h{n}"]) < 0.9
    assert (states(fine), [states(one) for one in hanging]) == (["sent"], [["waiting"]] * 3)
    assert list(Channel.objects.filter(fault="timeout").values_list("failures", flat=True)) == [1] * 3


def test_quiet_hours_hold_back_all_but_what_is_urgent(cast, server, channel, at_noon):
    Channel.objects.update(quiet_from=dt.time(22), quiet_until=dt.time(7))
    at_noon.move_to(NOON.replace(hour=23))
    tell(cast.secretary, "late")
    outbox.tell(cast.secretary, "health_alert", key="alert", case=7)
    deliveries.run()
    assert [text.split("\n")[0] for text in server.texts("/ok")] == ["[Duty Portal] Fever or a symptom in quarantine: case 7"]

    at_noon.move_to(NOON.replace(hour=6, minute=59) + dt.timedelta(days=1))
    assert deliveries.run() == 0
    at_noon.move_to(NOON.replace(hour=7) + dt.timedelta(days=1))
    assert deliveries.run() == 1


@pytest.mark.parametrize(
    ("start", "end", "at", "over"),
    [("22:00", "07:00", "23:00", "07:00"), ("22:00", "07:00", "06:59", "07:00"), ("22:00", "07:00", "07:00", None),
     ("12:00", "14:00", "13:00", "14:00"), ("12:00", "14:00", "11:59", None), ("12:00", "12:00", "12:00", None)],
)  # fmt: skip
def test_quiet_hours_end_when_they_say(start, end, at, over):
    channel = Channel(quiet_from=dt.time.fromisoformat(start), quiet_until=dt.time.fromisoformat(end))
    moment = timezone.make_aware(dt.datetime.combine(NOON.date(), dt.time.fromisoformat(at)))
    found = timezone.localtime(channel.quiet_end(moment))

    assert f"{found:%H:%M}" == (over or at)
    assert moment <= found < moment + dt.timedelta(days=1)


def test_a_digest_gathers_until_its_hour_and_lets_the_urgent_pass(cast, server, channel, at_noon):
    Channel.objects.update(digest_minutes=60)
    at_noon.move_to(NOON.replace(minute=10))
    tell(cast.secretary, "one")
    assert deliveries.run() == 0
    at_noon.move_to(NOON.replace(minute=50))
    tell(cast.secretary, "two")
    outbox.tell(cast.secretary, "health_alert", key="alert", case=7)
    assert deliveries.run() == 1
    at_noon.move_to(NOON.replace(hour=13))

    assert deliveries.run() == 1
    assert server.texts("/ok")[-1] == f"[Duty Portal] {heading('one')}\n\n{heading('two')}"


def test_a_channel_that_wants_only_what_is_urgent_gets_no_other(cast, server, channel):
    Channel.objects.update(only_urgent=True)
    tell(cast.secretary, "one")
    outbox.tell(cast.secretary, "health_alert", key="alert", case=7)
    deliveries.run()

    assert len(server.texts("/ok")) == Delivery.objects.count() == 1


def test_a_new_channel_is_not_told_what_was_before_it(cast, server, at_noon):
    tell(cast.secretary, "old")
    at_noon.shift(1)
    ChannelFactory(user=cast.secretary, address=server.address("/ok"))

    assert deliveries.run() == 0


def test_what_is_a_day_old_is_not_sent_any_more(cast, server, channel, at_noon):
    server.moods["/ok"] = (500, {})
    tell(cast.secretary, "one")
    deliveries.run()
    at_noon.shift(25 * 3600)
    server.moods.clear()

    assert (deliveries.run(), states()) == (0, ["expired"])


def test_names_do_not_leave_the_portal(cast, server, channel):
    outbox.tell(cast.secretary, "cadre_recalled", key="one", cadre="王建国", community="清荷社区", last="2022-04-18")
    outbox.tell(cast.secretary, "finding_raised", key="two", where="荷风苑 17-3-702", by="李秀兰", phone="19900001111")
    deliveries.run()
    text = "\n".join(server.texts("/ok"))

    assert "王**" in text
    assert [word for word in ("建国", "702", "秀兰", "1111") if word in text] == []


def test_a_link_stands_below_where_the_portal_knows_its_address(cast, server, channel, settings):
    settings.PORTAL_ADDRESS = "https://portal.example.org"
    outbox.tell(cast.secretary, "round_late", key="one", link="/residents/rounds/7/", name="x")
    deliveries.run()

    assert server.texts("/ok")[0].endswith("\nhttps://portal.example.org/residents/rounds/7/")


def test_a_signed_webhook_can_be_checked(cast, server, channel):
    Channel.objects.update(secret=box().encrypt(b"shared").decode())
    Channel.objects.filter(pk=channel.pk).update(secret="shared")
    tell(cast.secretary, "one")
    deliveries.run()

    ((_moment, _text, headers),) = server.posts["/ok"]
    assert headers["X-Portal-Signature"].startswith("sha256=")


@pytest.mark.parametrize("platform", ["dingtalk", "feishu"])
def test_a_signing_bot_is_sent_its_signature(cast, server, channel, platform):
    Channel.objects.filter(pk=channel.pk).update(platform=platform, secret="SEC1")
    tell(cast.secretary, "one")
    deliveries.run()

    assert states() == ["sent"]
    assert (platform == "dingtalk") == any("timestamp=" in path and "sign=" in path for path in server.posts)


def test_mail_leaves_by_the_mail_server(cast, channel):
    Channel.objects.filter(pk=channel.pk).update(platform="mail", address="someone@example.org")
    tell(cast.secretary, "one")
    deliveries.run()

    assert [(one.to, one.subject) for one in mail.outbox] == [(["someone@example.org"], "[Duty Portal] " + heading("one"))]


def test_a_worker_that_was_killed_in_the_air_loses_nothing(cast, server, channel, at_noon):
    tell(cast.secretary, "one")
    routing.route()
    (claimed,) = deliveries._claim(5, set(), None)
    assert deliveries._plan(claimed) is not None  # noted, and then the power went

    assert deliveries.run() == 0
    at_noon.shift(61)
    assert deliveries.run() == 1
    assert states() == ["sent"]


def test_a_chat_group_is_told_only_what_names_nobody(cast, channel):
    with pytest.raises(ValueError, match="not for chat groups"):
        outbox.draft_to_group(channel, "cadre_recalled", key="x", cadre="王建国")


def test_what_is_erased_takes_its_deliveries_along(cast, server, channel, at_noon):
    tell(cast.secretary, "one")
    deliveries.run()
    erasure.erase(now=timezone.now() + dt.timedelta(days=91))

    assert (Message.objects.count(), Delivery.objects.count()) == (0, 0)


def test_the_address_is_stored_encrypted(cast, server, channel, django_db_blocker):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM accounts_channel")
        (stored,) = cursor.fetchone()
    assert "/ok" not in stored
    assert box().decrypt(stored.encode()).decode() == channel.address


def test_nothing_of_an_address_is_logged(cast, server, channel, caplog):
    caplog.set_level("DEBUG")
    for mood in ((500, {}), (302, "http://10.0.0.1/"), (200, "no json")):
        server.moods["/ok"] = mood
        Channel.objects.update(next_at=timezone.now(), dead_at=None, platform="wecom")
        tell(cast.secretary, json.dumps(mood))
        deliveries.run()

    assert [record.getMessage() for record in caplog.records if "/ok" in record.getMessage()] == []
