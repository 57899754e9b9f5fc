"""The queue of errands, and one errand. How one is taken down is in errand_requests, what is in hand in errand_trips."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.filters import named
from portal.lib.languages import in_language
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, has, may_in, requires
from residents.models import Compound, Errand
from residents.services import errand_kinds, errand_money, errand_queue, helpers
from residents.services.asks import errand_link
from residents.services.errand_screen import screen
from residents.views.errand_money import picture
from residents.views.errand_steps import ERRAND_STEPS


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_list(request: Request) -> HttpResponse:
    """The desk sees who waits for what, the worst and the longest first; a helper chooses one."""
    now, view = timezone.now(), request.GET.get("view", "")
    rows = _filtered(request, Errand.objects.within(request.communities))
    view = view if view in errand_queue.VIEWS else "waiting"
    desk = has(request.user, Permission.ERRAND_DESK)
    kinds, compounds = errand_kinds.in_use(), Compound.objects.within(request.communities).order_by("community", "id")
    chosen = {name: request.GET.get(name, "") for name in ("kind", "compound", "building")}
    choices = {"kind": [(row.code, in_language(row)) for row in kinds], "compound": [(row.pk, row) for row in compounds]}
    context = {
        "rows": paged(request, errand_queue.chosen(rows.with_places(), view, now)),
        "counts": errand_queue.counts(rows, now),
        "view": view,
        "now": now,
        "kinds": kinds,
        "compounds": compounds,
        "chosen": chosen,
        "named": named(chosen, choices),
        "helpers": helpers.list_of(request.communities).order_by("name", "pk") if desk and view == "waiting" else [],
    }
    return page(request, "residents/errands/list.html", context, part="errand-rows")


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_screen(request: Request) -> HttpResponse:
    """The same queue on a wall: how many, who waits longest, who is on the way; no names of residents and no rooms."""
    now, rows = timezone.now(), _filtered(request, Errand.objects.within(request.communities))
    context = {"screen": screen(rows, now), "now": now}
    response = page(request, "residents/errands/screen.html", context, part="errand-screen")
    # A television without script loads the page again by itself; where scripts run the part comes more often.
    response["Refresh"] = "60"
    return response


def _filtered(request: Request, rows: Any) -> Any:
    kind, compound = request.GET.get("kind", ""), request.GET.get("compound", "")
    if kind:
        rows = rows.filter(kind__code=kind.replace("\x00", "")[:24])
    if compound.isascii() and compound.isdigit() and len(compound) < 10:
        rows = rows.filter(entrance__building__compound=int(compound))
    if building := request.GET.get("building", "").replace("\x00", "").strip()[:12]:
        rows = rows.filter(entrance__building__number=building)
    return rows


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_detail(request: Request, pk: int) -> HttpResponse:
    """One errand: what, for whom, who has it, what was spent, and what may be done next."""
    rows = Errand.objects.within(request.communities).with_places()
    errand = get_object_or_404(rows.select_related("community__subdistrict", "requested_by", "delivered_by"), pk=pk)
    mine = errand.assignee_id == request.user.pk
    desk = may_in(request.user, Permission.ERRAND_DESK, errand.community)
    notes = errand.notes.select_related("by")
    context = {
        "errand": errand,
        "lines": errand.lines.all(),
        "notes": [note for note in notes if not note.is_thanks],
        "thanks": [note for note in notes if note.is_thanks],
        "payments": errand.payments.select_related("helper", "reversal"),
        "balance": errand_money.of_errand(errand),
        "steps": ERRAND_STEPS.open_to(errand, request.user),
        # Whoever goes to the door must know whom to ring; others see that there is somebody.
        "in_full": mine or desk,
        "mine": mine,
        "desk": desk,
        "suggestions": helpers.suggestions(errand) if desk and errand.is_open and not errand.assignee_id else [],
        "link": request.build_absolute_uri(reverse("residents:ask", args=[errand_link(errand)])) if desk else "",
        "now": timezone.now(),
    }
    return page(request, "residents/errands/detail.html", context)


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_photo(request: Request, pk: int) -> HttpResponseBase:
    """The photo at the door, for who has the errand and for the desk."""
    rows = Errand.objects.within(request.communities).exclude(photo="").select_related("community__subdistrict")
    errand = get_object_or_404(rows, pk=pk)
    if not (errand.assignee_id == request.user.pk or may_in(request.user, Permission.ERRAND_DESK, errand.community)):
        raise Http404
    return picture(errand.photo)
