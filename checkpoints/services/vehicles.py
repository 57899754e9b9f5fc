"""The register of vehicles, and what it says at the gate."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from checkpoints.models import Vehicle
from checkpoints.services import entry_rules, pass_cases, written_fields
from checkpoints.services.written_fields import Invalid
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
    """yes, no or ask; why, for the reader and as it is stored; and the line of the register, where there is one."""

    answer: str
    why: str
    stored: str
    plate: str
    vehicle: Vehicle | None = None


@transaction.atomic
def save(*, community: Community, plate: str, vehicle_id: int | None = None, by: User, **values: Any) -> Vehicle:
    """Write a plate into the register, or change what stands there; values are those of FIELDS."""
    row = Vehicle(community=community)
    if vehicle_id:
        row = Vehicle.objects.select_for_update(of=("self",), no_key=True).get(pk=vehicle_id)
    values |= {"plate_no": written_fields.plate(plate)}
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
    said = written_fields.plate(plate)
    vehicle = Vehicle.objects.filter(community=community, plate_no=said).select_related("dwelling__entrance__building").first()
    answer = entry_rules.vehicle(
        {
            "at": pass_cases.local(now),
            "taxis": duty_policy(community, now.date()).taxis_enter,
            "vehicle": entry_rules.as_vehicle(vehicle) if vehicle else None,
        }
    )
    with override("zh-hans"):  # as the register is, and the reasons are counted
        stored = entry_rules.words(answer)
    return Verdict(answer["answer"], entry_rules.words(answer), stored, said, vehicle)
