"""Which policy is in force where."""

import datetime as dt
from collections.abc import Iterable

from residents.models import Community, DutyPolicy


def duty_policy(community: Community, day: dt.date) -> DutyPolicy:
    """The policy of a community on a day."""
    return duty_policies([community], day)[community.pk]


def duty_policies(communities: Iterable[Community], day: dt.date) -> dict[int, DutyPolicy]:
    """The policy of each community on a day, by the community's key; two statements however many there are.

    The nearest level wins, and within a level the row that started last; with no row at all the national numbers hold.
    """
    # Oldest first, so that a later row replaces an earlier one.
    rows = {
        (policy.community_id, policy.subdistrict_id, policy.district_id): policy
        for policy in DutyPolicy.objects.on(day).order_by("starts_on", "id")
    }
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
