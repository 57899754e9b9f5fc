"""Which homes quarantine keeps in: what quarantine.may_leave() says of one person, for many homes in two statements."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from residents.models import CaseState, ExitPermit, QuarantineCase
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


def held_homes(dwelling_ids: Iterable[int], at: dt.datetime) -> dict[int, Held]:
    """Those of the homes that are in quarantine at a moment."""
    cases = QuarantineCase.objects.open().filter(dwelling__in=list(dwelling_ids), state__in=HELD)
    begun = cases.filter(Q(notice_served_at=None) | Q(notice_served_at__lte=at))
    rows = begun.exclude(state=CaseState.TRANSFERRED).order_by().values_list("pk", "dwelling", "resident", "own_room")
    found: dict[int, Held] = {}
    home_of = {}
    for case, dwelling, resident, own_room in rows:
        held = found.setdefault(dwelling, Held())
        held.people.add(resident)
        held.everybody |= not own_room
        home_of[case] = dwelling
    if home_of:
        out = ExitPermit.objects.filter(case__in=home_of, returned_at=None, approved_at__lte=at, back_by__gte=at)
        for case, resident in out.values_list("case", "case__resident"):
            found[home_of[case]].permitted.add(resident)
    return found
