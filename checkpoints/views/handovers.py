"""Hand-over from shift to shift."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.access import confirmable_handovers, duty_shifts
from checkpoints.forms.handovers import HandoverForm
from checkpoints.models import Assignment, Handover, Passage, Shift
from checkpoints.services import handovers, substitutes
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires

KINDS = dict(Passage.Person.choices)


@require_safe
@requires(Permission.HANDOVER_VIEW)
def handover_list(request: Request) -> HttpResponse:
    """Which shifts wait for somebody to take over?"""
    rows = Handover.objects.within(request.communities).select_related(
        "shift__post__compound", "handed_over_by", "confirmed_by"
    )
    waiting = rows.filter(confirmed_at=None).count()
    everything = request.GET.get("state") == "all"
    rows = rows if everything else rows.filter(confirmed_at=None)
    context = {"page": paged(request, rows), "waiting": waiting, "everything": everything}
    return page(request, "checkpoints/handovers/list.html", context, part="handover-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HANDOVER_VIEW)
def handover_detail(request: Request, pk: int) -> HttpResponse:
    """My shift ends: the figures are there, I add what is open, and hand over. (pk: the shift)"""
    shift = _shift(request, pk)
    sheet = Handover.objects.filter(shift=shift).select_related("handed_over_by", "confirmed_by").first()
    writes = duty_shifts(request.user).filter(pk=shift.pk).exists() and not (sheet and sheet.confirmed_at)
    form = HandoverForm(request.POST if request.method == "POST" else None, instance=sheet)
    if request.method == "POST" and writes and form.is_valid():
        try:
            handovers.hand_over(shift=shift, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Written. Whoever stands the next shift, or the community, confirms it."))
        return redirect("checkpoints:handover_detail", pk=shift.pk)
    now, opens_at = handovers.counted(shift), handovers.opens_at(shift)
    context = {
        "shift": shift,
        "sheet": sheet,
        "form": form if writes else None,
        "totals": sheet.totals if sheet else now | handovers.left(shift),
        "kinds": _kinds(sheet.totals if sheet else now),
        "later": now if sheet and sheet.totals and _passed(sheet.totals) != now else None,
        "crew": _crew(shift),
        "next": handovers.next_lead(shift),
        "opens_at": opens_at if timezone.now() < opens_at else None,
        "may_confirm": bool(sheet) and confirmable_handovers(request.user).filter(shift=shift).exists(),
    }
    return page(request, "checkpoints/handovers/detail.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.HANDOVER_VIEW)
def handover_confirm(request: Request, pk: int) -> HttpResponse:
    """I have read it and take over. (pk: the shift)"""
    sheet = get_object_or_404(confirmable_handovers(request.user).select_related("shift__post"), shift=pk)
    try:
        handovers.confirm(handover=sheet, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        lead = handovers.next_lead(sheet.shift)
        mine = lead and lead.cadre.user_id == request.user.pk
        messages.success(request, _said(sheet.shift) if mine else _("Confirmed."))
    return redirect("checkpoints:handover_detail", pk=pk)


def _shift(request: Request, pk: int) -> Shift:
    rows = Shift.objects.within(request.communities).exclude(Q(state=Shift.State.DRAFT) | Q(state=Shift.State.CANCELLED))
    return get_object_or_404(rows.select_related("post__compound__community__subdistrict"), pk=pk)


def _crew(shift: Shift) -> list[Assignment]:
    crew = list(shift.crew.standing().select_related("cadre"))
    substitutes.pair(crew, shift.crew.replaced().select_related("cadre").order_by("released_at"))
    return crew


def _said(shift: Shift) -> str:
    return _("Confirmed. It is your gate now.") if shift.post.is_gate else _("Confirmed. It is your post now.")


def _passed(totals: dict[str, Any]) -> dict[str, Any]:
    """What passed: the shelf and who is inside change by themselves, and belong to the moment of the sheet."""
    return {name: value for name, value in totals.items() if name not in {"shelf", "inside", "late", "waiting"}}


def _kinds(totals: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    return [(str(KINDS[kind]), number) for kind, number in totals.get("by_kind", {}).items() if kind in KINDS]
