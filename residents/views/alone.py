"""Who is alone and has not been met today."""

from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.lib.keys import LONGEST, packed
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.masking import Eyes
from residents.services import alone

COMPOUND = "dwelling__entrance__building__compound"


@require_safe
@requires(Permission.RESIDENT_VIEW)
def alone_list(request: Request) -> HttpResponse:
    """I see whom nobody has met today, go to the next door or ring, and the line goes away."""
    every = alone.unmet(request.communities)
    pills = list(every.order_by(COMPOUND).values_list(COMPOUND, f"{COMPOUND}__name").annotate(n=Count("pk")))
    asked = next((pk for pk, _name, _n in pills if str(pk) == request.GET.get("compound")), None)
    chosen = every.filter(**{COMPOUND: asked}) if asked else every
    rows = paged(request, alone.listed(chosen))
    eyes = Eyes(request.user)
    for resident in rows:
        eyes.show([resident], resident.community)
    keys = packed(resident.dwelling_id for resident in rows)
    context = {
        "rows": rows, "pills": pills, "asked": asked, "total": sum(n for _pk, _name, n in pills),
        "round": f"{reverse('residents:round_new')}?kind=wellbeing_call&dwellings={keys}" if len(keys) <= LONGEST else "",
    }  # fmt: skip
    return page(request, "residents/alone/list.html", context, part="alone-rows")
