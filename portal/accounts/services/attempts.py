"""How often one may try a password, or do something else without a sign-in (`count`).

Whoever signed in on this device before has a count of their own: an attack from elsewhere, even from the same
office's address, does not lock out the secretary at night. Everybody else is limited by address, by account and
address, and, more generously, by account.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from portal.accounts.models import Attempt
from portal.lib.crypto import lookup_hash
from portal.lib.prepared import Prepared


@dataclass(frozen=True)
class Limit:
    """So many failures in so many minutes."""

    failures: int
    minutes: int


KNOWN_DEVICE = Limit(10, 5)
ACCOUNT_AT_ADDRESS = Limit(5, 5)
ADDRESS = Limit(30, 10)
ACCOUNT = Limit(60, 60)
LONGEST = dt.timedelta(minutes=60)


def limits_of(*, account: str, address: str, device: str) -> dict[str, Limit]:
    """The counts that an attempt adds to; `device` is empty on a device where the account never signed in."""
    if device:
        return {lookup_hash(f"device {device} {account}"): KNOWN_DEVICE}
    return {
        lookup_hash(f"pair {account} {address}"): ACCOUNT_AT_ADDRESS,
        lookup_hash(f"address {address}"): ADDRESS,
        lookup_hash(f"account {account}"): ACCOUNT,
    }


def begin(*, account: str, address: str, device: str) -> list[int]:
    """Count an attempt before the password is looked at; returns its rows, or nothing where a limit is reached.

    Written first and counted afterwards, each by itself: of many attempts at once none slips by unseen.
    """
    return count(limits_of(account=account, address=address, device=device))


def count(limits: Mapping[str, Limit]) -> list[int]:
    """Count an attempt against each limit; returns its rows, or nothing where one is reached."""
    rows, found = written(limits)
    if any(found[key] > limit.failures for key, limit in limits.items()):
        # A refused attempt must not prolong the wait.
        forgive(rows)
        return []
    return rows


def reached(limits: Mapping[str, Limit]) -> bool:
    """Whether one of the limits is reached, without counting an attempt: for what costs nothing as long as it is right."""
    found = _found(limits)
    return any(found[key] >= limit.failures for key, limit in limits.items())


def written(limits: Mapping[str, Limit]) -> tuple[list[int], dict[str, int]]:
    """Write an attempt down against each limit; returns its rows, and how many there are by now in the minutes of each."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    # Its own transaction, or part of another that must wait for the disk.
    alone = connection.vendor == "postgresql" and not connection.in_atomic_block
    rows = _write(len(limits), alone).rows({"now": now, **{f"key{place}": key for place, key in enumerate(limits)}})
    return [row[0] for row in rows], _found(limits)


def _found(limits: Mapping[str, Limit]) -> dict[str, int]:
    now, values = timezone.now(), dict[str, Any]()
    for place, (key, limit) in enumerate(limits.items()):
        since = connection.ops.adapt_datetimefield_value(now - dt.timedelta(minutes=limit.minutes))
        values |= {f"key{place}": key, f"since{place}": since}
    (counts,) = _count(len(limits)).rows(values)
    return dict(zip(limits, counts, strict=True))


# Both are asked with every request of a resident: planning them takes longer than what they do.


@lru_cache
def _write(many: int, alone: bool) -> Prepared:
    lines = ", ".join(f"(%(key{place})s, %(now)s)" for place in range(many))
    # Everybody sees it at once; that a power cut may take back half a second of counts is worth no wait for the disk.
    quick = ", set_config('synchronous_commit', 'off', true)" if alone else ""
    sql = f"INSERT INTO accounts_attempt (key, at) VALUES {lines} RETURNING id{quick}"  # noqa: S608 - names of places
    name = f"attempts_written_{many}{'_alone' if alone else ''}"
    return Prepared(name, sql, now="timestamptz", **{f"key{place}": "text" for place in range(many)})


@lru_cache
def _count(many: int) -> Prepared:
    one = "(SELECT count(*) FROM accounts_attempt WHERE key = %(key{place})s AND at > %(since{place})s)"
    types = {f"{name}{place}": kind for place in range(many) for name, kind in (("key", "text"), ("since", "timestamptz"))}
    return Prepared(f"attempts_counted_{many}", f"SELECT {', '.join(one.format(place=n) for n in range(many))}", **types)


def forgive(rows: list[int]) -> None:
    """Take back an attempt that was no failure."""
    Attempt.objects.filter(pk__in=rows).delete()


def forget(*, now: dt.datetime) -> int:
    """Drop what no limit looks at any more."""
    return Attempt.objects.filter(at__lt=now - LONGEST).delete()[0]
