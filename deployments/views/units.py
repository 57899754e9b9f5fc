"""Sending units."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from deployments.forms.units import UnitForm
from deployments.models import Secondment, SendingUnit
from deployments.services import cadre_list as lists
from deployments.services import units
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.CADRE_VIEW)
def unit_list(request: Request) -> HttpResponse:
    """The secretary looks up whom to call at a unit."""
    rows = _known(request).order_by("name")
    if text := request.GET.get("q", "").replace("\x00", "").strip()[:40]:
        rows = rows.filter(name__contains=text)
    return page(request, "deployments/units/list.html", {"rows": paged(request, rows), "q": text}, part="unit-rows")


@require_safe
@requires(Permission.CADRE_VIEW)
def unit_detail(request: Request, pk: int) -> HttpResponse:
    """One unit, and its people in the reader's communities."""
    unit = get_object_or_404(_known(request), pk=pk)
    cadres = lists.listed(request.communities).filter(unit=unit).order_by("posting_compound", "name", "id")
    rows = paged(request, cadres)
    found = lists.postings(rows)
    people = [(cadre, found.get(cadre.posting), lists.Group(cadre.group)) for cadre in rows]
    return page(request, "deployments/units/detail.html", {"unit": unit, "rows": rows, "people": people})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CADRE_EDIT)
def unit_create(request: Request) -> HttpResponse:
    """The secretary puts down a unit that sends people for the first time."""
    back = reverse("deployments:unit_list")
    form = UnitForm(request.POST or None, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            units.create(values=form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The unit is on the list. Choose it when you add a cadre."))
            return redirect(back)
    return page(request, "deployments/units/form.html", {"form": form, "title": _("New sending unit")})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CADRE_EDIT)
def unit_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary puts a name or a number right."""
    unit = get_object_or_404(_known(request), pk=pk)
    back = reverse("deployments:unit_detail", args=[pk])
    form = UnitForm(request.POST or None, instance=unit, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            units.update(unit_id=pk, values=form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return page(request, "deployments/units/form.html", {"form": form, "title": _("Edit"), "unit": unit})


def _known(request: Request) -> "QuerySet[SendingUnit]":
    """Every unit by name; how many of its people are here counts only one's own communities."""
    here: Any = Secondment.objects.within(request.communities).current().values("cadre")
    return SendingUnit.objects.annotate(here=Count("cadres", filter=Q(cadres__in=here), distinct=True))
