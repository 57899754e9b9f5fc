"""Staff off duty after an exposure whose health nobody has asked for: who is told, derived from the rows each minute."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Exposure, StaffCheck
from portal.accounts.models import Message, User
from portal.accounts.outbox import draft, send
from portal.lib.dates import moment
from residents.models import Community, DutyPolicy, Slot
from residents.services.health_checks import NOON
from residents.services.offices import office, officers
from residents.services.policies import duty_policies

# After a longer outage nobody is told of what is past caring about.
OFFICER_WITHIN = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Missed:
    """How many of a community were not asked in one half of a day, and when it was due."""

    community: Community
    day: dt.date
    slot: str
    count: int
    due_at: dt.datetime
    up_at: dt.datetime

    def told(self, kind: str, page: str, people: Iterable[User]) -> Iterator[Message]:
        """One message for each of these people: numbers, nobody's name."""
        for user in people:
            yield draft(
                user, kind, key=f"{kind}-{self.community.pk}-{self.day}-{self.slot}", link=reverse(page),
                community=self.community.name, slot=self.slot, count=self.count,
            )  # fmt: skip


def escalate(now: dt.datetime | None = None) -> int:
    """Tell a community at the hour, and its subdistrict when it goes on. The minute task calls it."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    drafts = [one for day in (today - dt.timedelta(days=1), today) for one in _told(day, now, missed(day, now))]
    send(drafts)
    return len(drafts)


def missed(day: dt.date, now: dt.datetime) -> list[Missed]:
    """Every half of a day that was due by now and is missing, by community."""
    rows = _followed(day)
    communities = list({row.community_id: row.community for row in rows}.values())
    policies = duty_policies(communities, day) if communities else {}
    halves = [
        _half(community, policies[community.pk], day, slot, [row for row in rows if row.community_id == community.pk])
        for community, slot in product(communities, Slot.values)
    ]
    return [half for half in halves if half.count and half.due_at <= now]


def _half(community: Community, policy: DutyPolicy, day: dt.date, slot: str, rows: list[Any]) -> Missed:
    due_at = moment(day, policy.staff_morning_by if slot == Slot.AM else policy.staff_evening_by)
    count = sum(slot in row.missing for row in rows)
    return Missed(community, day, slot, count, due_at, due_at + dt.timedelta(minutes=policy.officer_after_minutes))


def _followed(day: dt.date) -> list[Any]:
    """Who is followed on a day, each with the halves that were asked and are `missing`."""
    begun = moment(day + dt.timedelta(days=1), dt.time.min)
    checks = Prefetch("checks", StaffCheck.objects.filter(day=day), to_attr="taken")
    rows: list[Any] = list(
        Exposure.objects.filter(until__gte=day, stopped_at__lt=begun)
        .select_related("community__subdistrict")
        .prefetch_related(checks)
    )
    for row in rows:
        asked = {Slot.PM.value} | ({Slot.AM.value} if row.stopped_at < moment(day, NOON) else set())
        row.missing = asked - {check.slot for check in row.taken}
    return rows


def _told(day: dt.date, now: dt.datetime, halves: list[Missed]) -> Iterator[Message]:
    offices = office(half.community.pk for half in halves)
    above = officers(half.community for half in halves)
    for half in halves:
        # Only on the day itself: whoever was away then is not told of it the next morning.
        if day == timezone.localdate(now):
            yield from half.told("staff_checks_missed", "checkpoints:exposure_list", offices[half.community.pk])
        if half.up_at <= now < half.due_at + OFFICER_WITHIN:
            yield from half.told("staff_checks_still_missed", "residents:quarantine_count", above[half.community.pk])
