"""What a cadre may see follows from where she is sent: one membership for each serving secondment, for its days."""

from typing import Any

from deployments.models import Cadre, Secondment
from portal.accounts import audit
from portal.accounts.models import User
from residents.models import Community, Membership, Role


def follow(*cadres: Cadre, by: User | None) -> None:
    """Make the accounts' memberships equal to the secondments; called after each change of either."""
    owners = {cadre.pk: cadre for cadre in cadres if cadre.user_id}
    if not owners:
        return
    due: dict[tuple[Any, ...], Community] = {
        (owners[row.cadre_id].user_id, _role(owners[row.cadre_id]), row.community_id, row.starts_on, row.ends_on): row.community
        for row in Secondment.objects.serving().filter(cadre__in=owners).select_related("community")
    }
    users = [cadre.user_id for cadre in owners.values()]
    kept, stray = set(), []
    held = Membership.objects.filter(user__in=users, role__in=[Role.CADRE, Role.VOLUNTEER])
    for row in held.select_related("community"):
        key = (row.user_id, row.role, row.community_id, row.starts_on, row.ends_on)
        if key in due and key not in kept:
            kept.add(key)
        else:
            stray.append(row)
    _shut(stray, by=by)
    _open([_membership(key, due[key]) for key in sorted(due.keys() - kept, key=str)], by=by)


def _membership(key: tuple[Any, ...], community: Community) -> Membership:
    user, role, _pk, starts_on, ends_on = key
    return Membership(user_id=user, role=role, community=community, starts_on=starts_on, ends_on=ends_on)


def _shut(rows: list[Membership], *, by: User | None) -> None:
    if rows:
        audit.write(audit.line("membership.removed", row, by=by, before=audit.told(row)) for row in rows)
        Membership.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _open(rows: list[Membership], *, by: User | None) -> None:
    if rows:
        Membership.objects.bulk_create(rows)
        audit.write(audit.line("membership.opened", row, by=by, after=audit.told(row)) for row in rows)


def _role(cadre: Cadre) -> str:
    return Role.VOLUNTEER if cadre.kind == Cadre.Kind.VOLUNTEER else Role.CADRE
