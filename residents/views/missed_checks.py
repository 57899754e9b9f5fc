"""Which communities have missed checks: for the offices above, in numbers."""

import datetime as dt

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.dates import asked_day
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.services import missed_checks


@require_safe
@requires(Permission.QUARANTINE_COUNT)
def missed_check_list(request: Request) -> HttpResponse:
    """I see which communities have not asked everybody in quarantine, what is late longest first; never who it is."""
    now = timezone.now()
    today = timezone.localdate(now)
    yesterday = today - dt.timedelta(days=1)
    # A check is written down for today or yesterday; what lies further back nobody can make up for.
    day = yesterday if asked_day(request) == yesterday else today
    found = missed_checks.listed(request.communities, day, now)
    context = {
        "day": day, "today": today, "yesterday": yesterday, "rows": paged(request, found),
        "people": sum(one.count for one in found), "places": len({one.community.pk for one in found}),
    }  # fmt: skip
    return page(request, "residents/quarantine/missed.html", context, part="missed-rows")
