"""Posting to addresses that people typed in: never into a private network, never further than asked, never for ever.

Nothing here quotes an address, for it holds the key of a bot: what went wrong is one of `Trouble`.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS = 10.0
# An answer longer than this is not read: whoever sends one is no bot.
LONGEST_ANSWER = 64 * 1024
LONGEST_ADDRESS = 500
# Addresses that lead to an IPv4 address of their own choosing.
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Trouble(StrEnum):
    """Why nothing was sent."""

    ADDRESS = "address"  # not an address anybody may post to
    PRIVATE = "private"  # it leads into a private network
    UNKNOWN = "unknown"  # no such host
    CLOSED = "closed"  # nobody answers there
    TLS = "tls"  # its certificate does not hold
    TIMEOUT = "timeout"
    REDIRECT = "redirect"  # it wants to be asked elsewhere
    NONSENSE = "nonsense"  # what it answers is not HTTP


class NotSent(Exception):  # noqa: N818 - an answer, as Refused is
    """Nothing was sent, or nobody can tell; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Answer:
    """What the other side said."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    parts: SplitResult
    host: str
    port: int
    # Named in the settings: a bot of one's own network, reached by plain http if need be.
    trusted: bool

    @property
    def path(self) -> str:
        query = f"?{self.parts.query}" if self.parts.query else ""
        return f"{self.parts.path or '/'}{query}"


def parse(address: str) -> Target:
    """Take an address apart; NotSent where nobody should post to it. Asks no name server."""
    if not 0 < len(address) <= LONGEST_ADDRESS or not address.isascii() or not address.isprintable() or " " in address:
        raise NotSent(Trouble.ADDRESS)
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotSent(Trouble.ADDRESS) from error
    host = (parts.hostname or "").rstrip(".")
    trusted = bool({host, f"{host}:{port}"} & set(settings.OUTGOING_HOSTS))
    if not host or parts.username is not None or parts.fragment or "\\" in address:
        raise NotSent(Trouble.ADDRESS)
    if not (parts.scheme == "https" or (parts.scheme == "http" and trusted)):
        raise NotSent(Trouble.ADDRESS)
    return Target(parts, host, port, trusted)


def resolve(target: Target) -> str:
    """The one IP address to connect to: every address of the host has to be public, so that none can be slipped in later."""
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NotSent(Trouble.UNKNOWN) from error
    if not found:
        raise NotSent(Trouble.UNKNOWN)
    if not target.trusted and not all(is_public(ip) for ip in found):
        raise NotSent(Trouble.PRIVATE)
    return found[0]


def is_public(ip: str) -> bool:
    """Whether an address is one of the open internet, also by what it wraps."""
    found = ipaddress.ip_address(ip)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if found in NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner and not is_public(str(inner)):
            return False
    return found.is_global and not found.is_multicast


def post(address: str, body: bytes, *, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """Post once, within so many seconds in all; a redirect is not followed."""
    end = time.monotonic() + seconds
    target = parse(address)
    line = _Line(target, resolve(target), max(end - time.monotonic(), 0.1))
    # A server that sends a byte now and then keeps every single read alive: the whole has an end of its own.
    watch = threading.Timer(max(end - time.monotonic(), 0.1), line.cut)
    watch.daemon = True
    watch.start()
    try:
        return _asked(line, target, body, headers)
    finally:
        watch.cancel()
        line.close()


def _asked(line: "_Line", target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    try:
        line.request("POST", target.path, body=body, headers={"Host": target.parts.netloc, **headers})
        said = line.getresponse()
        answer = Answer(said.status, said.read(LONGEST_ANSWER))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSent(_trouble(error, line)) from error
    if line.was_cut:
        raise NotSent(Trouble.TIMEOUT)
    if 300 <= answer.status < 400:
        raise NotSent(Trouble.REDIRECT)
    return answer


def _trouble(error: Exception, line: "_Line") -> Trouble:
    if line.was_cut or isinstance(error, TimeoutError):
        return Trouble.TIMEOUT
    if isinstance(error, ssl.SSLError):
        return Trouble.TLS
    return Trouble.CLOSED if isinstance(error, OSError) else Trouble.NONSENSE


class _Line(http.client.HTTPConnection):
    """A connection to the IP address that was looked at; the name is asked no second time."""

    def __init__(self, target: Target, ip: str, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self.ip, self.name = ip, target.host
        self.context = ssl.create_default_context() if target.parts.scheme == "https" else None
        self.was_cut = False

    def connect(self) -> None:
        self.sock = socket.create_connection((self.ip, self.port), self.timeout)
        if self.context:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.name)

    def cut(self) -> None:
        """End it from outside, whatever it waits for."""
        self.was_cut = True
        if self.sock:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
