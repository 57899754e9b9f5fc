"""The second step: what a community has missed for long goes up to its subdistrict, in numbers and without names."""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Message
from portal.accounts.outbox import draft, send
from residents.models import Community, DutyPolicy, Slot
from residents.services import health_checks
from residents.services.offices import officers
from residents.services.policies import duty_policies


def to_officers(now: dt.datetime | None = None) -> int:
    """Tell the officers of each half of a day that is still missing long after its hour: once. The minute task calls it."""
    now = now or timezone.now()
    every = DutyPolicy.objects.on(timezone.localdate(now)).values_list("officer_after_minutes", flat=True)
    drafts = [one for minutes in {*every, DutyPolicy().officer_after_minutes} for one in _late_by(minutes, now)]
    send(drafts)
    return len(drafts)


def _late_by(minutes: int, now: dt.datetime) -> Iterator[Message]:
    # What was late already so long ago and is missing to this moment; past midnight that is yesterday's evening.
    then = now - dt.timedelta(minutes=minutes)
    day = timezone.localdate(then)
    missed = health_checks.missed(day, then)
    for community in _where(missed, minutes, day):
        for slot in Slot.values:
            if count := missed[community.pk][slot]:
                yield from told("checks_still_missed", community, day, slot, count)


def _where(keys: Iterable[int], minutes: int, day: dt.date) -> list[Community]:
    """The communities of these keys that wait so long, each with its `officers`."""
    rows = list(Community.objects.filter(pk__in=list(keys)).select_related("subdistrict"))
    policies = duty_policies(rows, day)
    found = [community for community in rows if policies[community.pk].officer_after_minutes == minutes]
    above = officers(found)
    for community in found:
        community.officers = above[community.pk]  # type: ignore[attr-defined]
    return found


def told(kind: str, community: Community, day: dt.date, slot: str, count: int) -> Iterator[Message]:
    """One message for each officer of a community."""
    for user in community.officers:  # type: ignore[attr-defined]
        yield draft(
            user, kind, key=f"{kind}-{community.pk}-{day}-{slot}", link=reverse("residents:quarantine_count"),
            community=community.name, slot=slot, count=count,
        )  # fmt: skip
