"""What passed a gate, in numbers: of the day while it runs, and of a shift at its end.

A row that strikes another carries the same values, so that counting it as minus one leaves what really happened; no
passage is looked up a second time. The day is not even counted: the database adds up while it stores (GateTotal).
"""

from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from checkpoints.models import Passage, Post, Shift

# Answered with every batch a phone sends: what the database has added up, not the passages of the day.
FIGURES = """COALESCE(SUM(CASE WHEN post_id = %(post)s THEN let_in END), 0),
    COALESCE(SUM(CASE WHEN post_id = %(post)s THEN let_out END), 0), COALESCE(SUM(visitors), 0)"""
PASSED = """SELECT post_id, let_in, let_out, visitors FROM checkpoints_gatetotal
    WHERE post_id IN (SELECT id FROM checkpoints_post WHERE compound_id = %(compound)s) AND day = %(today)s"""
OF_DAY = f"SELECT {FIGURES} FROM ({PASSED}) AS passed"  # noqa: S608 - no value in it

Totals = dict[str, int]

IN, OUT = Q(direction=Passage.Direction.IN), Q(direction=Passage.Direction.OUT)
LET_PASS = Q(result=Passage.Result.PASSED)


def of_day(post: Post) -> Totals:
    """Let in and let out at this gate today, and visitors still inside the compound; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(OF_DAY, asked(post.pk, post.compound_id))
        return shown(*cursor.fetchone())


def asked(post: int, compound: int) -> dict[str, Any]:
    """What OF_DAY asks for."""
    return {"post": post, "compound": compound, "today": str(timezone.localdate())}


def shown(entered: int, left: int, inside: int) -> Totals:
    """What OF_DAY answers, as a phone shows it."""
    # A visitor who came yesterday may leave today.
    return {"in": entered, "out": left, "visitors_inside": max(inside, 0)}


def of_shift(shift: Shift, *, fever_limit: Decimal) -> dict[str, Any]:
    """The figures of a hand-over sheet: let in and out, by kind, turned back, fever, vehicles, by hour; two statements."""
    rows = Passage.objects.filter(shift=shift)
    people = {f"person_{kind}": _count(Q(person=kind) & LET_PASS) for kind in Passage.Person.values}
    found = rows.aggregate(
        entered=_count(IN & LET_PASS),
        left=_count(OUT & LET_PASS),
        turned_back=_count(Q(result=Passage.Result.TURNED_BACK)),
        held=_count(Q(result=Passage.Result.HELD)),
        fever=_count(Q(temperature__gte=fever_limit)),
        vehicles=_count(~Q(plate_no="") & LET_PASS),
        **people,
    )
    return {
        "in": found.pop("entered"),
        "out": found.pop("left"),
        "by_kind": {kind: found.pop(f"person_{kind}") for kind in Passage.Person.values},
        **found,
        "by_hour": _by_hour(rows),
    }


def _by_hour(rows: "QuerySet[Passage]") -> list[list[int]]:
    """[hour, in, out], in the order of the shift: a night shift begins with 22."""
    hours = (
        rows.order_by()
        .values("day", "hour")
        .annotate(entered=_count(IN & LET_PASS), left=_count(OUT & LET_PASS))
        .order_by("day", "hour")
    )
    return [[row["hour"], row["entered"], row["left"]] for row in hours if row["entered"] or row["left"]]


def _count(condition: Q) -> Coalesce:
    """How many rows meet the condition, less those that were struck."""
    sign = Case(When(condition & Q(is_void=False), then=1), When(condition, then=-1), default=0)
    return Coalesce(Sum(sign, output_field=IntegerField()), Value(0))
