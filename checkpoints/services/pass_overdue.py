"""Who is out with a pass longer than allowed: shown at the gate and at the desk, told once a trip to the compound's steward."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import EntryPass, Passage, PassPolicy, PassUse, Shift
from checkpoints.models.passes import OUTSIDERS
from checkpoints.services import pass_cases, pass_rules
from deployments.models import Responsibility
from deployments.services import responsibilities
from portal.accounts.models import Message, User
from portal.accounts.outbox import draft, send
from residents.services.offices import office

# Who has not come back after so many days came back unseen, or lives elsewhere.
LOOKED_BACK = dt.timedelta(days=3)


class Late(NamedTuple):
    """A pass that is outside too long: since when it should be back, and when it went out."""

    card: EntryPass
    since: str
    out_at: dt.datetime


def overdue(communities: Any, *, compounds: Any = None, at: dt.datetime | None = None) -> list[Late]:
    """Whose holders should have been back, who waits longest first; the same few statements however many there are."""
    at = at or timezone.now()
    rows = _outside(communities, at).exclude(entry_pass__kind__in=OUTSIDERS)
    if compounds is not None:
        rows = rows.filter(entry_pass__compound__in=compounds)
    uses = list(rows.select_related(*(f"entry_pass__{name}" for name in pass_cases.RELATED)))
    if not uses:
        return []
    found = pass_cases.cases([use.entry_pass for use in uses], at)
    late = ((use, pass_rules.overdue_since(found[use.entry_pass_id])) for use in uses)
    return sorted((Late(use.entry_pass, since, use.happened_at) for use, since in late if since), key=lambda row: row.since)


def _outside(communities: Any, at: dt.datetime) -> Any:
    """The ways out after which the same pass has not been seen again."""
    passed = PassUse.objects.standing().filter(entry_pass__isnull=False, happened_at__lte=at, happened_at__gte=at - LOOKED_BACK)
    after = Q(happened_at__gt=OuterRef("happened_at")) | Q(happened_at=OuterRef("happened_at"), pk__gt=OuterRef("pk"))
    again = passed.filter(after, entry_pass=OuterRef("entry_pass"))
    return passed.within(communities).filter(~Exists(again), direction=Passage.Direction.OUT)


def at_gate(shift: Shift) -> list[Late]:
    """Of the compound of a shift's gate."""
    compound = shift.post.compound
    return overdue([compound.community_id], compounds=[compound.pk])


def mine(user: User) -> list[Late]:
    """Of the compounds whose steward the person is."""
    stands = _stewards().filter(cadre__user=user)
    return overdue(stands.values("community"), compounds=stands.values("compound"))


def escalate(now: dt.datetime | None = None) -> int:
    """Tell the steward of a compound who is late, once a trip; the office where no steward has a sign-in.

    The minute task calls it.
    """
    now = now or timezone.now()
    timed = PassPolicy.objects.on(timezone.localdate(now)).filter(max_minutes__isnull=False)
    drafts = list(_told(overdue(set(timed.values_list("community", flat=True)), at=now)))
    send(drafts)
    return len(drafts)


def _told(late: list[Late]) -> Iterator[Message]:
    stewards = _users({row.card.compound_id for row in late})
    offices = office({row.card.community_id for row in late})
    for row in late:
        own = stewards[row.card.compound_id]
        page = "checkpoints:my_day" if own else "checkpoints:pass_use_list"
        for user in own or offices[row.card.community_id]:
            yield draft(
                user, "pass_overdue", key=f"pass_overdue-{row.card.pk}-{row.out_at:%Y%m%d%H%M%S}", link=reverse(page),
                place=row.card.compound, label=row.card, where=row.card.dwelling or "", time=row.since[11:],
            )  # fmt: skip


def _users(compounds: Iterable[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = defaultdict(list)
    rows = _stewards().filter(compound__in=compounds, cadre__user__is_active=True)
    for row in rows.select_related("cadre__user"):
        found[row.compound_id].append(row.cadre.user)
    return found


def _stewards() -> Any:
    return responsibilities.standing(timezone.localdate()).filter(role=Responsibility.Role.STEWARD)
