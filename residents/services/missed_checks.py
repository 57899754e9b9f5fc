"""Checks that were missed, by community: a list for the offices above, and the second step, which goes up to them.

Both in numbers and without names.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Message
from portal.accounts.outbox import draft, send
from residents.models import Community, DutyPolicy, Slot
from residents.services import health_checks
from residents.services.offices import officers
from residents.services.policies import duty_policies


@dataclass(frozen=True)
class Missed:
    """How many of a community were not asked in one half of a day, and since when that is late."""

    community: Community
    slot: str
    count: int
    since: dt.time

    @property
    def label(self) -> str:
        return str(Slot(self.slot).label)


def listed(communities: Any, day: dt.date, now: dt.datetime) -> list[Missed]:
    """Every half of the day that is missing somewhere, what is late longest first; two statements for any number."""
    tallies = {row.pop("community_id"): row for row in _tallied(communities, day, now)}
    places = Community.objects.filter(pk__in=list(tallies)).select_related("subdistrict")
    found = [
        Missed(place, slot, tallies[place.pk][slot], tallies[place.pk][f"{slot}_since"])
        for place in places
        for slot in Slot.values
        if tallies[place.pk][slot]
    ]
    return sorted(found, key=lambda one: (one.since, -one.count, one.community.code))


def _tallied(communities: Any, day: dt.date, now: dt.datetime) -> Any:
    morning, evening = Q(late_am=True, done_am=False), Q(late_pm=True, done_pm=False)
    rows = health_checks.due_cases(communities, day, now).filter(health_checks.MISSED).order_by().values("community_id")
    return rows.annotate(
        am=Count("pk", filter=morning), pm=Count("pk", filter=evening),
        am_since=Min("morning_by", filter=morning), pm_since=Min("evening_by", filter=evening),
    )  # fmt: skip


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
            user, kind, key=f"{kind}-{community.pk}-{day}-{slot}", link=f"{reverse('residents:missed_check_list')}?day={day}",
            community=community.name, slot=slot, count=count,
        )  # fmt: skip
