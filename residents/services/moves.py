"""Coming and going: dated changes of where somebody lives, never an overwrite."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.models import Dwelling, Resident, ResidentChange
from residents.services import quarantine_moves
from residents.services.households import locked, past, present, save, write_change

Change = ResidentChange.Kind


@transaction.atomic
def leave(*, resident_id: int, kind: str, on: dt.date | None = None, note: str = "", by: User) -> Resident:
    """Somebody moved out or died: the person stays on record, and no list of today names them any more."""
    resident = locked(resident_id)
    if resident.left_on:
        raise Refused(_("This person has left already, on %(day)s.") % {"day": resident.left_on})
    on = past(on)
    if on < resident.came_on:
        raise Refused(_("This person came on %(day)s. Choose that day or a later one.") % {"day": resident.came_on})
    _end_quarantine(resident, kind, by)
    save(resident, {"left_on": on})
    for profile in resident.care.filter(until=None):
        profile.until = max(on, profile.since)
        profile.save(update_fields=["until"])
        audit.record("care.ended", profile, by=by, community=resident.community, after={"until": profile.until})
    for ward in resident.wards.registered():
        save(ward, {"guardian": None})
        audit.record("resident.changed", ward, by=by, before={"guardian": resident.name}, after={"guardian": None})
    write_change(resident, kind, on, resident.dwelling, note=note)
    audit.record("resident.left", resident, by=by, after={"left_on": on, "kind": kind})
    return resident


def _end_quarantine(resident: Resident, kind: str, by: User) -> None:
    """Nobody is asked for the health of the dead; whoever else is in quarantine does not leave by a stroke of the pen."""
    case = resident.cases.open().first()
    if case is None:
        return
    if kind != Change.DIED:
        raise Refused(_("This person is in quarantine. Release or close the case first."))
    if case.state in quarantine_moves.RUNNING:
        quarantine_moves.close(case_id=case.pk, reason=_("died"), by=by)
    else:
        quarantine_moves.void(case_id=case.pk, reason=_("died"), by=by)


@transaction.atomic
def move_within(*, resident_id: int, to: Dwelling, on: dt.date | None = None, note: str = "", by: User) -> Resident:
    """Somebody moved to another home of the same community."""
    resident, on = present(resident_id), past(on)
    if to.community_id != resident.community_id:
        raise Refused(_("That home belongs to another community. Let the person move out here and move in there."))
    if to.pk == resident.dwelling_id:
        raise Refused(_("The person lives in this home already."))
    old = resident.dwelling
    save(resident, {"dwelling": to, **_relation_in(resident, to)})
    write_change(resident, Change.MOVED_WITHIN, on, to, from_area=str(old), note=note)
    audit.record("resident.moved", resident, by=by, before={"dwelling": old}, after={"dwelling": to})
    return resident


@transaction.atomic
def come_back(*, resident_id: int, to: Dwelling, on: dt.date | None = None, from_area: str = "", by: User) -> Resident:
    """Somebody who had moved out lives here again."""
    resident, on = locked(resident_id), past(on)
    if resident.left_on is None:
        raise Refused(_("The person has never left."))
    if resident.changes.filter(kind=Change.DIED).exists():
        raise Refused(_("The person was put down as dead. Ask the operator if that was a mistake."))
    if on < resident.left_on:
        raise Refused(_("The person left on %(day)s. Choose that day or a later one.") % {"day": resident.left_on})
    before = {"left_on": resident.left_on}
    save(resident, {"left_on": None, "dwelling": to, "lives_in": True, **_relation_in(resident, to)})
    write_change(resident, Change.MOVED_IN, on, to, from_area=from_area)
    audit.record("resident.returned", resident, by=by, before=before, after={"dwelling": to})
    return resident


@transaction.atomic
def go_away(*, resident_id: int, on: dt.date | None = None, note: str = "", by: User) -> Resident:
    """Somebody is away for a time: still registered, not living in."""
    return _sleeps(resident_id, Change.LEFT_FOR_A_TIME, on, lives_in=False, note=note, by=by)


@transaction.atomic
def return_home(*, resident_id: int, on: dt.date | None = None, from_area: str = "", note: str = "", by: User) -> Resident:
    """Somebody registered here is back, perhaps from an area that matters."""
    return _sleeps(resident_id, Change.RETURNED, on, lives_in=True, from_area=from_area, note=note, by=by)


def _sleeps(resident_id: int, kind: str, on: dt.date | None, *, lives_in: bool, by: User, **said: str) -> Resident:
    resident, on = present(resident_id), past(on)
    if resident.lives_in == lives_in:
        raise Refused(_("The person lives here already.") if lives_in else _("The person is away already."))
    save(resident, {"lives_in": lives_in})
    write_change(resident, kind, on, resident.dwelling, **said)
    audit.record("resident.changed", resident, by=by, before={"lives_in": not lives_in}, after={"lives_in": lives_in})
    return resident


def _relation_in(resident: Resident, to: Dwelling) -> dict[str, Any]:
    """A head who comes to a home that has one is one of the others there."""
    if resident.relation != Resident.Relation.HEAD:
        return {}
    taken = to.residents.registered().filter(relation=Resident.Relation.HEAD).exclude(pk=resident.pk).exists()
    return {"relation": Resident.Relation.OTHER} if taken else {}
