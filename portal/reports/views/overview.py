"""Communities x days."""

import datetime as dt

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.dates import asked_day
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.reports import overview as seen
from portal.reports.figures import MAIN
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.OVERVIEW_VIEW)
def overview(request: Request) -> HttpResponse:
    """I see who has not reported, accept what is good, and read the sums."""
    day = min(asked_day(request), timezone.localdate())
    state = request.GET.get("state", "")
    communities = request.communities
    if state in seen.LOOKS:
        communities = seen.with_state(communities, day, state)
    rows = paged(request, seen.on_duty(communities, day))
    shown = request.communities.filter(pk__in=[row.pk for row in rows])
    groups = seen.consolidated(request.communities, day)
    grid = seen.grid(shown, day)
    context = {
        "day": day,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1) if day < timezone.localdate() else None,
        "days": seen.days_before(day),
        "rows": rows,
        "grid": grid,
        "can_accept": any(cells[0] and cells[0].kind in ("submitted", "late") for _row, cells in grid),
        "stats": seen.stats(request.communities, day),
        "looks": seen.LOOKS,
        "state": state,
        "groups": groups,
        "sums": [(figure, [group.numbers[figure.key] for group in groups]) for figure in MAIN],
    }
    return page(request, "reports/overview/overview.html", context, part="overview-rows")
