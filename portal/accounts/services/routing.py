"""Which message leaves by which channel, and when: derived from rows, once."""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Channel, Delivery, Message

AT_ONCE = 500
# What was not sent for so long is read in the portal; nobody wants yesterday's reminder at night.
STALE = dt.timedelta(hours=24)
# Read in the portal only: that a channel is dead is not said by it.
INSIDE = frozenset({"channel_dead", "password_given"})


def route() -> None:
    """Give every new message its deliveries."""
    while Message.objects.filter(routed_at=None).exists():
        if not _some():
            # Another worker has them.
            return


@transaction.atomic
def _some() -> int:
    now = timezone.now()
    locked = Message.objects.select_for_update(skip_locked=True)
    rows = list(locked.filter(routed_at=None).order_by("id")[:AT_ONCE])
    fresh = [row for row in rows if row.created_at > now - STALE and row.kind not in INSIDE]
    ways = _ways(fresh)
    made = [_delivery(row, way, now) for row in fresh for way in ways[row.channel_id, row.to_id] if _fits(row, way)]
    # One that exists already stays as it is.
    Delivery.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(routed_at=now)
    return len(rows)


def _ways(rows: list[Message]) -> dict[tuple[int | None, int | None], list[Channel]]:
    """The channels of the readers, by (channel, person)."""
    found: dict[tuple[int | None, int | None], list[Channel]] = defaultdict(list)
    people = {row.to_id for row in rows if row.to_id}
    groups = {row.channel_id for row in rows if row.channel_id}
    for channel in Channel.objects.filter(removed_at=None, user__in=people, user__is_active=True):
        found[None, channel.user_id].append(channel)
    for channel in Channel.objects.filter(removed_at=None, pk__in=groups):
        found[channel.pk, None].append(channel)
    return found


def _fits(message: Message, channel: Channel) -> bool:
    """A channel is not told what was said before it was there."""
    return message.created_at >= channel.created_at and (message.urgent or not channel.only_urgent)


def _delivery(message: Message, channel: Channel, now: dt.datetime) -> Delivery:
    return Delivery(message=message, channel=channel, next_at=now if message.urgent else _calm(channel, now))


def _calm(channel: Channel, now: dt.datetime) -> dt.datetime:
    """When something that does not hurry may leave: with the next gathering, after the quiet hours."""
    moment = now
    if channel.digest_minutes:
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        step = dt.timedelta(minutes=channel.digest_minutes)
        moment = midnight + ((now - midnight) // step + 1) * step
    return channel.quiet_end(moment)
