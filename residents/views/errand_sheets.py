"""The sheets for the doors: a code that leads to the resident's page."""

from typing import Any

import segno
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import Building, Compound, Entrance
from residents.services.ask_sheets import Sheet
from residents.services.asks import sheet_link
from residents.services.policies import duty_policy


@require_safe
@requires(Permission.ERRAND_SETTLE)
def errand_sheets(request: Request) -> HttpResponse:
    """The secretary prints one sheet for each stairwell, and one for the chat group."""
    compounds = Compound.objects.within(request.communities).select_related("community__subdistrict")
    compounds = compounds.order_by("community", "id")
    compound = _chosen(compounds, request.GET.get("compound", "")) or compounds.first()
    buildings = list(Building.objects.filter(compound=compound).order_by("id")) if compound else []
    building = _chosen(Building.objects.filter(compound=compound), request.GET.get("building", "")) if compound else None
    sheets = _sheets(compound, building) if compound else []
    days = duty_policy(compound.community, timezone.localdate()).ask_link_days if compound else 0
    context = {
        "compounds": compounds, "compound": compound, "buildings": buildings, "building": building, "days": days,
        "sheets": [(sheet, _code(request, sheet)) for sheet in sheets],
        "link": _address(request, Sheet(compound)) if compound else "",
        "poster": request.GET.get("size") == "a4",
    }  # fmt: skip
    return page(request, "residents/errands/sheets.html", context)


def _chosen(rows: Any, asked: str) -> Any:
    """The row that a link of the page names."""
    return rows.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 15 else None


def _sheets(compound: Compound, building: Building | None) -> list[Sheet]:
    """One for each stairwell of the building; of a whole compound one for its chat group as well."""
    entrances = Entrance.objects.filter(building__compound=compound).select_related("building").order_by("building", "id")
    if building:
        return [Sheet(compound, entrance) for entrance in entrances.filter(building=building)]
    return [Sheet(compound), *(Sheet(compound, entrance) for entrance in entrances)]


def _address(request: Request, sheet: Sheet) -> str:
    return request.build_absolute_uri(reverse("residents:ask", args=[sheet_link(sheet)]))


def _code(request: Request, sheet: Sheet) -> str:
    # In the page itself: a sheet that is printed needs nothing else.
    return segno.make(_address(request, sheet), error="m").svg_data_uri(scale=6, border=1)
