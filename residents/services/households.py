"""Homes and who lives there: put down once, kept right; coming and going are dated changes."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.crypto import lookup_hash
from portal.lib.errors import Refused
from portal.lib.initials import initials
from residents.models import Dwelling, Entrance, Resident, ResidentChange

Change = ResidentChange.Kind
# What a person may write of a resident; home, days and search words follow from other moves.
FIELDS = (
    "name",
    "sex",
    "id_type",
    "id_number",
    "born_on",
    "phone",
    "guardian",
    "relation",
    "kind",
    "registered_address",
    "work_unit",
    "political_status",
    "lives_in",
    "vaccine_doses",
    "has_smartphone",
    "shops_online",
    "note",
)
DWELLING_FIELDS = ("floor", "room_no", "state", "watch_level", "watch_reason", "light_watch", "origin", "kin_in", "note")
# Shown masked; one at a time in full, with a reason.
SENSITIVE = ("phone", "id_number", "registered_address")


class ChangedMeanwhile(Refused):
    """Somebody saved the resident after this person had opened the page."""

    def __init__(self, resident: Resident) -> None:
        super().__init__(_("Somebody has changed this person since you opened the page. Compare the values, then save again."))
        self.resident = resident


def fingerprint(resident: Resident) -> str:
    """A word that changes whenever a value changes, and tells none of them."""
    values = [str(getattr(resident, field.attname)) for field in resident._meta.fields if field.name in FIELDS]
    return lookup_hash(json.dumps(values))[:32]


def derived(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the columns that follow from them: the hash of the ID number, the initials of the name."""
    found = dict(values)
    if "id_number" in values:
        found["id_hash"] = lookup_hash(values["id_number"]) if values["id_number"] else ""
    if "name" in values:
        found["initials"] = initials(values["name"])
    return found


# Homes


@transaction.atomic
def add_dwelling(*, entrance: Entrance, values: Mapping[str, Any], by: User) -> Dwelling:
    """Put down a home that no list named."""
    community = entrance.building.compound.community
    with explained(Dwelling):
        dwelling = Dwelling.objects.create(community=community, entrance=entrance, **values)
    audit.record("dwelling.created", dwelling, by=by, after=values)
    return dwelling


@transaction.atomic
def update_dwelling(*, dwelling_id: int, values: Mapping[str, Any], by: User) -> Dwelling:
    """Change what is known of a home: its state, and whether somebody watches over it."""
    dwelling = _home(dwelling_id)
    before, after = audit.changed(dwelling, {name: values[name] for name in DWELLING_FIELDS if name in values})
    if after:
        for name, value in after.items():
            setattr(dwelling, name, value)
        with explained(Dwelling):
            dwelling.save(update_fields=list(after))
        audit.record("dwelling.changed", dwelling, by=by, before=before, after=after)
    return dwelling


# People


@transaction.atomic
def add_person(
    *,
    dwelling_id: int,
    values: Mapping[str, Any],
    by: User,
    kind: str = Change.MOVED_IN,
    on: dt.date | None = None,
    from_area: str = "",
) -> Resident:
    """Take somebody up in a home: moved in, born, or returned from elsewhere."""
    dwelling, on = _home(dwelling_id), past(on)
    _check(dwelling.community_id, values, None)
    if kind == Change.BORN:
        values = {**values, "born_on": values.get("born_on") or on}
    with explained(Resident):
        resident = Resident.objects.create(community=dwelling.community, dwelling=dwelling, came_on=on, **derived(values))
    write_change(resident, kind, on, dwelling, from_area=from_area)
    audit.record("resident.created", resident, by=by, after=values)
    return resident


@transaction.atomic
def update_person(*, resident_id: int, values: Mapping[str, Any], seen: str, by: User) -> Resident:
    """Change what is known of a person; `seen` is the fingerprint of what the form showed."""
    resident = locked(resident_id)
    if seen != fingerprint(resident):
        raise ChangedMeanwhile(resident)
    before, after = audit.changed(resident, {name: values[name] for name in FIELDS if name in values})
    if not after:
        return resident
    _check(resident.community_id, after, resident)
    save(resident, derived(after))
    audit.record("resident.changed", resident, by=by, before=before, after=after)
    return resident


@transaction.atomic
def make_head(*, resident_id: int, by: User) -> Resident:
    """Name the head of a home; who was it before is one of the others."""
    resident = present(resident_id)
    if resident.relation == Resident.Relation.HEAD:
        return resident
    for old in resident.dwelling.residents.registered().filter(relation=Resident.Relation.HEAD):
        save(old, {"relation": Resident.Relation.OTHER})
        audit.record("resident.changed", old, by=by, before={"relation": "head"}, after={"relation": "other"})
    before = {"relation": resident.relation}
    save(resident, {"relation": Resident.Relation.HEAD})
    audit.record("resident.changed", resident, by=by, before=before, after={"relation": "head"})
    return resident


# In full


@transaction.atomic
def reveal(*, resident: Resident, field: str, reason: str, by: User) -> str:
    """Show one value in full, once; the trail says to whom and why."""
    if field not in SENSITIVE:
        raise Refused(_("This value is not kept masked."))
    if not (reason := reason.strip()):
        raise Refused(_("Write why you need to see it."))
    audit.record("resident.revealed", resident, by=by, after={"field": field, "reason": reason})
    return str(getattr(resident, field))


def _check(community_id: int, values: Mapping[str, Any], resident: Resident | None) -> None:
    """What a constraint cannot say of a person's values."""
    born, guardian = values.get("born_on"), values.get("guardian")
    if born and born > timezone.localdate():
        raise Refused(_("The birthday lies in the future."))
    if guardian and (guardian.community_id != community_id or guardian.left_on or guardian.guardian_id):
        raise Refused(_("The guardian has to be a grown-up who lives in this community."))
    if guardian and resident and (guardian.pk == resident.pk or resident.wards.registered().exists()):
        raise Refused(_("Somebody who is a guardian has no guardian."))


def _home(dwelling_id: int) -> Dwelling:
    rows = Dwelling.objects.select_for_update(of=("self",)).select_related("community", "entrance__building")
    return rows.get(pk=dwelling_id)


def locked(resident_id: int) -> Resident:
    """The person, held until the end of the transaction."""
    rows = Resident.objects.select_for_update(of=("self",)).select_related("community", "dwelling__entrance__building")
    return rows.get(pk=resident_id)


def present(resident_id: int) -> Resident:
    """The same, of somebody who lives here."""
    resident = locked(resident_id)
    if resident.left_on:
        raise Refused(_("This person does not live here any more."))
    return resident


def save(resident: Resident, values: Mapping[str, Any]) -> None:
    """Write some columns of a person; a broken rule is told in its own sentence."""
    for name, value in values.items():
        setattr(resident, name, value)
    with explained(Resident):
        resident.save(update_fields=list(values))


def past(on: dt.date | None) -> dt.date:
    """The day something happened; today unless said, and never one that has not come."""
    today = timezone.localdate()
    if on and on > today:
        raise Refused(_("This day has not come yet. Put the change down when it happens."))
    return on or today


def write_change(
    resident: Resident, kind: str, on: dt.date, dwelling: Dwelling, *, from_area: str = "", note: str = ""
) -> None:
    """Put down a coming or going."""
    ResidentChange.objects.create(
        community=resident.community,
        resident=resident,
        kind=kind,
        on=on,
        dwelling=dwelling,
        from_area=from_area[:80],
        note=note[:200],
    )
