"""The phones at a gate: they join a shift, and one that is lost is shut out."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import GateDevice, Shift
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.errors import Refused

# A clock may be wrong by years; what is shown is enough at ten.
MOST_SKEW = 10 * 366 * 24 * 60 * 60
MOST_WAITING = 1_000_000


def join(*, shift: Shift, key: UUID, skew_seconds: int, waiting: int, by: User) -> bool:
    """Note that a phone is at this gate, how wrong its clock is and how much it has not sent yet; False if it is shut out."""
    seen = {
        "seen_at": timezone.now(),
        "skew_seconds": max(-MOST_SKEW, min(skew_seconds, MOST_SKEW)),
        "waiting": max(0, min(waiting, MOST_WAITING)),
    }
    # Asked every five minutes by every phone, which is there already: one statement.
    if GateDevice.objects.filter(shift=shift, key=key, user=by, revoked_at=None).update(**seen):
        return True
    return _joined(shift, key, seen, by)


@transaction.atomic
def _joined(shift: Shift, key: UUID, seen: dict[str, Any], by: User) -> bool:
    device, made = GateDevice.objects.get_or_create(shift_id=shift.pk, key=key, user=by, defaults=seen)
    if made:
        audit.record("gate_device.joined", device, by=by, community=shift.post.compound.community)
    return not device.revoked_at


@transaction.atomic
def ask(*, shift: Shift, key: UUID, by: User) -> GateDevice:
    """Somebody whose phone was shut out asks to log with this one: it is shut out like the other until it is let in."""
    lost = GateDevice.objects.filter(shift=shift, user=by, revoked_at__isnull=False).order_by("-revoked_at").first()
    if lost is None:
        # Let in again since the page was drawn.
        raise Refused(_("Nothing is shut out any more. Open the gate."))
    shut = {"revoked_at": lost.revoked_at, "revoked_by": lost.revoked_by, "seen_at": timezone.now()}
    device, made = GateDevice.objects.get_or_create(shift_id=shift.pk, key=key, user=by, defaults=shut)
    if made:
        after = {"revoked_at": device.revoked_at, "revoked_by": device.revoked_by_id}
        audit.record("gate_device.asked", device, by=by, community=shift.post.compound.community, after=after)
    return device


@transaction.atomic
def revoke(*, device_id: int, by: User) -> GateDevice:
    """Shut a phone out: what it sends is refused, and it forgets what it was given. A second time changes nothing."""
    device = _locked(device_id)
    if device.revoked_at is None:
        _shut("gate_device.revoked", device, at=timezone.now(), who=by, by=by)
    return device


@transaction.atomic
def restore(*, device_id: int, by: User) -> GateDevice:
    """The phone was found again: what it still holds may be sent."""
    device = _locked(device_id)
    if device.revoked_at is not None:
        _shut("gate_device.restored", device, at=None, who=None, by=by)
    return device


def _shut(kind: str, device: GateDevice, *, at: dt.datetime | None, who: User | None, by: User) -> None:
    before = {"revoked_at": device.revoked_at, "revoked_by": device.revoked_by_id}
    device.revoked_at, device.revoked_by = at, who
    device.save(update_fields=["revoked_at", "revoked_by"])
    after = {"revoked_at": at, "revoked_by": who}
    audit.record(kind, device, by=by, community=device.shift.post.compound.community, before=before, after=after)


def _locked(device_id: int) -> GateDevice:
    rows = GateDevice.objects.select_related("shift__post__compound__community")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=device_id)
