"""Finding somebody: a home, who lives there, a cadre."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from deployments.models import Cadre, Secondment
from portal.forms import SearchForm
from portal.lib.pages import page
from residents.access import Permission, Request, communities_for, requires
from residents.masking import Eyes
from residents.models import Community
from residents.services import search as residents_search

SHOWN = 50


@require_safe
@requires(Permission.SEARCH)
def search(request: Request) -> HttpResponse:
    """I look for a home by its number, for somebody by a part of the name, its initials or the end of the phone."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    cadres = _cadres(communities_for(request.user, Permission.CADRE_VIEW), asked) if asked else []
    residents = residents_search.find(communities_for(request.user, Permission.RESIDENT_FIND), asked)
    context = {
        "form": form,
        "asked": asked,
        "cadres": cadres[:SHOWN],
        "residents": _shown(request, residents.residents),
        "dwellings": _with_people(request, residents.dwellings),
        "more": len(cadres) > SHOWN or residents.more,
    }
    return page(request, "portal/search/search.html", context, part="search-rows")


def _shown(request: Request, residents: list[Any]) -> list[Any]:
    eyes = Eyes(request.user)
    for resident in residents:
        eyes.show([resident], resident.community)
    return residents


def _with_people(request: Request, dwellings: list[Any]) -> list[Any]:
    eyes = Eyes(request.user)
    for dwelling in dwellings:
        eyes.show(dwelling.people, dwelling.community)
    return dwellings


def _cadres(communities: "QuerySet[Community]", asked: str) -> list[Cadre]:
    fits = Q(name__contains=asked) | Q(unit__name__contains=asked)
    if asked.isascii() and asked.isdigit() and len(asked) >= 4:
        fits |= Q(phone__endswith=asked)
    here = Secondment.objects.filter(community__in=communities).select_related("community", "compound")
    rows = Cadre.objects.within(communities).filter(fits).select_related("unit")
    return list(rows.prefetch_related(Prefetch("secondments", here, to_attr="here")).order_by("name", "id")[: SHOWN + 1])
