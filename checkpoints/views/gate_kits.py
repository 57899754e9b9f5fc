"""What the phone at the gate asks behind the back of whoever logs: its kit, the page without people, the latest rows."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkpoints.access import DEVICE, device_of, gate_shifts, is_shut_out, logs_at_gate, shut_out
from checkpoints.models import Passage, Shift
from checkpoints.services import gate_devices, gate_kits, pass_uses, pass_words, totals
from checkpoints.views.gate import JUST_NOW, page_of
from portal.lib import masks
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.services.policies import duty_policy

MOST_BYTES = 4096
# The longest a shift is sent for, and a night more.
KNOWN = dt.timedelta(days=2)


@require_POST
@logs_at_gate
def gate_kit(request: Request, shift: Shift, fever_limit: Decimal) -> HttpResponse:
    """My phone takes along what it needs to decide without network, and says how wrong its clock is."""
    asked = _asked(request)
    if asked is None:
        return JsonResponse({"error": _("Say which phone this is.")}, status=400)
    key, clock, waiting, have = asked
    skew = round((clock - timezone.now()).total_seconds()) if clock else 0
    if not gate_devices.join(shift=shift, key=key, skew_seconds=skew, waiting=waiting, by=request.user):
        return shut_out()
    if request.session.get(DEVICE) != str(key):
        # A phone that is shut out is known by its session as well, whatever name it gives itself.
        request.session[DEVICE] = str(key)
    policy = duty_policy(shift.post.compound.community, shift.day)
    kit = gate_kits.kit(shift=shift, policy=policy, reader=request.user, leads=shift.leads)
    fresh = None if kit["version"] == have else kit
    answer = JsonResponse({"kit": fresh, "seal": gate_kits.seal(shift=shift, reader=request.user)})
    # After the next sign-in it is the same phone.
    answer.set_cookie(
        DEVICE, str(key), max_age=KNOWN, path="/checkpoints/", secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return answer


@require_safe
@logs_at_gate
def gate_latest(request: Request, shift: Shift, fever_limit: Decimal) -> HttpResponse:
    """What the other phones here have logged meanwhile, the trips they spent, and what was found against the rule."""
    rows = list(Passage.objects.standing().filter(shift=shift).order_by("-happened_at", "-id")[:JUST_NOW])
    found = pass_uses.found_at([row.pk for row in rows])
    shown = [{**_shown(row), "found": pass_words.against(found.get(row.pk, ""))} for row in rows]
    return JsonResponse({"totals": totals.of_day(shift.post), "rows": shown, "uses": pass_uses.shared(shift, timezone.now())})


@require_safe
@requires(Permission.GATE_LOG)
def gate_shell(request: Request, pk: int) -> HttpResponse:
    """The gate page without any person on it: what a phone keeps to open without network."""
    shifts = gate_shifts(request.user).select_related("post__compound__community__subdistrict")
    shift = get_object_or_404(shifts, pk=pk)
    if is_shut_out(request.user, shift, device_of(request)):
        return shut_out()
    return page(request, "checkpoints/gate/detail.html", {**page_of(request, shift), "shell": True})


def _shown(row: Passage) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "happened_at": row.happened_at.isoformat(),
        "direction": row.direction,
        "person": row.person,
        "home": row.written_home,
        "name": masks.name(row.written_name),
        "plate_no": masks.plate(row.plate_no),
        "reason": row.reason,
        "temperature": "" if row.temperature is None else str(row.temperature),
        "result": row.result,
    }


def _asked(request: HttpRequest) -> tuple[UUID, Any, int, str] | None:
    """Which phone, its clock, how many wait on it, and which kit it has; None where it cannot be read."""
    if len(request.body) > MOST_BYTES:
        return None
    try:
        said = json.loads(request.body)
        clock = parse_datetime(str(said.get("clock")))
        aware = clock if clock and clock.tzinfo else None
        waiting = said.get("waiting")
        return UUID(said["device"]), aware, waiting if type(waiting) is int else 0, str(said.get("have", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
