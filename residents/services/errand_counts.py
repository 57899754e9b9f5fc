"""How many errands wait, and how long, for the offices above: by community or level, in numbers, without names and homes."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Min, Q

from residents.models import Errand
from residents.models.errand_states import IN_HAND, OPEN, URGENT, WAITING
from residents.services import errand_totals, levels
from residents.services.errand_queue import WITH_ROUND

# What a promise was kept over: as long as a day, at whatever hour one looks.
KEPT_OVER = dt.timedelta(hours=24)
# A community is as far down as an office above sees; its kinds say what is lacking there.
KIND = "kind"


@dataclass(frozen=True)
class Load:
    """The numbers of one community, subdistrict or district, or of one kind."""

    key: int
    name: str
    numbers: dict[str, int] = field(default_factory=dict)
    waits_since: dt.datetime | None = None

    def worst_first(self, now: dt.datetime) -> tuple[Any, ...]:
        """What to look at first: most in vain, then longest."""
        return -self.numbers["overdue"], self.waits_since or now, -self.numbers["waiting"], self.name

    @property
    def kept_percent(self) -> int | None:
        """How many of a hundred somebody had in time: 100 only where all; None where none had to be taken."""
        due = self.numbers["due"]
        return self.numbers["kept"] * 100 // due if due else None


def loads(communities: Any, by: str, now: dt.datetime) -> list[Load]:
    """The errands that are open or were asked within a day, what is late longest first; one statement."""
    path = levels.PATHS.get(by, by)
    name = f"{path}__name"
    rows = Errand.objects.within(communities).filter(Q(state__in=OPEN) | WITH_ROUND | Q(requested_at__gte=now - KEPT_OVER))
    found = rows.filter(merged_into=None).order_by().values(f"{path}__pk", name).annotate(**_numbers(now))
    made = [
        Load(row[f"{path}__pk"], row[name], {key: row[f"n_{key}"] for key in NUMBERS}, row["waits_since_first"])
        for row in found
    ]
    return sorted(made, key=lambda load: load.worst_first(now))


def with_all(found: list[Load], places: Iterable[Any]) -> list[Load]:
    """And those where nothing was asked: nothing is an answer as well."""
    known = {load.key for load in found}
    return found + [Load(place.pk, place.name, dict.fromkeys(NUMBERS, 0)) for place in places if place.pk not in known]


def total(found: Iterable[Load]) -> Load:
    """All together."""
    every = list(found)
    since = [load.waits_since for load in every if load.waits_since]
    return Load(0, "", {key: sum(load.numbers[key] for load in every) for key in NUMBERS}, min(since, default=None))


NUMBERS = ("waiting", "urgent", "overdue", "in_hand", "due", "kept")


def _numbers(now: dt.datetime) -> dict[str, Any]:
    waits, late = Q(state__in=WAITING), errand_totals.late(now)
    # Whoever called it off in time was promised nothing any more.
    due = Q(requested_at__gte=now - KEPT_OVER) & (Q(first_accepted_at__isnull=False) | late)
    conditions = {
        "waiting": waits,
        "urgent": waits & Q(urgency__in=URGENT),
        "overdue": waits & Q(promised_by__lt=now),
        "in_hand": Q(state__in=IN_HAND) | WITH_ROUND,
        "due": due,
        "kept": due & ~late,
    }
    counts: dict[str, Any] = {f"n_{name}": Count("pk", filter=condition) for name, condition in conditions.items()}
    return {**counts, "waits_since_first": Min("waits_since", filter=waits)}
