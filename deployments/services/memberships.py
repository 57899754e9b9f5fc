"""What a cadre may see follows from where she is sent: one membership for each serving secondment, for its days."""

from deployments.models import Cadre
from residents.models import Membership, Role


def follow(cadre: Cadre) -> None:
    """Make the account's memberships equal to the secondments; called after each change of either."""
    if cadre.user_id is None:
        return
    role = Role.VOLUNTEER if cadre.kind == Cadre.Kind.VOLUNTEER else Role.CADRE
    due = {(role, *days) for days in cadre.secondments.serving().values_list("community", "starts_on", "ends_on")}
    held = Membership.objects.filter(user=cadre.user_id, role__in=[Role.CADRE, Role.VOLUNTEER])
    kept = set()
    for row in held:
        key = (row.role, row.community_id, row.starts_on, row.ends_on)
        if key in due and key not in kept:
            kept.add(key)
        else:
            row.delete()
    Membership.objects.bulk_create(
        Membership(user_id=cadre.user_id, role=role, community_id=community, starts_on=starts_on, ends_on=ends_on)
        for role, community, starts_on, ends_on in sorted(due - kept, key=str)
    )
