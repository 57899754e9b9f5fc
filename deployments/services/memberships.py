"""What a cadre may see follows from where she is sent: one membership for each serving secondment, for its days."""

from deployments.models import Cadre, Secondment
from residents.models import Membership, Role


def follow(*cadres: Cadre) -> None:
    """Make the accounts' memberships equal to the secondments; called after each change of either."""
    owners = {cadre.pk: cadre for cadre in cadres if cadre.user_id}
    if not owners:
        return
    due = {
        (owners[cadre].user_id, _role(owners[cadre]), *days)
        for cadre, *days in Secondment.objects.serving()
        .filter(cadre__in=owners)
        .values_list("cadre", "community", "starts_on", "ends_on")
    }
    users = [cadre.user_id for cadre in owners.values()]
    kept, stray = set(), []
    for row in Membership.objects.filter(user__in=users, role__in=[Role.CADRE, Role.VOLUNTEER]):
        key = (row.user_id, row.role, row.community_id, row.starts_on, row.ends_on)
        if key in due and key not in kept:
            kept.add(key)
        else:
            stray.append(row.pk)
    Membership.objects.filter(pk__in=stray).delete()
    Membership.objects.bulk_create(
        Membership(user_id=user, role=role, community_id=community, starts_on=starts_on, ends_on=ends_on)
        for user, role, community, starts_on, ends_on in sorted(due - kept, key=str)
    )


def _role(cadre: Cadre) -> str:
    return Role.VOLUNTEER if cadre.kind == Cadre.Kind.VOLUNTEER else Role.CADRE
