"""Which pass rule holds where and when, as the plain data that pass_rules judges by; new rows and their end."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from checkpoints.models import PassPolicy
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community, Compound

FIELDS = (
    "name", "level", "starts_on", "ends_on", "scope", "trips", "period_days", "persons", "days", "weekdays", "from_time",
    "until_time", "max_minutes", "proofs", "exempt", "voids", "document_no",
)  # fmt: skip


def as_rule(policy: PassPolicy) -> dict[str, Any]:
    """What pass_rules needs of a row."""
    clock = "{:%H:%M}".format
    return {
        "id": policy.pk,
        "scope": policy.scope,
        "trips": policy.trips,
        "period_days": policy.period_days,
        "persons": policy.persons,
        "days": policy.days,
        "weekdays": [int(day) for day in policy.weekdays.split(",") if day],
        "from": clock(policy.from_time) if policy.from_time else "",
        "until": clock(policy.until_time) if policy.until_time else "",
        "minutes": policy.max_minutes,
        "proofs": policy.proofs,
        "exempt": policy.exempt,
        "voids": policy.voids,
        "starts_on": policy.starts_on.isoformat(),
    }


def in_force(communities: Iterable[int], day: dt.date) -> list[PassPolicy]:
    """Every row of these communities that holds on a day, in one statement."""
    return list(PassPolicy.objects.on(day).filter(community__in=communities))


def choose(rows: Sequence[PassPolicy], compound: Compound, level: str) -> PassPolicy | None:
    """The one that holds in a compound at a control level: the nearest, and of equals the latest."""
    fitting = [
        row
        for row in rows
        if row.community_id == compound.community_id and row.compound_id in {None, compound.pk} and row.level in {"", level}
    ]
    return max(fitting, key=lambda row: (bool(row.compound_id), bool(row.level), row.starts_on, row.pk), default=None)


@transaction.atomic
def add(*, community: Community, compound: Compound | None, values: dict[str, Any], by: User) -> PassPolicy:
    """Put down a rule; those before it stay, and hold again for the past."""
    if compound and compound.community_id != community.pk:
        raise Refused(_("This compound belongs to another community. Choose one of this community."))
    with explained(PassPolicy):
        policy = PassPolicy.objects.create(community=community, compound=compound, **values)
    facts: dict[str, Any] = {name: values[name] for name in ("starts_on", "trips", "period_days", "scope") if name in values}
    audit.record("passpolicy.added", policy, by=by, after=facts)
    return policy


@transaction.atomic
def end(*, policy_id: int, on: dt.date, by: User) -> PassPolicy:
    """Let a rule hold for the last time on a day."""
    policy = PassPolicy.objects.select_for_update(of=("self",), no_key=True).select_related("community").get(pk=policy_id)
    if policy.ends_on and policy.ends_on <= on:
        raise Refused(_("This rule ends before that day already."))
    before = {"ends_on": policy.ends_on}
    policy.ends_on = on
    with explained(PassPolicy):
        policy.save(update_fields=["ends_on"])
    audit.record("passpolicy.ended", policy, by=by, before=before, after={"ends_on": on})
    return policy
