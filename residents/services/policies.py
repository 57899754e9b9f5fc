"""Which policy is in force where."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from portal.lib.prepared import Prepared, columns, made
from residents.models import Community, DutyPolicy

# Asked with every request of a resident and every passage.
IN_FORCE = Prepared("duty_policies", f"""
SELECT {columns(DutyPolicy, "p")} FROM residents_dutypolicy p
WHERE p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on >= %(day)s)
ORDER BY p.starts_on, p.id
""", day="date")  # fmt: skip  # noqa: S608 - names of columns


def duty_policy(community: Community, day: dt.date) -> DutyPolicy:
    """The policy of a community on a day."""
    return duty_policies([community], day)[community.pk]


def duty_policies(communities: Iterable[Community], day: dt.date) -> dict[int, DutyPolicy]:
    """The policy of each community on a day, by the community's key; two statements however many there are.

    The nearest level wins, and within a level the row that started last; with no row at all the national numbers hold.
    """
    # Oldest first, so that a later row replaces an earlier one.
    found = IN_FORCE.rows({"day": connection.ops.adapt_datefield_value(day)})
    policies: list[DutyPolicy] = [policy for row in found for policy in made(row, DutyPolicy)]
    rows = {(policy.community_id, policy.subdistrict_id, policy.district_id): policy for policy in policies}
    fallback = rows.get((None, None, None)) or DutyPolicy()
    if not any(key != (None, None, None) for key in rows):
        return {community.pk: fallback for community in communities}
    return {
        community.pk: rows.get((community.pk, None, None))
        or rows.get((None, community.subdistrict_id, None))
        or rows.get((None, None, community.subdistrict.district_id))
        or fallback
        for community in communities
    }
