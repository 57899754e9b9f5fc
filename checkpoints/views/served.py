"""Who has served how long: for the community's thanks and certificates, and for the unit that looks after its people."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from checkpoints.models import Attendance
from checkpoints.services import attendance
from deployments.access import supervises
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.ATTENDANCE_VIEW)
def attendance_served(request: Request) -> HttpResponse:
    """The community: how many days and hours has each of them stood for us, and who has stood too long this week?"""
    return _page(request, Attendance.objects.within(request.communities), back="checkpoints:attendance_list")


@require_safe
@supervises
def supervision_served(request: HttpRequest) -> HttpResponse:
    """The unit's supervisor: are my people rested, and what have they done, wherever they stood?"""
    rows = Attendance.objects.filter(assignment__cadre__unit__in=request.units)  # type: ignore[attr-defined]
    return _page(request, rows, back="deployments:supervision")


def _page(request: HttpRequest, attendances: "QuerySet[Attendance]", *, back: str) -> HttpResponse:
    rows: Any = paged(request, attendance.served_by_each(attendances, timezone.localdate()))
    for row in rows:
        row["hours"], row["hours_in_week"] = attendance.hours(row["spent"]), attendance.hours(row["spent_in_week"])
    return page(request, "checkpoints/attendance/served.html", {"rows": rows, "back": back}, part="served-rows")
