"""Which homes quarantine keeps in: what quarantine.may_leave() says of one person, for many homes in one statement."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from residents.models import CaseState, Compound, ExitPermit, QuarantineCase
from residents.models.quarantine import CaseQuerySet
from residents.services.quarantine import HELD


@dataclass
class Held:
    """A home in quarantine: everybody of it, or only some; and who has an approved exit now."""

    everybody: bool = False
    people: set[int] = field(default_factory=set)
    permitted: set[int] = field(default_factory=set)

    def said(self, resident_id: int | None) -> str:
        """`all`, `some`, `permit` or nothing: of one person of the home, or of whoever comes with its pass."""
        if resident_id is not None:
            kept = self.everybody or resident_id in self.people
            return "all" if kept and resident_id not in self.permitted else ""
        if self.everybody:
            return "permit" if self.permitted else "all"
        return "some" if self.people else ""

    def worst(self, people: Iterable[int | None]) -> str:
        """What is said of several who come together: of those who are named, else of whoever comes."""
        said = {self.said(key) for key in people}
        return next((word for word in ("all", "permit", "some") if word in said), "")


def held_homes(dwelling_ids: Iterable[int], at: dt.datetime) -> dict[int, Held]:
    """Those of the homes that are in quarantine at a moment; one statement."""
    return _held(QuarantineCase.objects.filter(dwelling__in=list(dwelling_ids)), at)


def held_in(compound: Compound, at: dt.datetime) -> dict[int, Held]:
    """The homes of a compound that are in quarantine at a moment; one statement."""
    return _held(QuarantineCase.objects.filter(dwelling__entrance__building__compound=compound.pk), at)


def _held(cases: CaseQuerySet, at: dt.datetime) -> dict[int, Held]:
    begun = cases.open().filter(Q(notice_served_at=None) | Q(notice_served_at__lte=at), state__in=HELD)
    now_out = ExitPermit.objects.filter(case=OuterRef("pk"), returned_at=None, approved_at__lte=at, back_by__gte=at)
    rows = begun.exclude(state=CaseState.TRANSFERRED).order_by().annotate(permit=Exists(now_out))
    found: dict[int, Held] = {}
    for dwelling, resident, own_room, permit in rows.values_list("dwelling", "resident", "own_room", "permit"):
        held = found.setdefault(dwelling, Held())
        held.people.add(resident)
        held.everybody |= not own_room
        if permit:
            held.permitted.add(resident)
    return found
