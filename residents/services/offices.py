"""Whom to tell of a community: its own office, and the officers above it."""

from collections.abc import Iterable, Sequence

from portal.accounts.models import User
from residents.models import Community, Membership, Role

OFFICE = (Role.SECRETARY, Role.WORKER)


def office(communities: Iterable[int], roles: Sequence[str] = OFFICE) -> dict[int, list[User]]:
    """Secretaries and workers, or who has the roles, of each community, by its key; one statement."""
    found: dict[int, list[User]] = {key: [] for key in communities}
    rows = Membership.objects.live().filter(role__in=roles, community__in=list(found), user__is_active=True)
    for membership in rows.select_related("user"):
        found[membership.community_id or 0].append(membership.user)
    return found


def officers(communities: Iterable[Community]) -> dict[int, list[User]]:
    """Officers of the subdistrict of each community, by the community's key; one statement."""
    places = {community.pk: community.subdistrict_id for community in communities}
    rows = Membership.objects.live().filter(
        role=Role.SUBDISTRICT_OFFICER, subdistrict__in=set(places.values()), user__is_active=True
    )
    found: dict[int, list[User]] = {}
    for membership in rows.select_related("user"):
        found.setdefault(membership.subdistrict_id or 0, []).append(membership.user)
    return {key: found.get(subdistrict, []) for key, subdistrict in places.items()}
