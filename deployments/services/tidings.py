"""What cadres, sending units and communities are told when a secondment or a leave changes."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from deployments.models import Leave, Secondment, Supervisor
from portal.accounts import outbox
from portal.accounts.models import User
from portal.lib import masks
from residents.models import Membership, Role

State = Secondment.State
TO_CADRE = (State.APPROVED, State.CANCELLED, State.RECALLED, State.COMPLETED)


def of_secondment(row: Secondment, *, by: User | None) -> None:
    """Tell whom it concerns that a secondment has come to its present state; nobody hears of what she did herself."""
    if row.state in TO_CADRE:
        _tell([row.cadre.user], f"secondment_{row.state}", row, reverse("home"), by)
    if row.state in (State.APPROVED, State.REFUSED):
        units = Supervisor.objects.live().filter(unit=row.cadre.unit_id, user__is_active=True)
        people = [supervisor.user for supervisor in units.select_related("user")]
        _tell(people, f"offer_{row.state}", row, reverse("deployments:supervision"), by)
    if row.state == State.RECALLED:
        secretaries = Membership.objects.live().filter(role=Role.SECRETARY, community=row.community_id, user__is_active=True)
        people = [membership.user for membership in secretaries.select_related("user")]
        _tell(people, "cadre_recalled", row, reverse("deployments:secondment_detail", args=[row.pk]), by)


def of_redeployment(new: Secondment, *, by: User) -> None:
    """Tell the cadre where she goes next."""
    _tell([new.cadre.user], "secondment_redeployed", new, reverse("home"), by)


def of_leave(row: Leave, *, by: User) -> None:
    """Tell the cadre what was decided about her leave."""
    user = row.secondment.cadre.user
    if user is None or user == by:
        return
    times = {name: f"{timezone.localtime(at):%m-%d %H:%M}" for name, at in (("start", row.starts_at), ("end", row.ends_at))}
    outbox.tell(user, f"leave_{row.state}", key=f"leave-{row.pk}-{row.state}", link=reverse("deployments:leave_mine"), **times)


def _tell(people: Iterable[User | None], kind: str, row: Secondment, link: str, by: User | None) -> None:
    facts = {
        "community": row.community.name,
        # Messages go to phones: no name in full.
        "cadre": masks.name(row.cadre.name),
        "first": row.starts_on,
        "last": row.ends_on or "",
    }
    key = f"{kind}-{row.pk}"
    outbox.send(outbox.draft(user, kind, key=key, link=link, **facts) for user in people if user and user != by)
