"""A trip: what one helper has in hand, as one shopping list and one walk from door to door. It is no row of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.access import GRANTS, Permission, communities_for
from residents.models import Errand, ErrandLine, ErrandState, Membership
from residents.models.errand_states import DONE, IN_HAND
from residents.services import errands

# A trip is what two arms carry.
MOST_AT_ONCE = 30
TO_BUY = (ErrandLine.State.WANTED, ErrandLine.State.AGREED)


@dataclass
class Goods:
    """One thing of the shopping list, for all homes that want it."""

    name: str
    unit: str
    quantity: Decimal = Decimal(0)
    lines: list[ErrandLine] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.name} {self.quantity.normalize():f}{self.unit}"

    @property
    def keys(self) -> str:
        """The lines it stands for, as the page sends them back."""
        return ",".join(str(line.pk) for line in self.lines)


def mine(user: User) -> "QuerySet[Errand]":
    """What I have in hand, in the order of the doors."""
    rows = Errand.objects.filter(assignee=user, state__in=IN_HAND, community__in=communities_for(user, Permission.ERRAND_CLAIM))
    return rows.with_places().prefetch_related("lines").in_walking_order()


def in_hand(user: User) -> list[Errand]:
    """The same for the page of a helper's day, without the things."""
    return list(mine(user).prefetch_related(None)[:MOST_AT_ONCE])


def shopping(rows: Iterable[Errand]) -> list[Goods]:
    """Everything that is still to be bought, each thing once, however many homes want it."""
    found: dict[tuple[str, str], Goods] = {}
    for errand in rows:
        for line in errand.lines.all():
            if line.state in TO_BUY:
                line.errand = errand
                name = line.substitute if line.state == ErrandLine.State.AGREED else line.name
                goods = found.setdefault((name, line.unit), Goods(name, line.unit))
                goods.quantity += line.quantity
                goods.lines.append(line)
    return list(found.values())


def asked(rows: Iterable[Errand]) -> list[ErrandLine]:
    """What a home was asked about and has not answered: whoever stands in the shop rings them."""
    found = []
    for errand in rows:
        for line in errand.lines.all():
            if line.state == ErrandLine.State.ASKED:
                line.errand = errand
                found.append(line)
    return found


def along(user: User, communities: Any, most: int = 10) -> "QuerySet[Errand]":
    """What waits in the buildings where I go anyhow, the worst first."""
    mine_there = Errand.objects.filter(
        assignee=user, state__in=IN_HAND, entrance__building=OuterRef("entrance__building"), community=OuterRef("community")
    )
    rows = Errand.objects.within(communities).waiting().filter(Exists(mine_there))
    return rows.with_places().in_queue_order()[:most]


def done_today(user: User) -> int:
    """How many I have done since midnight."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Errand.objects.filter(delivered_by=user, state__in=DONE, delivered_at__gte=midnight).count()


def take(*, errand_ids: Iterable[int], by: User) -> int:
    """Take several along; what somebody else has meanwhile stays theirs. Return how many are mine now."""
    return _each(errand_ids, lambda pk: errands.claim(errand_id=pk, by=by))


def give(*, errand_ids: Iterable[int], helper: User, by: User) -> int:
    """The desk puts several into one trip of somebody's. Return how many."""
    return _each(errand_ids, lambda pk: errands.assign(errand_id=pk, helper=helper, by=by))


def set_out(*, by: User) -> int:
    """Begin the trip: everything I have and have not begun. Return how many."""
    rows = Errand.objects.filter(assignee=by, state=ErrandState.ACCEPTED).values_list("pk", flat=True)
    return _each(rows, lambda pk: errands.start(errand_id=pk, by=by))


def left_behind() -> int:
    """What somebody has in hand who does no errands here any more waits for another. The minute task calls it.

    A recall, a sign-in taken away, a secondment that is over: a call for help must not go with them.
    """
    granting = [role for role, granted in GRANTS.items() if Permission.ERRAND_CLAIM in granted]
    here = Membership.objects.live().filter(
        user=OuterRef("assignee"), community=OuterRef("community"), role__in=granting, user__is_active=True
    )
    rows = Errand.objects.filter(~Exists(here), state__in=IN_HAND).order_by("pk").values_list("pk", "assignee")
    had = dict(rows[:MOST_AT_ONCE])
    return _each(had, lambda pk: errands.leave_behind(errand_id=pk, assignee_id=had[pk]))


def _each(errand_ids: Iterable[int], act: Callable[[int], Any]) -> int:
    # One after the other, each for itself: one that is gone must not keep the rest.
    done = 0
    for pk in sorted(set(errand_ids))[:MOST_AT_ONCE]:
        try:
            act(pk)
        except Refused:
            continue
        done += 1
    return done
