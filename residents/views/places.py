"""Compounds, buildings and entrances of one's community."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.forms.places import BuildingForm, BuildingsForm, CompoundForm, NewCompoundForm
from residents.models import Building, Compound
from residents.services import closed_places, places


@require_safe
@requires(Permission.PLACE_VIEW)
def place_list(request: Request) -> HttpResponse:
    """The secretary sees her compounds."""
    rows = Compound.objects.within(request.communities).select_related("community")
    counted = rows.annotate(
        buildings_count=Count("buildings", distinct=True), entrances_count=Count("buildings__entrances", distinct=True)
    )
    if text := request.GET.get("q", "").replace("\x00", "").strip()[:40]:
        counted = counted.filter(name__contains=text)
    context = {"rows": paged(request, counted.order_by("community", "id")), "q": text}
    return page(request, "residents/places/list.html", context, part="place-rows")


@require_safe
@requires(Permission.PLACE_VIEW)
def place_detail(request: Request, pk: int) -> HttpResponse:
    """One compound: its buildings in their order, with floors and entrances."""
    compound = _found(request, pk)
    buildings = compound.buildings.annotate(entrances_count=Count("entrances")).order_by("id")
    context = {
        "compound": compound, "buildings": paged(request, buildings, 100), "closed": closed_places.of_compound(compound),
    }  # fmt: skip
    return page(request, "residents/places/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLACE_EDIT)
def place_create(request: Request) -> HttpResponse:
    """The secretary puts down a compound."""
    back = reverse("residents:place_list")
    form = NewCompoundForm(request.POST or None, communities=request.communities, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            compound = places.create_compound(community=form.cleaned_data["community"], values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("%(name)s is there. Add its buildings next.") % {"name": compound})
            return redirect("residents:place_detail", compound.pk)
    return _form(request, form, _("New compound"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLACE_EDIT)
def place_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary puts something right."""
    compound = _found(request, pk)
    back = reverse("residents:place_detail", args=[pk])
    form = CompoundForm(request.POST or None, instance=compound, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            places.update_compound(compound_id=pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return _form(request, form, _("Edit"), compound)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLACE_EDIT)
def place_buildings(request: Request, pk: int) -> HttpResponse:
    """The secretary adds eighteen buildings in one go."""
    compound = _found(request, pk)
    back = reverse("residents:place_detail", args=[pk])
    form = BuildingsForm(request.POST or None, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            made = places.add_buildings(compound_id=pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext("%(count)s building added.", "%(count)s buildings added.", len(made))
            messages.success(request, text % {"count": len(made)})
            return redirect(back)
    return _form(request, form, _("Add buildings"), compound)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PLACE_EDIT)
def building_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary changes one building."""
    rows = Building.objects.within(request.communities).select_related("compound")
    building = get_object_or_404(rows, pk=pk)
    compound = building.compound
    back = reverse("residents:place_detail", args=[compound.pk])
    form = BuildingForm(request.POST or None, instance=building, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        more = form.cleaned_data["more_entrances"]
        try:
            places.update_building(building_id=pk, values=form.values(), more_entrances=more, by=request.user)
        except Refused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return _form(request, form, _("Edit the building"), compound)


def _found(request: Request, pk: int) -> Compound:
    return get_object_or_404(Compound.objects.within(request.communities).select_related("community"), pk=pk)


def _form(request: Request, form: Any, title: str, compound: Compound | None = None) -> HttpResponse:
    return page(request, "residents/places/form.html", {"form": form, "title": title, "compound": compound})
