"""How many are in quarantine, by compound and up the levels, each table in one statement."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from residents.models import CaseState, ContactClass, QuarantineCase
from residents.models.quarantine import ENDED, FOLLOWED
from residents.services import levels

# The lists people ask for: each is a filter of the cases and a column of the counts.
OPEN = Q(ended_on=None)
LISTS: dict[str, Q] = {
    "positive": OPEN & Q(contact_class=ContactClass.POSITIVE),
    "close": OPEN & Q(contact_class=ContactClass.CLOSE),
    "secondary": OPEN & Q(contact_class=ContactClass.SECONDARY),
    "at_home": OPEN & Q(state__in=FOLLOWED),
    "to_move": OPEN & Q(state=CaseState.TO_CENTRAL),
    "at_site": OPEN & Q(state=CaseState.TRANSFERRED),
    "alert": OPEN & Q(state__in=[CaseState.ALERT, CaseState.VIOLATION]),
    "released": Q(state=CaseState.RELEASED),
}
# What is looked up beside them and counted nowhere: opened by mistake, or gone on with by somebody else.
STOPPED = Q(state__in=[CaseState.VOIDED, CaseState.CLOSED])
PATHS = {"compound": "dwelling__entrance__building__compound", **levels.PATHS}


@dataclass(frozen=True)
class Tally:
    """The numbers of one compound, community, subdistrict or district."""

    key: int
    name: str
    numbers: dict[str, int]
    open: int
    last_positive_on: dt.date | None

    @property
    def clear_days(self) -> int | None:
        """Days without a new case; None where there never was one."""
        return None if self.last_positive_on is None else (timezone.localdate() - self.last_positive_on).days


def tallies(communities: Any, level: str) -> list[Tally]:
    """Every list counted by a level, those with the most open cases first."""
    path = PATHS[level]
    rows = QuarantineCase.objects.within(communities).order_by().values(f"{path}__pk", f"{path}__name")
    counted = rows.annotate(
        **{f"n_{name}": Count("pk", filter=condition) for name, condition in LISTS.items()},
        n_open=Count("pk", filter=OPEN),
        last_positive_on=Max("positive_on"),
    )
    made = [
        Tally(
            row[f"{path}__pk"], row[f"{path}__name"], {name: row[f"n_{name}"] for name in LISTS},
            row["n_open"], row["last_positive_on"],
        )
        for row in counted
    ]  # fmt: skip
    return sorted(made, key=lambda tally: (-tally.open, tally.name))


def totals(communities: Any) -> dict[str, int]:
    """Every list counted over all communities, who waits for the release, and what was stopped."""
    rows = QuarantineCase.objects.within(communities)
    waiting = Q(state=CaseState.ACTIVE, ends_on__lt=timezone.localdate())
    return rows.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in LISTS.items()},
        open=Count("pk", filter=~Q(state__in=ENDED)),
        waiting=Count("pk", filter=waiting),
        stopped=Count("pk", filter=STOPPED),
    )
