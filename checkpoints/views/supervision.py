"""A sending unit sees how its people are today."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from checkpoints.services import unit_day
from deployments.access import supervises
from portal.lib.pages import page
from portal.lib.paging import paged


@require_safe
@supervises
def supervision_today(request: HttpRequest) -> HttpResponse:
    """The unit's supervisor: are my people present, rested, well?"""
    people = unit_day.people_of(request.units)  # type: ignore[attr-defined]
    context = {
        "units": request.units,  # type: ignore[attr-defined]
        "rows": paged(request, people),  # type: ignore[arg-type]
        "stats": unit_day.stats(people),
    }
    return page(request, "checkpoints/attendance/unit_day.html", context, part="unit-rows")
