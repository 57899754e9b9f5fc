"""Who lives alone, needs somebody, and has not been met today.

Met is whoever a round, a health check or an errand has reached today; a lit window is no meeting. Derived from the rows,
so that the list empties itself as people go from door to door.
"""

import datetime as dt
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from portal.lib.dates import moment
from residents.models import CareProfile, Errand, HealthCheck, QuarantineCase, Resident, Stop
from residents.models.quarantine import FOLLOWED

CARED_FOR = Q(cared_for=True)
IN_QUARANTINE = Q(in_quarantine=True)


def unmet(communities: Any, day: dt.date | None = None) -> "QuerySet[Resident]":
    """People who live alone, are called on every day or are in quarantine at home, and whom nobody has met on a day."""
    day = day or timezone.localdate()
    begin, end = moment(day, dt.time.min), moment(day + dt.timedelta(days=1), dt.time.min)
    others = Resident.objects.living_in().filter(dwelling=OuterRef("dwelling")).exclude(pk=OuterRef("pk"))
    care = CareProfile.objects.live().filter(resident=OuterRef("pk"), category__visits_a_day__gt=0)
    cases = QuarantineCase.objects.filter(resident=OuterRef("pk"), state__in=FOLLOWED)
    stops = _meetings().filter(dwelling=OuterRef("dwelling"), done_at__gte=begin, done_at__lt=end)
    checks = HealthCheck.objects.filter(case__resident=OuterRef("pk"), day=day)
    errands = Errand.objects.filter(dwelling=OuterRef("dwelling"), delivered_at__gte=begin, delivered_at__lt=end)
    rows = Resident.objects.within(communities).living_in()
    rows = rows.annotate(cared_for=Exists(care), in_quarantine=Exists(cases)).filter(CARED_FOR | IN_QUARANTINE)
    return rows.exclude(Exists(others)).exclude(Exists(stops)).exclude(Exists(checks)).exclude(Exists(errands))


def _meetings() -> "QuerySet[Stop]":
    return Stop.objects.filter(state=Stop.State.DONE).exclude(round__kind="light_count")


def listed(rows: Any) -> "QuerySet[Resident]":
    """The same in the order of the doors, those in quarantine first, each with `lists` of care and when a round last came."""
    last = _meetings().filter(dwelling=OuterRef("dwelling")).order_by().values("dwelling").annotate(at=Max("done_at"))
    care = Prefetch("care", CareProfile.objects.live().select_related("category"), to_attr="lists")
    home, door = "dwelling__entrance__building", "dwelling__entrance__number"
    # Numbers are text: 10 follows 9.
    number, entrance = (Length(f"{home}__number"), f"{home}__number"), (Length(door), door)
    return (
        rows.annotate(last_met_at=last.values("at"))
        .select_related("community__subdistrict", f"{home}__compound")
        .prefetch_related(care)
        .order_by("-in_quarantine", f"{home}__compound", *number, *entrance, "-dwelling__floor", "dwelling__room_no", "pk")
    )
