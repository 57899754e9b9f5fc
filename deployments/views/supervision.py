"""A sending unit looks after its people."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments.access import supervises
from deployments.forms.secondments import OfferForm, RecallForm
from deployments.models import Leave, Secondment
from deployments.services import secondments, unit_sheet
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.lib.stats import Stat

ORDER = ("community", "compound", "cadre__name", "id")


@require_safe
@supervises
def supervision(request: HttpRequest) -> HttpResponse:
    """The unit's supervisor: where are my people, are they present, who is on leave, whom do I call."""
    now = timezone.now()
    away = Leave.objects.filter(state=Leave.State.APPROVED, starts_at__lte=now, ends_at__gt=now)
    mine = _mine(request).current().annotate(away=Exists(away.filter(secondment=OuterRef("pk"))))
    rows = mine.select_related("cadre__unit", "community", "compound").prefetch_related(
        Prefetch("leaves", Leave.objects.filter(ends_at__gt=now).order_by("starts_at"), to_attr="coming_leaves")
    )
    context = {
        "units": request.units,  # type: ignore[attr-defined]
        "rows": paged(request, rows.order_by(*ORDER)),
        "stats": _stats(mine),
    }
    return page(request, "deployments/supervision/list.html", context, part="supervision-rows")


@require_POST
@supervises
def supervision_export(request: HttpRequest) -> FileResponse:
    """The unit's own list as a sheet, for its file or its leader."""
    rows = _mine(request).current().select_related("cadre__unit", "community", "compound")
    return unit_sheet.download(rows.order_by(*ORDER), units=request.units, by=request.user)  # type: ignore[attr-defined, arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@supervises
def supervision_recall(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit needs a person back."""
    row = get_object_or_404(_mine(request).select_related("cadre", "community"), pk=pk)
    if row.state != Secondment.State.ON_DUTY:
        raise Http404
    form = RecallForm(request.POST or None, secondment=row)
    back = reverse("deployments:supervision")
    if request.method == "POST" and form.is_valid():
        try:
            secondments.recall(secondment_id=pk, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, _("Recalled. The community sees it and fills the shifts."))
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect(back)
    context = {
        "question": _("Recall %(name)s from %(community)s?") % {"name": row.cadre, "community": row.community},
        "text": _("Shifts after the last day show as gaps; call the community before you take somebody off a gate."),
        "form": form,
        "action": _("Recall"),
        "back": back,
        "danger": True,
    }
    return page(request, "confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@supervises
def supervision_offer(request: HttpRequest) -> HttpResponse:
    """The unit offers one of its people; the community decides."""
    form = OfferForm(request.POST or None, units=request.units)  # type: ignore[attr-defined]
    back = reverse("deployments:supervision")
    if request.method == "POST" and form.is_valid():
        try:
            secondments.submit(cadre=form.cleaned_data["cadre"], terms=form.terms(), by=request.user)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Offered. The community decides."))
            return redirect(back)
    context = {
        "question": _("Offer a cadre"),
        "text": _("The days are bound at once; the community approves or refuses."),
        "form": form,
        "action": _("Offer"),
        "back": back,
    }
    return page(request, "confirm.html", context)


def _mine(request: HttpRequest) -> Any:
    """Secondments of the supervised units' people, and of nobody else."""
    return Secondment.objects.filter(cadre__unit__in=request.units)  # type: ignore[attr-defined]


def _stats(mine: Any) -> list[Stat]:
    """People, not secondments: who moves on to another place has two for a while."""
    rows = list(mine.values_list("cadre", "state", "reported_at", "away"))
    expected = len({cadre for cadre, state, *_ in rows if state == Secondment.State.APPROVED})
    present = {cadre for cadre, _state, reported, away in rows if reported is not None and not away}
    return [
        Stat(_("people sent"), len({cadre for cadre, *_ in rows})),
        Stat(_("present"), len(present), tone="ok"),
        Stat(_("to arrive"), expected, tone="warn" if expected else ""),
        Stat(_("on leave"), len({cadre for cadre, *_, away in rows if away})),
    ]
