"""Who does errands in a community, and who should go: each suggestion says why."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import lasts_on
from portal.lib.errors import Refused
from residents.access import GRANTS, Permission, communities_for
from residents.models import Community, Errand, Helper, Membership, Pairing, Round, Stop
from residents.models.errand_states import IN_HAND

# Whoever handed something over in the building so lately is still near.
NEAR = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take an errand, and why them; `against` says what speaks against it."""

    helper: User
    open: int
    reasons: list[str]
    against: str = ""


def here(community_id: int) -> "QuerySet[User]":
    """Everybody who does errands in a community today."""
    roles = [role for role, granted in GRANTS.items() if Permission.ERRAND_CLAIM in granted]
    today = lasts_on(timezone.localdate())
    rows = Membership.objects.filter(today, user=OuterRef("pk"), community=community_id, role__in=roles)
    return User.objects.filter(Exists(rows), is_active=True)


def expect_helper(helper: User, community: Community) -> None:
    """Refuse who does no errands there."""
    if not helper.is_active or not communities_for(helper, Permission.ERRAND_CLAIM).filter(pk=community.pk).exists():
        raise Refused(_("%(name)s does no errands in this community. Choose somebody else.") % {"name": helper})


def suggestions(errand: Errand, most: int = 5) -> list[Candidate]:
    """Paired with the home, there already, least to do; last who should not climb there. One statement."""
    stairs = must_climb(errand)
    rows = _known(errand)
    found = [(user, _candidate(user, stairs=stairs)) for user in rows]
    found.sort(key=lambda pair: _rank(*pair))
    return [candidate for _user, candidate in found[:most]]


def _rank(user: Any, candidate: Candidate) -> tuple[bool, bool, bool, int, int]:
    near = bool(user.carries_there or user.walks_there or user.was_there)
    return bool(candidate.against), not user.paired, not near, candidate.open, user.pk


def must_climb(errand: Errand) -> bool:
    """Whether somebody has to carry it up: a home above the ground floor of a house without lift."""
    if errand.entrance is None or errand.entrance.building.has_lift:
        return False
    return errand.dwelling is None or (errand.dwelling.floor or 1) > 1


def _known(errand: Errand) -> Any:
    """The helpers with what speaks for and against each."""
    building = errand.entrance.building_id if errand.entrance else 0
    there = Q(entrance__building=building)
    busy, me = Q(errands__state__in=IN_HAND), OuterRef("pk")
    done = Errand.objects.filter(there, delivered_by=me, delivered_at__gte=timezone.now() - NEAR)
    of_building = Stop.objects.open().filter(dwelling__entrance__building=building, round=OuterRef("round"))
    walking = Round.walkers.through.objects.filter(Exists(of_building), user=me, round__closed_at=None)
    paired = Pairing.objects.live().filter(helper=me, dwelling=errand.dwelling_id)
    stays = Helper.objects.filter(user=me, community=errand.community_id, climbs=False)
    return here(errand.community_id).exclude(pk=errand.assignee_id or 0).annotate(
        open_errands=Count("errands", filter=busy, distinct=True),
        carries_there=Exists(Errand.objects.filter(there, assignee=me, state__in=IN_HAND)),
        was_there=Exists(done),
        walks_there=Exists(walking.filter(round__starts_at__lte=timezone.now())),
        paired=Exists(paired) if errand.dwelling_id else Value(False),
        stays_below=Exists(stays),
    )  # fmt: skip


SIGNS: dict[str, Promise] = {
    "paired": gettext_lazy("paired with this home"),
    "carries_there": gettext_lazy("has something for this building already"),
    "walks_there": gettext_lazy("walks a round in this building"),
    "was_there": gettext_lazy("was in this building just now"),
}


def _candidate(user: Any, *, stairs: bool) -> Candidate:
    reasons = [str(label) for name, label in SIGNS.items() if getattr(user, name)]
    if stairs and user.stays_below:
        return Candidate(user, user.open_errands, reasons, _("no lift there, and no stairs for them"))
    if stairs:
        reasons.append(_("climbs stairs, there is no lift"))
    return Candidate(user, user.open_errands, reasons)


def list_of(communities: Any) -> "QuerySet[User]":
    """Everybody who does errands somewhere here, with what is known of them."""
    roles = [role for role, granted in GRANTS.items() if Permission.ERRAND_CLAIM in granted]
    today = lasts_on(timezone.localdate())
    rows = Membership.objects.filter(today, user=OuterRef("pk"), community__in=communities, role__in=roles)
    pairs = Pairing.objects.live().within(communities).filter(helper=OuterRef("pk"))
    return User.objects.filter(Exists(rows), is_active=True).annotate(
        in_hand=Count("errands", filter=Q(errands__state__in=IN_HAND, errands__community__in=communities), distinct=True),
        stays_below=Exists(Helper.objects.within(communities).filter(user=OuterRef("pk"), climbs=False)),
        is_paired=Exists(pairs),
    )


@transaction.atomic
def set_climbs(*, user: User, community: Community, climbs: bool, by: User) -> Helper:
    """The desk learns that somebody should carry nothing upstairs, or may again."""
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    expect_helper(user, community)
    row, _made = Helper.objects.get_or_create(community=community, user=user)
    if row.climbs != climbs:
        row.climbs = climbs
        row.save(update_fields=["climbs"])
        audit.record("helper.changed", row, by=by, before={"climbs": not climbs}, after={"climbs": climbs})
    return row
