"""Finding somebody."""

from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from deployments.models import Cadre, Secondment
from portal import nav
from portal.forms import SearchForm
from portal.lib.pages import page
from residents.access import Permission, Request, requires

SHOWN = 50


@require_safe
@requires(Permission.CADRE_VIEW)
def search(request: Request) -> HttpResponse:
    """I look for a cadre by a part of the name, the end of the phone number, or the unit."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    found = _cadres(request, asked) if asked else []
    context = {"form": form, "asked": asked, "found": found[:SHOWN], "more": len(found) > SHOWN}
    return page(
        request, "portal/search.html", context | {"cadre_list": nav.address_of("deployments:cadre_list")}, part="search-rows"
    )


def _cadres(request: Request, asked: str) -> list[Cadre]:
    fits = Q(name__contains=asked) | Q(unit__name__contains=asked)
    if asked.isascii() and asked.isdigit() and len(asked) >= 4:
        fits |= Q(phone__endswith=asked)
    here = Secondment.objects.filter(community__in=request.communities).select_related("community", "compound")
    rows = Cadre.objects.within(request.communities).filter(fits).select_related("unit")
    return list(rows.prefetch_related(Prefetch("secondments", here, to_attr="here")).order_by("name", "id")[: SHOWN + 1])
