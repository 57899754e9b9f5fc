"""The sheets for the doors: a code that leads to the resident's page."""

import segno
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import Compound, Entrance
from residents.services.asks import Sheet, sheet_link
from residents.services.policies import duty_policy


@require_safe
@requires(Permission.ERRAND_SETTLE)
def errand_sheets(request: Request) -> HttpResponse:
    """The secretary prints one sheet for each stairwell, and one for the chat group."""
    compounds = Compound.objects.within(request.communities).select_related("community__subdistrict")
    compounds = compounds.order_by("community", "id")
    asked = request.GET.get("compound", "")
    chosen = compounds.filter(pk=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else compounds
    compound = chosen.first()
    sheets = _sheets(compound) if compound else []
    days = duty_policy(compound.community, timezone.localdate()).ask_link_days if compound else 0
    context = {
        "compounds": compounds, "compound": compound, "days": days,
        "sheets": [(sheet, _code(request, sheet)) for sheet in sheets],
        "link": _address(request, sheets[0]) if sheets else "",
    }  # fmt: skip
    return page(request, "residents/errands/sheets.html", context)


def _sheets(compound: Compound) -> list[Sheet]:
    entrances = Entrance.objects.filter(building__compound=compound).select_related("building").order_by("building", "id")
    return [Sheet(compound), *(Sheet(compound, entrance) for entrance in entrances)]


def _address(request: Request, sheet: Sheet) -> str:
    return request.build_absolute_uri(reverse("residents:ask", args=[sheet_link(sheet)]))


def _code(request: Request, sheet: Sheet) -> str:
    # In the page itself: a sheet that is printed needs nothing else.
    return segno.make(_address(request, sheet), error="m").svg_data_uri(scale=6, border=1)
