"""What an answer means for the deliveries of a post and for their channel: sent, again later, given up."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from portal.accounts import outbox
from portal.accounts.models import Channel, Delivery, Fault
from portal.accounts.platforms import Verdict
from portal.accounts.services.posting import Outcome

# Minutes until a channel that failed so many times in a row is tried again; after the last it is given up.
PAUSES = (1, 2, 4, 8, 15)
# A message that a bot refuses so often, by itself at last, is given up; the channel goes on.
REFUSALS = 3
SLOW = dt.timedelta(seconds=61)


@transaction.atomic
def land(channel: Channel, carried: list[Delivery], outcome: Outcome, *, whole: bool) -> None:
    """Write down what came of a post."""
    now = timezone.now()
    rows = Delivery.objects.filter(pk__in=[row.pk for row in carried], state=Delivery.State.WAITING)
    if outcome.verdict == Verdict.SENT:
        if whole:
            rows.update(state=Delivery.State.SENT, sent_at=now, fault="")
        else:
            rows.update(parts_sent=F("parts_sent") + 1, next_at=now, fault="")
        _channel(channel, failures=0, fault="", sent_at=now)
    elif outcome.verdict == Verdict.SLOW:
        rows.update(next_at=now + SLOW, attempts=F("attempts") - 1)
        _channel(channel, next_at=now + SLOW, fault=Fault.SLOW)
    elif outcome.verdict == Verdict.UNFIT:
        rows.filter(attempts__gte=REFUSALS).update(state=Delivery.State.FAILED, fault=outcome.fault)
        rows.filter(attempts__lt=REFUSALS).update(next_at=now, fault=outcome.fault)
    else:
        rows.update(next_at=now)
        _failed(channel, outcome, now)


def _failed(channel: Channel, outcome: Outcome, now: dt.datetime) -> None:
    """Leave a channel alone for a while, and for good when it goes on."""
    held = Channel.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=channel.pk)
    failures = held.failures + 1
    if outcome.verdict == Verdict.GONE or failures > len(PAUSES):
        _channel(channel, failures=failures, fault=outcome.fault, dead_at=now)
        _tell(held, now)
    else:
        pause = dt.timedelta(minutes=PAUSES[failures - 1])
        _channel(channel, failures=failures, fault=outcome.fault, next_at=now + pause)


def _tell(channel: Channel, now: dt.datetime) -> None:
    """Its owner hears of it where the portal itself speaks; of a chat group's its community sees to it."""
    if channel.user:
        key = f"channel_dead-{channel.pk}-{now:%Y%m%d%H%M%S%f}"
        outbox.tell(channel.user, "channel_dead", key=key, link=reverse("accounts:channel_list"), channel=channel.host)


def _channel(channel: Channel, **values: Any) -> None:
    Channel.objects.filter(pk=channel.pk).update(**values)
