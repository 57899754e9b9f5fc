"""A sending unit's day: are its people present, rested and well, wherever they stand."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Attendance, Exposure, Shift, seen_on
from checkpoints.services import attendance
from checkpoints.services.attendance import LENGTH, Standing, standing
from deployments.models import Leave, Secondment
from portal.lib.dates import week_of
from portal.lib.stats import Stat
from residents.services.policies import duty_policies

# Six days of eight hours: more than this in a week is told to the unit.
MANY_HOURS = 48


@dataclass
class Person:
    """One of the unit's people today: the shifts with how each stands, the hours of the week, why somebody is off duty."""

    secondment: Secondment
    shifts: list[tuple[Assignment, Standing]] = field(default_factory=list)
    hours_in_week: int = 0
    last_ended_at: dt.datetime | None = None
    leave: Leave | None = None
    exposure: Exposure | None = None

    @property
    def is_tired(self) -> bool:
        """Whether the week has been long."""
        return self.hours_in_week > MANY_HOURS

    @property
    def is_missed(self) -> bool:
        """Whether a shift has begun that nobody has signed in for."""
        return any(how.state in {"waiting", "absent"} for _row, how in self.shifts)

    @property
    def has_come(self) -> bool:
        return any(hasattr(row, "attendance") for row, _how in self.shifts)


def people_of(units: Any, now: dt.datetime | None = None) -> list[Person]:
    """Everybody of these units who serves today; whoever is missed first, then whoever has a shift, then by name."""
    now = now or timezone.now()
    day = timezone.localdate(now)
    rows = Secondment.objects.filter(cadre__unit__in=units).serving().on(day)
    found = {row.cadre_id: Person(row) for row in rows.select_related("cadre", "community", "compound")}
    _put_shifts(found, day, now)
    _put_hours(found, day)
    for leave in Leave.objects.filter(
        secondment__cadre__in=found, state=Leave.State.APPROVED, starts_at__lte=now, ends_at__gt=now
    ):
        found[leave.secondment.cadre_id].leave = leave
    for exposure in Exposure.objects.filter(cadre__in=found, until__gte=day).select_related("compound"):
        found[exposure.cadre_id].exposure = exposure
    return sorted(found.values(), key=lambda one: (not one.is_missed, not one.shifts, one.secondment.cadre.name))


def _put_shifts(found: dict[int, Person], day: dt.date, now: dt.datetime) -> None:
    rows = list(
        Assignment.objects.standing()
        .filter(seen_on(day, now, "shift__"), cadre__in=found, shift__state=Shift.State.PUBLISHED)
        .select_related("attendance", "shift__post__compound__community__subdistrict")
        .order_by("starts_at")
    )
    policies = duty_policies({row.shift.post.compound.community for row in rows}, day) if rows else {}
    for row in rows:
        policy = policies[row.shift.post.compound.community_id]
        found[row.cadre_id].shifts.append((row, standing(row, policy, now)))


def _put_hours(found: dict[int, Person], day: dt.date) -> None:
    week = week_of(day)
    rows = Attendance.objects.filter(assignment__cadre__in=found, assignment__shift__day__range=(week[0], week[-1])).order_by()
    counted = rows.values_list("assignment__cadre").annotate(spent=Sum(LENGTH), last=Max("signed_out_at"))
    for cadre, spent, last in counted:
        found[cadre].hours_in_week, found[cadre].last_ended_at = attendance.hours(spent), last


def stats(people: list[Person]) -> list[Stat]:
    """The numbers of the day."""
    planned = [one for one in people if one.shifts]
    missed = sum(one.is_missed for one in people)
    tired = sum(one.is_tired for one in people)
    off = sum(one.exposure is not None for one in people)
    return [
        Stat(_("serving today"), len(people)),
        Stat(_("came today"), sum(one.has_come for one in planned), of=len(planned), tone="ok"),
        Stat(_("not signed in"), missed, tone="bad" if missed else ""),
        Stat(_("on leave"), sum(one.leave is not None for one in people)),
        Stat(_("off duty after an exposure"), off, tone="warn" if off else ""),
        Stat(_("more than 48 hours this week"), tired, tone="warn" if tired else ""),
    ]
