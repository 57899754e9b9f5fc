"""结对: which helper stands by which home."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, has, requires
from residents.forms.pairings import EndPairingForm, PairingForm
from residents.models import Dwelling, Pairing
from residents.services import helpers, mutual_aid, pairings

PLACE = "dwelling__entrance__building__compound"


@require_safe
@requires(Permission.ERRAND_CLAIM)
def pairing_list(request: Request) -> HttpResponse:
    """The desk sees who stands by whom; a helper sees their own homes."""
    rows = Pairing.objects.within(request.communities).select_related(PLACE, "helper")
    desk = has(request.user, Permission.ERRAND_DESK)
    rows = rows if desk else rows.filter(helper=request.user)
    ended = request.GET.get("view") == "ended"
    today = timezone.localdate()
    chosen = rows.filter(ends_on__lt=today).order_by("-ends_on", "-id") if ended else rows.exclude(ends_on__lt=today)
    shown = paged(request, chosen if ended else chosen.in_place_order())
    buyers = mutual_aid.buyers_for([pairing.dwelling_id for pairing in shown], reader=request.user)
    for pairing in shown:
        pairing.buyers = buyers.get(pairing.dwelling_id, [])
    context = {
        "rows": shown,
        "ended": ended,
        "live": rows.exclude(ends_on__lt=today).count(),
        "today": today,
        "desk": desk,
    }
    return page(request, "residents/pairings/list.html", context, part="pairing-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_DESK)
def pairing_create(request: Request) -> HttpResponse:
    """The desk gives a home a helper."""
    back = reverse("residents:pairing_list")
    form = PairingForm(
        request.POST if request.method == "POST" else None, initial=_initial(request), communities=request.communities,
        helpers=helpers.list_of(request.communities), cancel=back,
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        try:
            pairings.pair(by=request.user, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Paired: what this home asks for is offered to them first."))
            return redirect(back)
    context = {"form": form, "title": _("New pairing")}
    return page(request, "residents/pairings/form.html", context, status=422 if form.is_bound else 200)


def _initial(request: Request) -> dict[str, Any]:
    """The home that the page before spoke of."""
    asked = request.GET.get("dwelling", "")
    known = Dwelling.objects.within(request.communities).select_related("entrance__building__compound")
    home = known.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 15 else None
    return {"compound": home.entrance.building.compound, "home": str(home)} if home else {}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_DESK)
def pairing_end(request: Request, pk: int) -> HttpResponse:
    """The desk ends a pairing; what was stays on record."""
    rows = Pairing.objects.within(request.communities).select_related(PLACE, "helper")
    pairing, back = get_object_or_404(rows, pk=pk), reverse("residents:pairing_list")
    form = EndPairingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            pairings.end(pairing_id=pk, ends_on=form.cleaned_data["ends_on"], by=request.user)
        except Refused as refusal:
            form.add_error("ends_on", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    said = {"name": pairing.helper, "home": pairing.dwelling}
    context = {
        "question": _("End the pairing of %(name)s with %(home)s?") % said, "action": _("End it"), "back": back, "form": form,
        "text": _("The last day counts. What was stays on record."),
    }  # fmt: skip
    return page(request, "confirm.html", context, status=422 if form.is_bound else 200)
