"""The people on the roster."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments.forms.cadres import CadreFilter, CadreForm, NewCadreForm, RevealForm
from deployments.services import cadre_list as lists
from deployments.services import cadres, responsibilities
from portal.lib.errors import Refused
from portal.lib.languages import listed
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.CADRE_VIEW)
def cadre_list(request: Request) -> HttpResponse:
    """The secretary looks for whom she has."""
    everybody = lists.listed(request.communities)
    form = CadreFilter(request.GET, communities=request.communities, skills=lists.skills_of(everybody))
    found = lists.narrowed(everybody, form.asked())
    group = request.GET.get("group", "")
    order = lists.SORTS.get(request.GET.get("sort", "").lstrip("-"), lists.SORTS["compound"])
    if request.GET.get("sort", "").startswith("-"):
        order = (f"-{order[0]}", *order[1:])
    chosen = lists.in_group(found, group if group in lists.Group.values else "")
    rows = paged(request, chosen.select_related("unit", "user").order_by(*order))
    _attach(rows)
    context = {"rows": rows, "form": form, "groups": lists.counts(found), "group": group}
    return page(request, "deployments/cadres/list.html", context, part="cadre-rows")


@require_safe
@requires(Permission.CADRE_VIEW)
def cadre_detail(request: Request, pk: int) -> HttpResponse:
    """Everything about one person, masked."""
    return _detail(request, pk)


@never_cache
@require_POST
@requires(Permission.CADRE_REVEAL)
def cadre_reveal(request: Request, pk: int) -> HttpResponse:
    """The secretary needs one value in full; the trail will say why."""
    cadre = _present(request, pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Write why you need to see it, in at most 200 characters."))
        return redirect("deployments:cadre_detail", pk)
    field = form.cleaned_data["field"]
    community = lists.postings([cadre])[cadre.posting].community
    value = cadres.reveal(cadre=cadre, field=field, reason=form.cleaned_data["reason"], community=community, by=request.user)
    return _detail(request, pk, {field: value})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CADRE_EDIT)
def cadre_create(request: Request) -> HttpResponse:
    """The secretary takes up a person she was sent."""
    back = reverse("deployments:cadre_list")
    form = NewCadreForm(request.POST or None, communities=request.communities, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            row, left = cadres.register(values=form.values(), terms=form.terms(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is on the roster.") % {"name": row.cadre})
            if left:
                fields = listed(str(form.fields[name].label) for name in left)
                messages.warning(request, _("The person was known already; not taken over: %(fields)s.") % {"fields": fields})
            return redirect("deployments:cadre_detail", row.cadre_id)
    return page(request, "deployments/cadres/form.html", {"form": form, "title": _("New cadre"), "back": back})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CADRE_EDIT)
def cadre_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary puts something right; what was masked and left alone stays as it is."""
    cadre = _present(request, pk)
    back = reverse("deployments:cadre_detail", args=[pk])
    community = lists.postings([cadre])[cadre.posting].community
    form = CadreForm(request.POST or None, instance=cadre, communities=request.communities, submit=_("Save"), cancel=back)
    context = {"form": form, "title": _("Edit"), "back": back, "cadre": cadre}
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            cadres.update(cadre_id=pk, values=form.values(), seen=seen, community=community, by=request.user)
        except cadres.ChangedMeanwhile as change:
            messages.warning(request, str(change))
            context["differences"] = form.show_conflict(change.cadre)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("deployments:cadre_detail", pk)
    return page(request, "deployments/cadres/form.html", context)


def _detail(request: Request, pk: int, revealed: dict[str, str] | None = None) -> HttpResponse:
    everybody = lists.listed(request.communities).select_related("unit", "user", "home_community")
    cadre = get_object_or_404(everybody, pk=pk)
    rows = cadre.secondments.within(request.communities).select_related("community", "compound").order_by("-starts_on")
    context: dict[str, Any] = {
        "cadre": cadre,
        "group": lists.Group(cadre.group),
        "secondments": rows,
        "responsibilities": responsibilities.held_by(cadre, request.communities),
        "revealed": revealed or {},
    }
    return page(request, "deployments/cadres/detail.html", context)


def _present(request: Request, pk: int) -> Any:
    """A cadre who has not left: only who has her changes her or sees her values."""
    return get_object_or_404(lists.in_group(lists.listed(request.communities), ""), pk=pk)


def _attach(rows: Any) -> None:
    found = lists.postings(rows)
    for cadre in rows:
        cadre.posted = found.get(cadre.posting)
        cadre.group_name = lists.Group(cadre.group).label
