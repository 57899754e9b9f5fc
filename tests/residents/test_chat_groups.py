"""Chat groups: whose they are, their bots, what they are told, and that nobody's name is in it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Channel, Delivery, Event, Message
from portal.accounts.services import deliveries
from portal.lib.errors import Refused
from residents.models import ChatGroup, Urgency
from residents.services import chat_groups
from tests import factories
from tests.bots import bots

LIST = reverse("residents:chat_group_list")
LOG = reverse("residents:chat_group_log")
NEW = reverse("residents:chat_group_create")
KEY = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=aaaa-bbbb"
BOT = {"platform": "wecom", "address": KEY, "language": "zh-hans", "digest_minutes": "0"}


def url(name, group, *more):
    return reverse(f"residents:chat_group_{name}", args=[group.pk, *more])


def typed(**more):
    return {"name": "荷风苑3号楼群", "level": "community", "app": "wecom"} | more


@pytest.fixture
def server(settings):
    with bots() as running:
        settings.OUTGOING_HOSTS = [running.host]
        yield running


@pytest.fixture
def entrance(cast):
    return factories.EntranceFactory(number="2", building__number="3", building__compound=cast.hefengyuan)


def with_bot(cast, address=KEY, **values):
    channel = factories.ChannelFactory(user=None, community=cast.qinghe, platform="wecom", address=address, language="en")
    return factories.ChatGroupFactory(community=cast.qinghe, channel=channel, **values)


def test_a_group_is_put_down_for_the_place_its_people_live_in(cast, sign_in, entrance):
    client = sign_in(cast.secretary)
    client.post(NEW, typed(level="building", compound=cast.hefengyuan.pk, building_number="3", entrance_number="2"))
    group = ChatGroup.objects.get()

    assert (group.compound, group.building, group.entrance) == (cast.hefengyuan, entrance.building, None)
    client.post(url("edit", group), typed(level="team", compound=cast.hefengyuan.pk, hears_errands="on"))
    group.refresh_from_db()
    assert (group.level, group.compound, group.building, group.hears_errands) == ("team", None, None, True)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"level": "building", "building_number": "3"}, "no building of this number"),
        ({"level": "entrance", "building_number": "3", "entrance_number": "9"}, "no entrance of this number"),
        ({"level": "building"}, "and no more than that"),
        ({"level": "moon"}, "Select a valid choice"),
        ({"members": "-1"}, "greater than or equal to 0"),
        ({"hears_errands": "on"}, "Only a group of helpers"),
        ({"name": "\x00"}, "cannot be read"),
        ({"compound": "999999"}, "Select a valid choice"),
    ],
)
def test_nonsense_is_answered_in_words(cast, sign_in, entrance, more, word):
    compound = "" if more.get("level") == "building" and "entrance_number" not in more else cast.hefengyuan.pk
    page = sign_in(cast.secretary).post(NEW, typed(compound=compound) | more)

    assert (page.status_code, word in page.content.decode(), ChatGroup.objects.count()) == (200, True, 0)


def test_a_compound_of_another_community_cannot_be_chosen(cast, sign_in):
    page = sign_in(cast.secretary).post(NEW, typed(level="compound", compound=cast.yushu_rental.pk))

    assert (page.status_code, ChatGroup.objects.count()) == (200, 0)


def test_two_open_groups_have_two_names(cast, sign_in):
    factories.ChatGroupFactory(community=cast.qinghe, name="荷风苑3号楼群")
    page = sign_in(cast.secretary).post(NEW, typed())
    assert "already has a group of this name" in page.content.decode()

    with pytest.raises(Refused):
        chat_groups.create(community=cast.qinghe, values=typed() | {"members": 3}, by=cast.secretary)


def test_a_group_that_is_nearly_full_is_warned_of(cast, sign_in):
    factories.ChatGroupFactory(community=cast.qinghe, members=449)
    assert "nearly full" not in sign_in(cast.secretary).get(LIST).content.decode()
    ChatGroup.objects.update(members=480)
    assert "nearly full" in sign_in(cast.secretary).get(LIST).content.decode()


def test_the_key_of_a_bot_is_never_shown(cast, sign_in):
    group = factories.ChatGroupFactory(community=cast.qinghe)
    client = sign_in(cast.secretary)
    client.post(url("channel", group), BOT)
    group.refresh_from_db()
    assert (group.channel.address, group.channel.community) == (KEY, cast.qinghe)

    client.post(url("channel", group), BOT | {"address": "", "only_urgent": "on"})
    assert Channel.objects.get().address == KEY
    pages = [client.get(page).content.decode() for page in (LIST, LOG, url("channel", group), url("edit", group), "/trail/")]
    assert [page for page in pages if "aaaa" in page] == []
    assert [line for line in Event.objects.values_list("before", "after") if "aaaa" in str(line)] == []


def test_a_bot_in_a_private_network_is_refused_at_the_form(cast, sign_in):
    group = factories.ChatGroupFactory(community=cast.qinghe)
    page = sign_in(cast.secretary).post(url("channel", group), BOT | {"platform": "webhook", "address": "https://10.0.0.1/"})

    assert ("private network" in page.content.decode(), Channel.objects.count()) == (True, 0)


def test_a_test_goes_to_the_group_and_stands_in_the_log(cast, sign_in, server):
    group = with_bot(cast, server.address("/g"))
    client = sign_in(cast.secretary)
    said = client.post(url("test", group), follow=True).content.decode()

    assert ("The test has arrived." in said, len(server.texts("/g"))) == (True, 1)
    rows = client.get(LOG, {"group": group.pk, "state": "sent"}).context["rows"]
    assert [(row.heading, row.state) for row in rows] == [("This is a test", "sent")]
    assert list(sign_in(cast.other_secretary).get(LOG).context["rows"]) == []


def test_without_a_bot_there_is_nothing_to_test(cast, sign_in):
    group = factories.ChatGroupFactory(community=cast.qinghe)
    said = sign_in(cast.secretary).post(url("test", group), follow=True).content.decode()

    assert "no bot yet" in said


def test_a_closed_group_forgets_its_key(cast, sign_in):
    group = with_bot(cast)
    client = sign_in(cast.secretary)
    client.post(url("step", group, "close"))
    group.refresh_from_db()

    assert (group.closed_on, group.channel, Channel.objects.get().address) == (timezone.localdate(), None, "-")
    assert client.post(url("test", group)).status_code == 404


def test_helpers_hear_once_of_an_errand_that_waits_and_not_whose_it_is(cast, server, entrance):
    with_bot(cast, server.address("/team"), level="team", hears_errands=True)
    with_bot(cast, server.address("/homes"))
    home = factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")
    factories.ErrandFactory(dwelling=home, written_name="王建国", urgency=Urgency.LIFE)
    for _minute in range(2):
        chat_groups.due()
    deliveries.run()

    (text,) = server.texts("/team")
    assert text.split("\n")[0] == "[Duty Portal] Urgent: somebody needs help · 荷风苑 3栋"
    assert [word for word in ("702", "王", "1990") if word in text] == []
    assert server.texts("/homes") == []


def test_of_an_old_errand_nobody_is_told_any_more(cast, server, entrance):
    with_bot(cast, server.address("/team"), level="team", hears_errands=True)
    home = factories.DwellingFactory(entrance=entrance)
    factories.ErrandFactory(dwelling=home, requested_at=timezone.now() - dt.timedelta(hours=3))
    chat_groups.due()

    assert Message.objects.count() == 0


def test_the_secretary_hears_once_that_a_bot_is_dead(cast, server):
    group = with_bot(cast, server.address("/g"))
    server.moods["/g"] = (404, {})
    chat_groups.test(group_id=group.pk, by=cast.secretary)
    for _minute in range(2):
        chat_groups.due()

    assert [(row.kind, row.facts["name"]) for row in cast.secretary.inbox.all()] == [("group_bot_dead", group.name)]
    assert (cast.worker.inbox.count(), cast.other_secretary.inbox.count()) == (0, 0)


def test_groups_around_a_place(cast, entrance):
    whole = with_bot(cast, level="community")
    compound = with_bot(cast, level="compound", compound=cast.hefengyuan)
    building = with_bot(cast, level="building", compound=cast.hefengyuan, building=entrance.building)
    with_bot(cast, level="team")
    with_bot(cast, level="quarantine", compound=cast.hefengyuan)
    factories.ChatGroupFactory(community=cast.qinghe)  # has no bot

    assert set(chat_groups.around(cast.qinghe)) == {whole, compound, building}
    assert set(chat_groups.around(cast.qinghe, compound=cast.hefengyuan)) == {whole, compound, building}
    assert set(chat_groups.around(cast.qinghe, building=entrance.building)) == {whole, compound, building}


@pytest.mark.parametrize("page", [LIST, LOG])
def test_more_rows_cost_no_more_statements(cast, sign_in, queries, page, server):
    client = sign_in(cast.secretary)
    counts = []
    for turn in range(2):
        for n in range(1 + 2 * turn):
            group = with_bot(cast, server.address(f"/{turn}{n}"))
            chat_groups.test(group_id=group.pk, by=cast.secretary)
        with queries() as seen:
            client.get(page)
        counts.append(len(seen))

    assert (counts[0], Delivery.objects.count()) == (counts[1], 4)
    assert counts[0] <= 12


@pytest.mark.parametrize("query", ["?group=x&state=y", "?group=999999999999999999999", "?page=x", "?level=%00"])
def test_a_filter_that_is_none_filters_nothing(cast, sign_in, query):
    assert [sign_in(cast.secretary).get(page + query).status_code for page in (LIST, LOG)] == [200, 200]
