"""What stands at the terminal after a start: addresses that work, from here and from a phone."""

import importlib

import pytest
from django.core.management import call_command

from portal import gunicorn
from portal.management.commands import welcome
from tests.factories import UserFactory

NAMES = [f"http://{one}:8000" for one in ["127.0.0.1", *welcome.own_addresses()]]


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", ["http://127.0.0.1:8000"]),
        ("portal.example.org", ["http://portal.example.org:8000"]),
        ("::1", ["http://[::1]:8000"]),
        ("[::1]", ["http://[::1]:8000"]),
        ("0.0.0.0", NAMES),
        ("::", NAMES),
    ],
)
def test_whoever_shares_the_network_is_told_an_address_of_their_own(host, found):
    assert welcome.addresses(host, 8000) == found


@pytest.fixture
def answering(monkeypatch):
    """No server is started for what is printed."""
    monkeypatch.setattr(welcome, "answers", lambda url: True)


def test_links_are_for_the_phone_where_one_is_let_in(db, answering, capsys, settings):
    UserFactory(username="secretary", password=settings.DEMO_PASSWORD)

    call_command("welcome", host="0.0.0.0", port=8000)

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "http" in line] == [
        "下沉值守 is ready: http://127.0.0.1:8000/   (Ctrl-C stops everything)",
        *(f"From a phone in the same room: {name}/" for name in NAMES[1:]),
    ]


def test_another_password_than_at_first_is_said(db, answering, capsys, settings):
    UserFactory(username="secretary", password="another-one")

    call_command("welcome")

    assert "The password of the sign-ins is not DEMO_PASSWORD" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "bind"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000"), ("[::]", "[::]:8000"), ("::", "[::]:8000")]
)
def test_the_web_server_puts_brackets_around_many_colons(monkeypatch, host, bind):
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8000")
    try:
        assert importlib.reload(gunicorn).bind == bind
    finally:
        monkeypatch.undo()
        importlib.reload(gunicorn)
