"""The phones at a gate: who logs with which, how wrong its clock is, and shutting one out that is lost."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.access import DEVICE, device_of, gate_shifts, is_shut_out
from checkpoints.models import GateDevice
from checkpoints.services import gate_devices
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, communities_for, requires


@require_safe
@requires(Permission.GATE_LOG)
def gate_device_list(request: Request, pk: int) -> HttpResponse:
    """Which phones log at this gate, and is anything still waiting on one?"""
    shift = get_object_or_404(gate_shifts(request.user).select_related("post__compound__community"), pk=pk)
    rows = GateDevice.objects.within(request.communities).filter(shift=shift).select_related("user", "revoked_by")
    context = {"shift": shift, "rows": rows, "may_revoke": _answers_for(request).filter(pk=pk).exists()}
    return page(request, "checkpoints/gate/devices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def gate_device_ask(request: Request, pk: int) -> HttpResponse:
    """My phone was shut out. This is another one: may I log with it?"""
    shift = get_object_or_404(gate_shifts(request.user).select_related("post__compound__community__subdistrict"), pk=pk)
    key = device_of(request)
    if not is_shut_out(request.user, shift, key):
        return redirect("checkpoints:gate", pk=shift.pk)
    known = GateDevice.objects.filter(shift=shift, key=key).order_by("-seen_at").first() if key else None
    if request.method == "POST" and known is None:
        try:
            known = gate_devices.ask(shift=shift, key=key or uuid4(), by=request.user)
        except Refused as refusal:
            messages.success(request, str(refusal))
            return redirect("checkpoints:gate", pk=shift.pk)
        request.session[DEVICE] = str(known.key)
    return page(request, "checkpoints/gate/shut_out.html", {"shift": shift, "device": known})


@require_POST
@requires(Permission.GATE_LOG)
def gate_device_revoke(request: Request, pk: int) -> HttpResponse:
    """This phone is lost: nothing it sends counts any more."""
    return _changed(request, pk, gate_devices.revoke, _("Shut out. What this phone sends is refused from now on."))


@require_POST
@requires(Permission.GATE_LOG)
def gate_device_restore(request: Request, pk: int) -> HttpResponse:
    """The phone was found again."""
    return _changed(request, pk, gate_devices.restore, _("Let in again. What waits on this phone can be sent."))


def _changed(request: Request, pk: int, change: Callable[..., GateDevice], said: str) -> HttpResponse:
    rows = GateDevice.objects.within(request.communities).filter(shift__in=_answers_for(request).values("pk"))
    device = get_object_or_404(rows.select_related("shift__post__compound__community__subdistrict"), pk=pk)
    if is_shut_out(request.user, device.shift, device_of(request)):
        # Whoever has the lost phone and the password does not let themselves in.
        raise PermissionDenied(_("Your own phone was shut out of this shift. The community decides."))
    change(device_id=device.pk, by=request.user)
    messages.success(request, said)
    return redirect("checkpoints:gate_device_list", pk=device.shift_id)


def _answers_for(request: Request) -> Any:
    """The shifts the person leads, and those of communities they watch over."""
    watched = communities_for(request.user, Permission.GATE_WATCH)
    return gate_shifts(request.user).filter(Q(leads=True) | Q(post__compound__community__in=watched))
