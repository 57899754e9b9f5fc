"""Writing what a roster says: units, people, secondments."""

from collections.abc import Sequence
from typing import Any

from deployments.models import Cadre, Secondment, SendingUnit
from deployments.services import memberships
from deployments.services.roster_known import Plan
from deployments.services.roster_units import RosterUnits
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.crypto import lookup_hash


def store(plans: Sequence[Plan], roster_units: RosterUnits, *, by: User | None) -> None:
    """Carry the plans out: units, people, secondments, their audit lines."""
    units = roster_units.stored({plan.unit for plan in plans}, by=by)
    new = [plan for plan in plans if plan.cadre is None]
    for plan in new:
        number = plan.person["id_number"]
        plan.cadre = Cadre(**plan.person, unit=units[plan.unit], id_hash=lookup_hash(number) if number else None)
    with explained(Cadre):
        Cadre.objects.bulk_create([plan.cadre for plan in new if plan.cadre])
    sent = [plan for plan in plans if plan.secondment is None]
    for plan in sent:
        plan.secondment = Secondment(cadre=plan.cadre, community=plan.community, **plan.terms)
    with explained(Secondment):
        Secondment.objects.bulk_create([plan.secondment for plan in sent if plan.secondment])
    for plan in plans:
        _change(plan, units, by)
    _record(new, sent, by)


def _change(plan: Plan, units: dict[str, SendingUnit], by: User | None) -> None:
    cadre, secondment = plan.cadre, plan.secondment
    assert cadre is not None  # noqa: S101 - store() has made it
    assert secondment is not None  # noqa: S101
    if plan.after:
        values = {**plan.after, **({"unit": units[plan.unit]} if "unit" in plan.after else {})}
        if "id_number" in values:
            values["id_hash"] = lookup_hash(values["id_number"])
        _save(cadre, values)
        audit.record("cadre.changed", cadre, community=plan.community, by=by, before=plan.before, after=plan.after)
    if plan.terms_after:
        _save(secondment, plan.terms_after)
        audit.record("secondment.changed", secondment, by=by, before=plan.terms_before, after=plan.terms_after)
    if cadre.user_id:
        memberships.follow(cadre, by=by)


def _record(new: Sequence[Plan], sent: Sequence[Plan], by: User | None) -> None:
    lines = [
        audit.line("cadre.created", plan.cadre, by=by, community=plan.community, after=_plain(plan.person))
        for plan in new
        if plan.cadre
    ]
    lines += [
        audit.line("secondment.approved", plan.secondment, by=by, community=plan.community, after=_plain(plan.terms))
        for plan in sent
        if plan.secondment
    ]
    audit.write(lines)


def _save(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    with explained(type(row)):
        row.save(update_fields=list(values))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
