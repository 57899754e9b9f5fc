"""What passed a gate, in numbers: of the day while it runs, and of a shift at its end.

A row that strikes another carries the same values, so that counting it as minus one leaves what really happened; no
passage is looked up a second time. The day is not even counted: the database adds up while it stores (GateTotal).
"""

from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from checkpoints.models import Passage, Post, Shift
from portal.lib.prepared import Prepared

# Answered with every batch a phone sends: what the database has added up, not the passages of the day.
FIGURES = """COALESCE(SUM(CASE WHEN post_id = %(post)s THEN let_in END), 0),
    COALESCE(SUM(CASE WHEN post_id = %(post)s THEN let_out END), 0), COALESCE(SUM(visitors), 0)"""
PASSED = """SELECT post_id, let_in, let_out, visitors FROM checkpoints_gatetotal
    WHERE post_id IN (SELECT id FROM checkpoints_post WHERE compound_id = %(compound)s) AND day = %(today)s"""
OF_DAY = f"SELECT {FIGURES} FROM ({PASSED}) AS passed"  # noqa: S608 - no value in it

Totals = dict[str, int]

# What a hand-over sheet counts, each by its condition.
SHEET = {
    "in": "direction = 'in' AND result = 'passed'",
    "out": "direction = 'out' AND result = 'passed'",
    "turned_back": "result = 'turned_back'",
    "held": "result = 'held'",
    "fever": "temperature >= %(limit)s",
    "vehicles": "plate_no <> '' AND result = 'passed'",
    **{f"person_{kind}": f"person = '{kind}' AND result = 'passed'" for kind in Passage.Person.values},
}
SUMS = ", ".join(
    f"SUM(CASE WHEN {condition} THEN CASE WHEN is_void THEN -1 ELSE 1 END ELSE 0 END)" for condition in SHEET.values()
)
# By hour, in the order of the shift: a night shift begins with 22.
OF_SHIFT = Prepared(
    "totals_of_shift",
    f"SELECT hour, {SUMS} FROM checkpoints_passage WHERE shift_id = %(shift)s GROUP BY day, hour ORDER BY day, hour",  # noqa: S608
    shift="bigint",
    limit="numeric",
)


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
    """The figures of a hand-over sheet: let in and out, by kind, turned back, fever, vehicles, by hour; one statement."""
    hours = [
        (hour, dict(zip(SHEET, sums, strict=True))) for hour, *sums in OF_SHIFT.rows({"shift": shift.pk, "limit": fever_limit})
    ]
    found = {name: sum(sums[name] for _hour, sums in hours) for name in SHEET}
    return {
        "in": found.pop("in"),
        "out": found.pop("out"),
        "by_kind": {kind: found.pop(f"person_{kind}") for kind in Passage.Person.values},
        **found,
        "by_hour": [[hour, sums["in"], sums["out"]] for hour, sums in hours if sums["in"] or sums["out"]],
    }
