"""What people are told."""

import pytest
from django.utils import translation

from portal.accounts import outbox
from portal.accounts.models import Message
from residents.models import MatterKind

VIEWS = ("", "unread", "urgent", "\x00")


@pytest.fixture
def message(cast) -> Message:
    outbox.tell(cast.secretary, "password_given", key="one", link="/search/")
    return cast.secretary.inbox.get()


def test_the_same_key_is_one_message(cast, message):
    outbox.tell(cast.secretary, "password_given", key="one")

    assert Message.objects.count() == 1


def test_the_words_are_in_the_language_of_the_reader(message):
    assert outbox.render(message).startswith("You have a new password")
    with translation.override("zh-hans"):
        assert not outbox.render(message).startswith("You have a new password")


def test_our_own_words_in_it_too_whatever_language_the_sender_reads(cast):
    with translation.override("en"):
        outbox.tell(cast.secretary, "matter_given", key="two", matter=1, label=MatterKind.GATHERING.label)
    message = cast.secretary.inbox.get()

    with translation.override("zh-hans"):
        assert "聚集" in outbox.render(message)
        assert "gathering" not in outbox.render(message)
    with translation.override("en"):
        assert outbox.render(message).startswith("For you to handle: gathering")


def test_reading_leads_where_the_message_leads(cast, sign_in, message):
    client = sign_in(cast.secretary)

    assert client.get("/messages/").content.decode().count("You have a new password") == 2
    assert client.post(f"/messages/{message.pk}/read/")["Location"] == "/search/"
    message.refresh_from_db()
    read_at = message.read_at
    client.post(f"/messages/{message.pk}/read/")
    message.refresh_from_db()

    assert read_at == message.read_at is not None


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_message_leads_nowhere_else(cast, sign_in, message, link):
    Message.objects.update(link=link)

    assert sign_in(cast.secretary).post(f"/messages/{message.pk}/read/")["Location"] == "/messages/"


def test_unread_ones_stand_first(cast, sign_in, message):
    outbox.tell(cast.secretary, "password_given", key="two")
    outbox.tell(cast.secretary, "password_given", key="three")
    client = sign_in(cast.secretary)
    client.post(f"/messages/{cast.secretary.inbox.get(key='three').pk}/read/")

    assert [row.key for row in client.get("/messages/").context["rows"]] == ["two", "one", "three"]


def test_all_can_be_marked_at_once(cast, sign_in, message):
    client = sign_in(cast.secretary)
    client.post("/messages/read/")

    assert outbox.unread_count(cast.secretary) == 0
    assert client.get("/messages/").context["unread"] == 0


def test_the_messages_of_others_do_not_exist(cast, sign_in, message):
    client = sign_in(cast.worker)

    assert client.post(f"/messages/{message.pk}/read/").status_code == 404
    assert list(client.get("/messages/").context["rows"]) == []


@pytest.mark.parametrize("page", ["x", "0", "-1", "99999999999999999999"])
def test_a_page_that_is_none_is_another(cast, sign_in, message, page):
    assert sign_in(cast.secretary).get(f"/messages/?page={page}").status_code == 200


def test_more_messages_cost_no_more_statements(cast, sign_in, queries, message):
    client = sign_in(cast.secretary)
    counts = []
    for key in ("two", "three"):
        with queries() as seen:
            client.get("/messages/")
        counts.append(len(seen))
        outbox.tell(cast.secretary, "password_given", key=key)
        outbox.tell(cast.secretary, "password_given", key=key + "b")

    assert counts[0] == counts[1]


def test_what_is_unread_and_what_is_urgent_can_be_looked_at_alone(cast, sign_in, message):
    outbox.tell(cast.secretary, "health_alert", key="two", case=7)
    client = sign_in(cast.secretary)
    client.post(f"/messages/{message.pk}/read/")
    seen = {view: [row.key for row in client.get("/messages/", {"view": view}).context["rows"]] for view in VIEWS}

    assert seen == {"": ["two", "one"], "unread": ["two"], "urgent": ["two"], "\x00": ["two", "one"]}
