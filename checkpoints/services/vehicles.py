"""The register of vehicles, and what it says at the gate."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Vehicle
from checkpoints.services import written
from checkpoints.services.written import Invalid
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community
from residents.services import search
from residents.services.policies import duty_policy

FIELDS = ("kind", "written_home", "permit_no", "allowed", "opens_at", "closes_at", "starts_on", "ends_on", "note")


@dataclass(frozen=True)
class Verdict:
    """yes, no or ask; why; and the line of the register, where there is one."""

    answer: str
    why: str
    plate: str
    vehicle: Vehicle | None = None


@transaction.atomic
def save(*, community: Community, plate: str, vehicle_id: int | None = None, by: User, **values: Any) -> Vehicle:
    """Write a plate into the register, or change what stands there; values are those of FIELDS."""
    row = Vehicle(community=community)
    if vehicle_id:
        row = Vehicle.objects.select_for_update(of=("self",), no_key=True).get(pk=vehicle_id)
    values |= {"plate_no": written.plate(plate)}
    if values["plate_no"] == "无牌" or not values["plate_no"]:
        raise Invalid("plate_no", _("The register holds plates. A vehicle without one is logged at the gate."))
    before, after = audit.changed(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.dwelling = search.home_of(community, row.written_home) if row.written_home else None
    row.changed_by = by
    with explained(Vehicle):
        row.save()
    audit.record("vehicle.changed" if vehicle_id else "vehicle.added", row, by=by, before=before if vehicle_id else None,
                 after=after)  # fmt: skip
    return row


@transaction.atomic
def remove(*, vehicle_id: int, by: User) -> None:
    """Strike a plate from the register; what passed stays in the log."""
    row = Vehicle.objects.select_for_update(of=("self",), no_key=True).filter(pk=vehicle_id).first()
    if row is None:
        raise Refused(_("This plate is not in the register any more."))
    audit.record("vehicle.removed", row, by=by, before={"plate_no": row.plate_no})
    row.delete()


def look_up(community: Community, plate: str, now: dt.datetime | None = None) -> Verdict:
    """May this vehicle come in now? Raises Invalid where the plate cannot be one."""
    now = timezone.localtime(now)
    said = written.plate(plate)
    vehicle = Vehicle.objects.filter(community=community, plate_no=said).select_related("dwelling__entrance__building").first()
    if vehicle is None:
        return Verdict("ask", _("Not in the register. Ask whom it visits; goods are unloaded outside."), said)
    if vehicle.kind == Vehicle.Kind.AMBULANCE:
        return Verdict("yes", _("Lets pass at once, without questions."), said, vehicle)
    if not (vehicle.starts_on <= now.date() and (vehicle.ends_on is None or now.date() <= vehicle.ends_on)):
        return Verdict("no", _("The permit is not good today. The community renews it."), said, vehicle)
    if vehicle.kind == Vehicle.Kind.TAXI and not duty_policy(community, now.date()).taxis_enter:
        return Verdict("no", _("Taxis stay outside. The passenger walks in and is logged alone."), said, vehicle)
    return _by_register(vehicle, said, now)


def refuse_in(verdict: Verdict) -> None:
    """Stop here where the register says that the vehicle stays outside."""
    if verdict.answer == "no":
        raise Refused(verdict.why)


def _by_register(vehicle: Vehicle, said: str, now: dt.datetime) -> Verdict:
    if vehicle.allowed == Vehicle.Allowed.NO:
        return Verdict("no", _("Stays outside. Goods go to the shelf."), said, vehicle)
    if vehicle.allowed == Vehicle.Allowed.WINDOW and vehicle.opens_at and vehicle.closes_at:
        hours = {"opens": f"{vehicle.opens_at:%H:%M}", "closes": f"{vehicle.closes_at:%H:%M}"}
        if not _within(vehicle.opens_at, vehicle.closes_at, now.time()):
            return Verdict("no", _("Comes in only from %(opens)s to %(closes)s.") % hours, said, vehicle)
        return Verdict("yes", _("May come in until %(closes)s.") % hours, said, vehicle)
    return Verdict("yes", _("In the register, may come in."), said, vehicle)


def _within(opens: dt.time, closes: dt.time, at: dt.time) -> bool:
    """A window may run over midnight."""
    return opens <= at <= closes if opens <= closes else at >= opens or at <= closes
