"""Addresses people typed in: nothing leads into a private network, nothing is followed, nothing waits for ever."""

import time

import pytest

from portal.lib import outgoing
from portal.lib.outgoing import NotSent, Trouble, is_public, parse, post, resolve
from tests.bots import bots


@pytest.fixture
def server(settings):
    with bots() as running:
        settings.OUTGOING_HOSTS = [running.host]
        yield running


def trouble(work) -> Trouble:
    with pytest.raises(NotSent) as caught:
        work()
    return caught.value.trouble


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org", "//example.org",
        "https://", "https://user@example.org/", "https://user:key@example.org/", "https://example.org/#part",
        "https://example.org:99999/", "https://example.org:x/", "https://exa mple.org/", "https://example.org/\r\nX: y",
        "https://例子.org/", "https://[::1", "https://example.org\\@127.0.0.1/", "https://e.org/" + "x" * 500, "https://\x00.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anybody_is_asked(address):
    assert trouble(lambda: parse(address)) == Trouble.ADDRESS


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0",
        "127.1", "0x7f000001", "2130706433", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]", "224.0.0.1", "255.255.255.255", "localhost.",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_however_it_is_written(host):
    assert trouble(lambda: resolve(parse(f"https://{host}/hook"))) == Trouble.PRIVATE


@pytest.mark.parametrize(("ip", "public"), [("8.8.8.8", True), ("2400:3200::1", True), ("64:ff9b::808:808", True)])
def test_the_open_internet_is_public(ip, public):
    assert is_public(ip) is public


def test_a_host_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    found = [(2, 1, 6, "", (ip, 443)) for ip in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *a, **k: found)

    assert trouble(lambda: resolve(parse("https://two-faced.example/"))) == Trouble.PRIVATE


def test_a_host_the_settings_name_is_reached_and_its_answer_read(server):
    answer = post(server.address("/ok?key=1"), b'{"text": "hello"}', headers={})

    assert (answer.status, server.texts("/ok?key=1")) == (200, ["hello"])


def test_only_that_port_of_it(server):
    assert trouble(lambda: parse("http://127.0.0.1:1/")) == Trouble.ADDRESS


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest/", "https://example.org/", "/elsewhere", "file:///etc/passwd"]
)
def test_a_redirect_is_not_followed(server, place):
    server.moods["/ok"] = (302, place)

    assert trouble(lambda: post(server.address("/ok"), b'{"text": "x"}', headers={})) == Trouble.REDIRECT
    assert list(server.posts) == ["/ok"]


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_whoever_hangs_or_drips_is_left_in_time(server, mood):
    server.moods["/ok"] = mood
    begun = time.monotonic()

    assert trouble(lambda: post(server.address("/ok"), b'{"text": "x"}', headers={}, seconds=0.6)) == Trouble.TIMEOUT
    assert time.monotonic() - begun < 3


def test_nobody_there_and_no_https_there_are_told_apart(server, settings):
    settings.OUTGOING_HOSTS = ["127.0.0.1"]
    port = server.server_address[1]
    assert trouble(lambda: post("http://127.0.0.1:9/", b"{}", headers={})) == Trouble.CLOSED
    assert trouble(lambda: post(f"https://127.0.0.1:{port}/", b"{}", headers={})) == Trouble.TLS
