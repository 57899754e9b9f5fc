"""Neighbours help each other."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.forms.mutual_aid import MatchForm, MutualAidForm
from residents.models import MutualAid
from residents.services import mutual_aid

MOST_OFFERED = 100
PLACES = ("dwelling__entrance__building__compound", "answers", "answered_by")


@require_safe
@requires(Permission.MUTUAL_AID)
def mutual_aid_list(request: Request) -> HttpResponse:
    """The office sees who needs what, who gives what, and brings them together."""
    every = MutualAid.objects.within(request.communities)
    state = request.GET.get("state", "")
    state = state if state in MutualAid.State.values else MutualAid.State.OPEN.value
    rows = every.filter(state=state).select_related(*PLACES)
    giving = every.open().exclude(kind=MutualAid.Kind.REQUEST).select_related(PLACES[0])[:MOST_OFFERED]
    numbers = every.order_by().aggregate(**{one: Count("pk", filter=Q(state=one)) for one in MutualAid.State.values})
    context = {
        "rows": paged(request, rows.order_by("-kind", "-written_at", "-id")),
        "giving": list(giving),
        "state": state,
        "states": [(code, label, numbers[code]) for code, label in MutualAid.State.choices],
    }
    return page(request, "residents/mutual_aid/list.html", context, part="mutual-aid-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MUTUAL_AID)
def mutual_aid_create(request: Request) -> HttpResponse:
    """A neighbour offers, gives or needs something."""
    form = MutualAidForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if form.is_bound and form.is_valid():
        try:
            mutual_aid.write(place=form.place(), by=request.user, **form.facts())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down."))
            return redirect("residents:mutual_aid_list")
    context = {"form": form, "title": _("A neighbour"), "back": "residents:mutual_aid_list", "above": _("Neighbours help")}
    return page(request, "parts/form_page.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.MUTUAL_AID)
def mutual_aid_step(request: Request, pk: int, step: str) -> HttpResponse:
    """Bring two together, write down that it changed hands, or take one back."""
    rows = MutualAid.objects.within(request.communities)
    row = get_object_or_404(rows, pk=pk)
    try:
        _done(request, row, step, rows)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("residents:mutual_aid_list")


def _done(request: Request, row: MutualAid, step: str, rows: Any) -> None:
    if step == "match":
        form = MatchForm(request.POST)
        other = rows.filter(pk=form.cleaned_data["with_id"]).first() if form.is_valid() else None
        if other is None:
            raise Refused(_("Choose another neighbour."))
        mutual_aid.match(aid_id=row.pk, with_id=other.pk, by=request.user)
    elif step == "finish":
        mutual_aid.finish(aid_id=row.pk, by=request.user)
    elif step == "withdraw":
        mutual_aid.withdraw(aid_id=row.pk, by=request.user)
    else:
        raise Http404
