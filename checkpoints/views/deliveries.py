"""Goods at the gate: the shelf, one batch, what is printed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.access import gates, may_settle
from checkpoints.forms.deliveries import DeliveryForm, ParcelForm
from checkpoints.models import DeliveryBatch, DeliveryDrop
from checkpoints.models.deliveries import ON_SHELF
from checkpoints.services import deliveries, drops, shelf
from checkpoints.views.delivery_steps import drop_steps_for, steps_for
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires

MOST_PRINTED = 1000


@require_safe
@requires(Permission.DELIVERY_HANDLE)
def delivery_list(request: Request) -> HttpResponse:
    """What lies on the shelf, what still stands and how long, whose it is; and a new parcel in three taps."""
    return _shelf(request, ParcelForm(gates=gates(request.user)))


def _shelf(request: Request, form: ParcelForm, status: int = 200) -> HttpResponse:
    now, view = timezone.now(), request.GET.get("view", "")
    rows = shelf.searched(DeliveryBatch.objects.within(request.communities), request.GET.get("q", ""))
    view = view if view in shelf.VIEWS else "shelf"
    context = {
        "rows": paged(request, shelf.chosen(rows, view, now)),
        "counts": shelf.counts(rows, now),
        "view": view,
        "asked": request.GET.get("q", "")[:40],
        "now": now,
        "form": form,
    }
    return page(request, "checkpoints/deliveries/list.html", context, part="delivery-rows", status=status)


@require_POST
@requires(Permission.DELIVERY_HANDLE)
def delivery_parcel(request: Request) -> HttpResponse:
    """The courier stands there: a parcel for 17-3-702."""
    form = ParcelForm(request.POST, gates=gates(request.user))
    if not form.is_valid():
        return _shelf(request, form, 422)
    facts = form.cleaned_data
    try:
        batch, drop = drops.parcel(
            key=facts["key"], post=facts["post"], line=form.line(), disinfected=facts["disinfected"], by=request.user,
            **form.facts(),
        )  # fmt: skip
    except Refused as refusal:
        form.add_error("home", str(refusal))
        return _shelf(request, form, 422)
    _say(request, batch, drop)
    return redirect("checkpoints:delivery_list")


def _say(request: Request, batch: DeliveryBatch, drop: DeliveryDrop) -> None:
    if not drop.dwelling_id:
        messages.warning(request, _("%(home)s is not in the ledger: look at the label once more.") % {"home": drop.home})
    if drop.is_special:
        messages.warning(request, _("%(home)s is served at the door. Nobody of it comes to the shelf.") % {"home": drop.home})
    facts = {"number": batch.number, "home": drop.home}
    if batch.release_at:
        facts["time"] = timezone.localtime(batch.release_at).strftime("%H:%M")
        messages.success(request, _("%(number)s for %(home)s is on the shelf, free at %(time)s.") % facts)
    else:
        messages.success(request, _("%(number)s for %(home)s is on the shelf. Disinfect it next.") % facts)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DELIVERY_HANDLE)
def delivery_add(request: Request) -> HttpResponse:
    """A load has come, or is on its way: I write it down."""
    form = DeliveryForm(
        request.POST if request.method == "POST" else None, gates=gates(request.user),
        cancel=reverse("checkpoints:delivery_list"),
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        batch = deliveries.take_in(by=request.user, **form.cleaned_data)
        messages.success(request, _("Written down. Say next which homes get it."))
        return redirect("checkpoints:delivery_detail", batch.pk)
    return page(request, "checkpoints/deliveries/form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.DELIVERY_HANDLE)
def delivery_detail(request: Request, pk: int) -> HttpResponse:
    """One batch: the clock, the next step, and every home with what was done for it."""
    rows = DeliveryBatch.objects.within(request.communities).with_places()
    batch = get_object_or_404(
        rows.select_related("community__subdistrict", "arrived_by", "disinfected_by", "released_by"), pk=pk
    )
    settles = may_settle(request.user, batch)
    homes = list(batch.drops.select_related("dwelling__entrance__building", "errand", "done_by").in_home_order())
    context = {
        "batch": batch,
        "homes": [(drop, drop_steps_for(batch, drop, settles=settles)) for drop in homes],
        "steps": steps_for(batch, settles=settles),
        "waiting": sum(drop.is_lying for drop in homes),
        "now": timezone.now(),
    }
    return page(request, "checkpoints/deliveries/detail.html", context)


@require_safe
@requires(Permission.DELIVERY_HANDLE)
def delivery_sheet(request: Request) -> HttpResponse:
    """The delivery sheet of a batch or of the whole shelf, in three orders, with or without phones."""
    return page(request, "checkpoints/deliveries/sheet.html", _printed(request))


@require_safe
@requires(Permission.DELIVERY_HANDLE)
def delivery_labels(request: Request) -> HttpResponse:
    """Labels to cut out: the home in large figures, one for each package of a home."""
    context = _printed(request)
    labels = [(drop, n) for drop in context["drops"] for n in range(1, drop.packages + 1)]
    return page(request, "checkpoints/deliveries/labels.html", {**context, "labels": labels[:MOST_PRINTED]})


def _printed(request: Request) -> dict[str, Any]:
    """The homes that wait, of one batch or of all that lie at my gates."""
    batch, order = None, request.GET.get("order", "")
    rows = DeliveryDrop.objects.within(request.communities).lying()
    if asked := request.GET.get("batch", ""):
        batch = _batch(request, asked)
        rows = rows.filter(batch=batch)
    order = order if order in shelf.ORDERS else "home"
    rows = shelf.ordered(rows.filter(batch__state__in=ON_SHELF).with_places(), order)
    return {
        "drops": list(rows[:MOST_PRINTED]), "batch": batch, "order": order, "phones": "phones" in request.GET,
        "today": timezone.localdate(), "now": timezone.now(),
    }  # fmt: skip


def _batch(request: Request, asked: str) -> DeliveryBatch:
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404
    return get_object_or_404(DeliveryBatch.objects.within(request.communities).with_places(), pk=int(asked))
