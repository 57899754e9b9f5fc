"""When a gate is busy, found from a week of its log, and who should stand there as well."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.db.models.functions import Ceil
from django.utils import timezone

from checkpoints.models import Passage, Post, Shift
from checkpoints.services import shifts
from portal.accounts.models import User

WEEK = 7
# An hour is busy from one and a half times the gate's own usual hour, and never below so many people.
BUSY, LEAST = 1.5, 20
# Whom one more person can look after in an hour.
A_PERSON = 60
HOURS = 24


@dataclass(frozen=True)
class Peak:
    """Hours that follow each other in which a gate is busy: how many pass in the busiest, how many more people it takes."""

    starts: int
    ends: int
    passages: int
    more: int

    @property
    def hours(self) -> str:
        return f"{self.starts:02}:00–{self.ends % HOURS:02}:00"


@dataclass(frozen=True)
class Flow:
    """A gate's usual day: passages by hour, its peaks, and those of them that a peak shift covers already."""

    post: Post
    by_hour: list[int]
    peaks: list[Peak]
    covered: set[int]

    @property
    def most(self) -> int:
        return max(self.by_hour)


def flows(communities: Any, day: dt.date) -> list[Flow]:
    """The gates' usual day, from the seven days before today; three statements however many gates and passages there are."""
    today = timezone.localdate()
    gates = list(
        Post.objects.within(communities).in_use().gates().select_related("compound__community").order_by("compound", "pk")
    )
    rows = (
        Passage.objects.standing()
        .filter(post__in=[gate.pk for gate in gates], day__gte=today - dt.timedelta(days=WEEK), day__lt=today)
        .order_by()
        .values_list("post", "hour")
        .annotate(mean=Ceil(Count("pk") * 1.0 / WEEK))
    )
    hours: dict[int, list[int]] = defaultdict(lambda: [0] * HOURS)
    for post, hour, mean in rows:
        hours[post][hour] = int(mean)
    covered = _covered(gates, day)
    return [Flow(gate, hours[gate.pk], peaks_of(hours[gate.pk]), covered[gate.pk]) for gate in gates]


def peaks_of(by_hour: list[int]) -> list[Peak]:
    """The busy hours of a day, put together where they follow each other."""
    open_hours = [number for number in by_hour if number]
    if not open_hours:
        return []
    usual = sum(open_hours) / len(open_hours)
    limit = max(usual * BUSY, LEAST)
    found: list[list[int]] = []
    for hour, number in enumerate(by_hour):
        if number < limit:
            continue
        if found and found[-1][-1] == hour - 1:
            found[-1].append(hour)
        else:
            found.append([hour])
    return [_peak(hours, by_hour, usual) for hours in found]


def _peak(hours: list[int], by_hour: list[int], usual: float) -> Peak:
    most = max(by_hour[hour] for hour in hours)
    return Peak(hours[0], hours[-1] + 1, most, max(round((most - usual) / A_PERSON), 1))


def offer(*, post: Post, day: dt.date, starts: int, by: User) -> Shift:
    """Put a peak shift on the roster, as the flow of the week says; raises Refused where one stands already."""
    flow = next(flow for flow in flows([post.compound.community], day) if flow.post == post)
    peak = next((peak for peak in flow.peaks if peak.starts == starts), Peak(starts, starts + 1, 0, 1))
    ends = dt.time(peak.ends % HOURS)
    return shifts.add(
        post_id=post.pk, day=day, kind=Shift.Kind.PEAK, starts=dt.time(starts), ends=ends, required=peak.more, by=by
    )


def _covered(gates: list[Post], day: dt.date) -> dict[int, set[int]]:
    """The first hours of the peak shifts that stand on a day, by gate."""
    rows = Shift.objects.standing().filter(post__in=[gate.pk for gate in gates], day=day, kind=Shift.Kind.PEAK)
    found: dict[int, set[int]] = defaultdict(set)
    for post, starts_at in rows.values_list("post", "starts_at"):
        found[post].add(timezone.localtime(starts_at).hour)
    return found
