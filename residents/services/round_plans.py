"""The timetable of rounds: made, changed, ended. Rounds that are open already stay as they are."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community, RoundPlan
from residents.services import rounds

FIELDS = ("name", "compound", "building", "whom", "places", "slots", "minutes", "starts_on", "ends_on")
MANY = ("categories", "dwellings", "team")
# What decides at which moments a round is due.
TIMETABLE = {"slots", "minutes", "starts_on"}


@transaction.atomic
def create(*, community: Community, kind: str, values: Mapping[str, Any], by: User) -> RoundPlan:
    """Write a plan and open what it asks for at this hour, so that its first round is there at once."""
    now = timezone.now()
    chosen = {name: values[name] for name in FIELDS if name in values}
    with explained(RoundPlan):
        plan = RoundPlan.objects.create(community=community, kind=kind, timed_at=now, **chosen)
    _set_many(plan, values)
    audit.record("round_plan.created", plan, by=by, after={"name": plan.name, "kind": kind, "slots": plan.slots})
    rounds.open_slots(plan, now)
    return plan


@transaction.atomic
def update(*, plan_id: int, values: Mapping[str, Any], by: User) -> RoundPlan:
    """Change a plan; the next round is made by it."""
    plan = RoundPlan.objects.select_for_update(of=("self",)).select_related("community").get(pk=plan_id)
    before, after = audit.changed(plan, {name: values[name] for name in FIELDS if name in values})
    for name, value in after.items():
        setattr(plan, name, value)
    if TIMETABLE & set(after):
        plan.timed_at = timezone.now()
    with explained(RoundPlan):
        plan.save()
    _set_many(plan, values)
    audit.record("round_plan.changed", plan, by=by, before=before, after=after)
    return plan


@transaction.atomic
def end(*, plan_id: int, until: dt.date, by: User) -> RoundPlan:
    """Let the timetable end on a day; ending it twice is ending it once."""
    plan = RoundPlan.objects.select_for_update(of=("self",)).select_related("community").get(pk=plan_id)
    if until < plan.starts_on:
        raise Refused(_("The plan begins on %(day)s. Choose that day or a later one.") % {"day": plan.starts_on})
    if plan.ends_on != until:
        audit.record("round_plan.ended", plan, by=by, before={"ends_on": plan.ends_on}, after={"ends_on": until})
        plan.ends_on = until
        plan.save(update_fields=["ends_on"])
    return plan


def _set_many(plan: RoundPlan, values: Mapping[str, Any]) -> None:
    for name in MANY:
        if name in values:
            getattr(plan, name).set(values[name])
