"""Visitors at a gate: the home is asked, then they are let in, or turned back kindly."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from checkpoints.forms.visits import AnswerForm, VisitForm
from checkpoints.models import Shift, Visit
from checkpoints.services import passages, visit_asks, visits
from checkpoints.views.gate_steps import fever_limit, gate_shift, said
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import Resident

SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def visit_list(request: Request, pk: int) -> HttpResponse:
    """Somebody wants in: I write down to whom, and see whom the homes have agreed to."""
    shift = gate_shift(request, pk)
    form = VisitForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            visit = visits.ask(
                compound=shift.post.compound, home=form.cleaned_data["written_home"], by=request.user, **form.facts()
            )
        except Refused as refusal:
            form.add_error("written_home", str(refusal))
        else:
            return redirect("checkpoints:visit_detail", shift.pk, visit.pk)
    rows = Visit.objects.filter(compound=shift.post.compound).current().select_related("dwelling__entrance__building")
    context = {"shift": shift, "form": form, "rows": rows.order_by("-id")[:SHOWN]}
    return page(request, "checkpoints/visits/list.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def visit_detail(request: Request, pk: int, visit: int) -> HttpResponse:
    """I ring the home, write down who said what, and let the visitor in."""
    shift, row = _visit(request, pk, visit)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            visits.answer(visit_id=row.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect("checkpoints:visit_detail", shift.pk, row.pk)
    ways = [(value, label) for value, label in Visit.How.choices if value != Visit.How.LINK]
    context: dict[str, Any] = {
        "shift": shift, "visit": row, "form": form, "hosts": _hosts(request, row), "ways": ways, "number": passages.new_id(),
    }  # fmt: skip
    return page(
        request, "checkpoints/visits/detail.html", context, part="visit-answer", status=422 if form.is_bound else 200
    )  # fmt: skip


def _hosts(request: Request, visit: Visit) -> list[tuple[Resident, str]]:
    """Who of the home can be asked, each with the address of their own page."""
    if visit.answer:
        return []
    address = partial(reverse, "checkpoints:visit_own")
    return [(host, request.build_absolute_uri(address(args=[visit_asks.link(visit, host)]))) for host in visits.hosts(visit)]


@require_POST
@requires(Permission.GATE_LOG)
def visit_pass(request: Request, pk: int, visit: int) -> HttpResponse:
    """The visitor goes in, or is turned back."""
    shift, row = _visit(request, pk, visit)
    number, limit = request.POST.get("id", ""), fever_limit(shift)
    try:
        if request.POST.get("turn_back"):
            answer = visits.turn_back(visit=row, shift=shift, number=number, fever_limit=limit, by=request.user)
        else:
            written = {"id": number, "temperature": request.POST.get("temperature", "")}
            answer = visits.let_in(visit=row, shift=shift, row=written, fever_limit=limit, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("checkpoints:visit_detail", shift.pk, row.pk)
    if answer.status == passages.REFUSED:
        messages.warning(request, answer.why)
        return redirect("checkpoints:visit_detail", shift.pk, row.pk)
    if request.POST.get("turn_back"):
        messages.success(request, _("Logged. Say: the home did not agree; goods may stay on the shelf and are carried up."))
        return redirect("checkpoints:visit_list", shift.pk)
    return said(request, shift, answer)


def _visit(request: Request, pk: int, visit: int) -> tuple[Shift, Visit]:
    shift = gate_shift(request, pk)
    rows = Visit.objects.filter(compound=shift.post.compound_id).select_related("dwelling__entrance__building")
    return shift, get_object_or_404(rows, pk=min(visit, 2**63 - 1))
