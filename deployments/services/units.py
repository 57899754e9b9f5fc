"""Sending units: one leader in charge and one liaison, both reachable."""

from typing import Any

from django.db import transaction

from deployments.models import SendingUnit
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained


@transaction.atomic
def create(*, values: dict[str, Any], by: User | None) -> SendingUnit:
    """Put down a unit that sends people."""
    with explained(SendingUnit):
        unit = SendingUnit.objects.create(**values)
    audit.record("unit.created", unit, by=by, after=values)
    return unit


@transaction.atomic
def update(*, unit_id: int, values: dict[str, Any], by: User | None) -> SendingUnit:
    """Change what is known of a unit."""
    unit = SendingUnit.objects.select_for_update().get(pk=unit_id)
    before, after = audit.changed(unit, values)
    for name, value in after.items():
        setattr(unit, name, value)
    if after:
        with explained(SendingUnit):
            unit.save(update_fields=list(after))
        audit.record("unit.changed", unit, by=by, before=before, after=after)
    return unit
