"""What was asked and done over a period, by kind and by helper: what a cadre's totals and a work summary count.

Done is counted by when it was done, asked by when it was asked; the database counts.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from residents.models import Errand, ErrandLine, Payment
from residents.models.errand_states import DONE, WAITING
from residents.services import errand_money

# Kinds that a summary speaks of in one word. A kind that a city adds is counted by itself.
GOODS, MEDICINE, CARRIED = ("groceries", "infant", "pet"), ("medicine",), ("rubbish", "parcel", "takeaway", "gas_bottle")
GROUPS = {"medicine": MEDICINE, "goods": GOODS, "carried": CARRIED, "trips": ("medical_trip",), "bills": ("bill_payment",)}
NAMED = tuple(code for kinds in GROUPS.values() for code in kinds)
LONGEST = dt.timedelta(days=366 * 2)


@dataclass(frozen=True)
class Totals:
    """The numbers of a period."""

    asked: int = 0
    done: int = 0
    late: int = 0
    # Things bought: the portions (份) of a summary.
    portions: int = 0
    thanked: int = 0
    spent: Decimal = Decimal("0.00")
    taken_after: dt.timedelta | None = None
    done_after: dt.timedelta | None = None
    # Done, by GROUPS.
    groups: dict[str, int] = field(default_factory=dict)
    # By kind: its name, its English name, asked, done.
    kinds: Sequence[tuple[str, str, int, int]] = ()

    @property
    def minutes_taken(self) -> int | None:
        """Median minutes until somebody had it."""
        return _minutes(self.taken_after)

    @property
    def minutes_done(self) -> int | None:
        """Median minutes until it was done."""
        return _minutes(self.done_after)


def _minutes(took: dt.timedelta | None) -> int | None:
    return None if took is None else round(took.total_seconds() / 60)


def over(communities: Any, since: dt.datetime, until: dt.datetime) -> Totals:
    """Everything of these communities from a moment to another; eight statements whatever the number of rows."""
    rows = Errand.objects.within(communities).filter(merged_into=None)
    asked, done = _between(rows, "requested_at", since, until), _done(rows, since, until)
    counted = asked.aggregate(n=Count("pk"), late=Count("pk", filter=late(until)))
    facts = done.aggregate(n=Count("pk"), thanked=Count("pk", filter=Q(confirmed_at__isnull=False)), **_groups())
    money = Payment.objects.within(communities).filter(paid_at__gte=since, paid_at__lt=until)
    return Totals(
        asked=counted["n"],
        late=counted["late"],
        done=facts["n"],
        thanked=facts["thanked"],
        groups={name: facts[name] for name in GROUPS},
        portions=portions(done).count(),
        spent=errand_money.spent(money),
        taken_after=median(asked.filter(first_accepted_at__lt=until), "first_accepted_at"),
        done_after=median(done, "delivered_at"),
        kinds=_kinds(asked, done),
    )


def by_helper(communities: Any, since: dt.datetime, until: dt.datetime) -> dict[int, dict[str, Any]]:
    """The same for each helper: done, by group, minutes on the mean; one statement."""
    rows = _done(Errand.objects.within(communities), since, until).order_by().values("delivered_by").annotate(
        done=Count("pk"), thanked=Count("pk", filter=Q(confirmed_at__isnull=False)),
        homes=Count("dwelling", distinct=True), took=Avg(_took("delivered_at", "accepted_at")), **_groups(),
    )  # fmt: skip
    return {row["delivered_by"]: {**row, "minutes": _minutes(row["took"])} for row in rows}


def late(until: dt.datetime) -> Q:
    """Those that waited longer than promised, whether somebody has them by now or not."""
    return Q(escalated__gt=0) | Q(state__in=WAITING, promised_by__lt=until) | Q(first_accepted_at__gt=F("promised_by"))


def middle(rows: "QuerySet[Errand]", moment: str, partition_by: Any = None) -> "QuerySet[Errand]":
    """The one or two rows in the middle of each partition by how long they took until `moment`: their mean is the median."""
    took = _took(moment, "requested_at")
    place = Window(RowNumber(), partition_by=partition_by, order_by=(took.asc(), F("pk").asc()))
    ranked = rows.order_by().annotate(place=place, of=Window(Count("pk"), partition_by=partition_by))
    chosen = ranked.filter(place__gte=F("of") / 2.0, place__lte=F("of") / 2.0 + 1)
    return Errand.objects.filter(pk__in=chosen.values("pk")).annotate(took=took)


def median(rows: "QuerySet[Errand]", moment: str) -> dt.timedelta | None:
    """How long half of them took at most."""
    found: dt.timedelta | None = middle(rows.filter(**{f"{moment}__isnull": False}), moment).aggregate(m=Avg("took"))["m"]
    return found


def _took(end: str, start: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(end) - F(start), output_field=DurationField())


def _between(rows: Any, moment: str, since: dt.datetime, until: dt.datetime) -> Any:
    return rows.filter(**{f"{moment}__gte": since, f"{moment}__lt": until})


def _done(rows: Any, since: dt.datetime, until: dt.datetime) -> Any:
    return _between(rows.filter(state__in=DONE), "delivered_at", since, until)


def _groups() -> dict[str, Count]:
    return {name: Count("pk", filter=Q(kind__code__in=codes)) for name, codes in GROUPS.items()}


def portions(done: Any) -> "QuerySet[ErrandLine]":
    """The things that were brought with these errands: what was not to be had is none."""
    had: QuerySet[ErrandLine] = ErrandLine.objects.filter(errand__in=done.order_by().values("pk"))
    return had.exclude(state__in=["out_of_stock", "declined"])


def _kinds(asked: Any, done: Any) -> list[tuple[str, str, int, int]]:
    counted: dict[tuple[str, str], list[int]] = {}
    for which, rows in enumerate((asked, done)):
        found = rows.order_by().values_list("kind__name", "kind__name_en").annotate(n=Count("pk"))
        for name, name_en, n in found.order_by("kind__position"):
            counted.setdefault((name, name_en), [0, 0])[which] = n
    return [(name, name_en, n, m) for (name, name_en), (n, m) in counted.items()]
