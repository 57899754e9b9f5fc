"""Homes chosen in a compound's picture: as a list to print, as a sheet, as the beginning of a round."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.lib import downloads
from portal.lib.keys import LONGEST, packed, unpacked
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.layers import layers
from residents.models import Compound
from residents.models.households import DwellingQuerySet
from residents.services import compound_counts, compound_homes, compounds
from residents.views.compounds import Asked, asked_of, found

# A sheet of paper takes thirty; more than a thousand rows nobody prints.
PER_PAGE = 500


@require_safe
@requires(Permission.RESIDENT_VIEW)
def compound_homes_list(request: Request, pk: int) -> HttpResponse:
    """I print the homes I chose, or those that carry a mark, in the order I walk them."""
    compound = found(request, pk)
    asked = asked_of(request.GET, compound, request.user)
    homes = _homes(request.GET, compound, asked)
    walking = request.GET.get("order") == "walking"
    ordered = homes.in_walking_order() if walking else homes.in_place_order()
    rows = paged(request, ordered.select_related("entrance__building"), PER_PAGE)
    full = may_in(request.user, Permission.RESIDENT_NAME, compound.community)
    context = {
        "compound": compound,
        "asked": asked,
        "mark": _mark(request.GET, asked),
        "walking": walking,
        "rows": rows,
        "lines": list(compound_homes.lines(rows, asked.layer, full=full)),
        # What the export is asked for again.
        "given": [(name, value) for name, value in request.GET.items() if name not in {"page", "order"}],
        "round": _round(homes),
        "today": timezone.localdate(),
    }
    return page(request, "residents/compounds/homes.html", context, part="home-rows")


@require_POST
@requires(Permission.RESIDENT_VIEW)
def compound_choose(request: Request, pk: int) -> HttpResponse:
    """I ticked homes in the picture and want them as a list, or walked as a round."""
    compound = found(request, pk)
    asked = asked_of(request.POST, compound, request.user)
    ticked = [int(key) for key in request.POST.getlist("home") if key.isascii() and key.isdecimal() and len(key) < 16]
    keys = packed(compounds.homes_of(compound).filter(pk__in=ticked[:20_000]).values_list("pk", flat=True))
    if not keys:
        messages.warning(request, _("Tick at least one home first."))
    elif len(keys) > LONGEST:
        messages.warning(request, _("These are too many scattered homes for one list. Take one building after the other."))
    elif "round" in request.POST:
        return redirect(f"{reverse('residents:round_new')}?dwellings={keys}")
    else:
        return redirect(f"{reverse('residents:compound_homes', args=[pk])}?layer={asked.layer.key}&homes={keys}")
    return redirect(f"{reverse('residents:compound_detail', args=[pk])}?{asked.here}")


@require_POST
@requires(Permission.RESIDENT_IMPORT)
def compound_export(request: Request, pk: int) -> FileResponse:
    """The secretary takes the list along as a sheet; the trail says so."""
    compound = found(request, pk)
    asked = asked_of(request.POST, compound, request.user)
    homes = _homes(request.POST, compound, asked).select_related("entrance__building")
    columns, rows = compound_homes.table(homes, asked.layer, by=request.user, compound=compound)
    return downloads.sheet(columns, rows, title=f"{compound} {asked.layer.label}", unit=compound.community.name)


@require_safe
@requires(Permission.RESIDENT_VIEW)
def compound_public(request: Request, pk: int) -> HttpResponse:
    """The print for the gate: counts of each floor, no name and no room."""
    compound = found(request, pk)
    homes = compounds.homes_of(compound)
    shown = [layer for layer in layers().values() if layer.public]
    marks = [(layer, mark) for layer in shown for mark in layer.marks if mark.key in layer.public]
    states = {layer.key: layer.states(homes) for layer in shown}
    houses = compounds.houses(compounds.entrances_of(compound), homes)
    counted = [compound_counts.counted(house, marks, states) for house in houses]
    context = {"compound": compound, "marks": marks, "houses": counted, "now": timezone.localtime()}
    return page(request, "residents/compounds/public.html", context)


def _homes(values: QueryDict, compound: Compound, asked: Asked) -> DwellingQuerySet:
    """The homes that were ticked, or those of a building, an entrance, a mark."""
    homes = compounds.homes_of(compound, asked.building, asked.entrance)
    if word := values.get("homes", ""):
        return homes.filter(pk__in=unpacked(word))
    mark = values.get("mark", "")
    return compound_homes.carrying(homes, asked.layer, mark) if mark else homes


def _mark(values: QueryDict, asked: Asked) -> Any:
    """The word for the mark that was asked for."""
    labels: dict[str, Any] = {mark.key: mark.label for mark in asked.layer.marks} | {compound_homes.REST: asked.layer.rest}
    return labels.get(values.get("mark", ""), "")


def _round(homes: DwellingQuerySet) -> str:
    """Where a round of these homes begins; nowhere when they are none or too many for one address."""
    keys = packed(homes.values_list("pk", flat=True))
    return f"{reverse('residents:round_new')}?dwellings={keys}" if keys and len(keys) <= LONGEST else ""
