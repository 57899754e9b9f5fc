"""Sending what waits: claimed channel by channel, at each channel's pace, many at once, none waiting for another.

A post is noted before it leaves. A worker killed in between loses nothing: its channels and deliveries are free again
after the lease, and what was in the air at that moment - one post a channel - may arrive twice, for nobody can know.
"""

import datetime as dt
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.accounts import wording
from portal.accounts.models import Channel, Delivery
from portal.accounts.services import landing, routing
from portal.accounts.services.posting import SECONDS, send

# So many posts in the air at once.
THREADS = 16
# A worker that has not been heard of for so long is taken for dead; longer than any post takes.
LEASE = dt.timedelta(seconds=60)
# A minute, and a little for clocks that differ.
WINDOW = 61.0
# So many messages are looked at for one post.
GATHERED = 60


@dataclass(frozen=True)
class Flight:
    """One post of one channel, and the deliveries it carries; `whole` unless more parts of the text follow."""

    channel: Channel
    text: str
    carried: list[Delivery]
    whole: bool = True


def run(*, seconds: float = 40.0, only: Channel | None = None) -> int:
    """Send what is due, for so many seconds at most; returns how many posts left."""
    end, posts, seen = time.monotonic() + seconds, 0, set[int]()
    flying: dict[Future, Flight] = {}
    routing.route()
    _expire()
    with ThreadPoolExecutor(THREADS) as pool:
        while True:
            if time.monotonic() < end:
                for channel in _claim(THREADS - len(flying), seen, only):
                    seen.add(channel.pk)
                    _launch(pool, flying, channel)
            if not flying:
                return posts
            done, _waiting = wait(flying, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                flight = flying.pop(future)
                landing.land(flight.channel, flight.carried, future.result(), whole=flight.whole)
                posts += 1
                if time.monotonic() < end:
                    _launch(pool, flying, flight.channel)
                else:
                    _release(flight.channel)


def _launch(pool: ThreadPoolExecutor, flying: dict[Future, Flight], channel: Channel) -> None:
    flight = _plan(channel)
    if flight is None:
        _release(channel)
        return
    text = wording.signed(flight.text, channel)
    flying[pool.submit(send, channel.platform, channel.address, channel.secret, text, SECONDS)] = flight


def _claim(room: int, seen: set[int], only: Channel | None) -> list[Channel]:
    """Take channels that have something to send; one that fails comes after those that are well."""
    now = timezone.now()
    due = Delivery.objects.filter(channel=OuterRef("pk"), state=Delivery.State.WAITING, next_at__lte=now)
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    rows = Channel.objects.filter(free, Exists(due), removed_at=None, dead_at=None, next_at__lte=now).exclude(pk__in=seen)
    if only is not None:
        rows = rows.filter(pk=only.pk)
    if room <= 0 or not rows.exists():
        return []
    with transaction.atomic():
        locked = rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
        found = list(locked.order_by("failures", "next_at")[:room])
        claim = uuid.uuid4()
        Channel.objects.filter(pk__in=[row.pk for row in found]).update(claim=claim, claimed_until=now + LEASE)
    for row in found:
        row.claim = claim
    return found


@transaction.atomic
def _plan(channel: Channel) -> Flight | None:
    """Choose the next post and note it before it leaves; None when nothing more may leave now."""
    now = timezone.now()
    held = Channel.objects.select_for_update(of=("self",), no_key=True).filter(pk=channel.pk, claim=channel.claim).first()
    if held is None or held.dead_at or held.removed_at or held.next_at > now:
        return None
    posts = [moment for moment in held.posts if moment > now.timestamp() - WINDOW]
    if len(posts) >= held.per_minute:
        Channel.objects.filter(pk=held.pk).update(next_at=dt.datetime.fromtimestamp(posts[0] + WINDOW, dt.UTC))
        return None
    flight = _compose(channel, _due(held, now))
    if flight is None:
        return None
    posts.append(now.timestamp())
    Channel.objects.filter(pk=held.pk).update(posts=posts[-held.per_minute :], claimed_until=now + LEASE)
    for delivery in flight.carried:
        delivery.attempts, delivery.tried_at, delivery.next_at = delivery.attempts + 1, now, now + LEASE
    Delivery.objects.bulk_update(flight.carried, ["attempts", "tried_at", "next_at"])
    return flight


def _due(channel: Channel, now: dt.datetime) -> list[Delivery]:
    rows = Delivery.objects.filter(channel=channel, state=Delivery.State.WAITING, next_at__lte=now)
    if channel.quiet_at(now):
        # They may have been set after it was routed.
        rows = rows.filter(message__urgent=True)
    return list(rows.select_related("message").order_by("-message__urgent", "message_id")[:GATHERED])


def _compose(channel: Channel, due: list[Delivery]) -> Flight | None:
    """As many messages as one post holds; a long one by itself, part by part; one that was refused by itself."""
    if not due:
        return None
    first, *others = due
    pieces = wording.parts(wording.outside(first.message, channel), channel)
    if len(pieces) > 1:
        number = min(first.parts_sent, len(pieces) - 1)
        return Flight(channel, pieces[number], [first], whole=number == len(pieces) - 1)
    text, carried = pieces[0], [first]
    for other in [] if first.fault else others:
        longer = text + wording.GAP + wording.outside(other.message, channel)
        if other.fault or wording.size(longer) > wording.room(channel):
            break
        text = longer
        carried.append(other)
    return Flight(channel, text, carried)


def _release(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk, claim=channel.claim).update(claim=None, claimed_until=None)


def _expire() -> None:
    """Put aside what is too old to be sent."""
    old = timezone.now() - routing.STALE
    rows = Delivery.objects.filter(state=Delivery.State.WAITING, message__created_at__lt=old)
    if rows.exists():
        rows.update(state=Delivery.State.EXPIRED)
