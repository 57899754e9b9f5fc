"""Who came in and has not gone out: visitors, workers, vehicles. Looked up in the log; nothing is kept twice."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import FirstValue, RowNumber
from django.utils import timezone

from checkpoints.models import Passage, Shift
from checkpoints.services import passages
from checkpoints.services.passages import Answer
from portal.accounts.models import User
from portal.lib import masks
from residents.models import Compound

# Who has not gone out after so many days has left unseen, or lives here.
LOOKED_BACK = dt.timedelta(days=3)
# Ambulances, taxis, bicycles: of those that nothing tells apart as many are inside as came in and did not go out.
NAMELESS = Q(plate_no__in=["", masks.NO_PLATE], written_home="", written_name="")
SAME = (
    "person", "plate_no", "written_home", "written_name",
    Case(When(NAMELESS, then=F("reason")), default=Value(""), output_field=CharField()),
)  # fmt: skip


def rows(compound: Compound, now: dt.datetime | None = None) -> "QuerySet[Passage]":
    """The passage by which each of them came in, who waits longest first; one statement."""
    now = now or timezone.now()
    log = Passage.objects.standing().filter(
        post__compound=compound, day__gte=timezone.localdate(now) - LOOKED_BACK, happened_at__lte=now,
        result=Passage.Result.PASSED,
    )  # fmt: skip
    log = log.exclude(person=Passage.Person.RESIDENT).exclude(person=Passage.Person.COURIER, written_home="")
    order = [F("happened_at").desc(), F("id").desc()]
    # Windows: a plain condition on the direction by itself would be asked before, and leave out the ways out.
    newest = Window(RowNumber(), partition_by=SAME, order_by=order)
    last = Window(FirstValue("direction"), partition_by=SAME, order_by=order)
    turn = Window(RowNumber(), partition_by=[*SAME, "direction"], order_by=order)
    left = Window(Sum(Case(When(direction=Passage.Direction.IN, then=1), default=-1)), partition_by=SAME)
    log = log.annotate(newest=newest, last=last, turn=turn, left=left)
    told_apart = Q(~NAMELESS, newest=1, last=Passage.Direction.IN)
    alike = Q(NAMELESS, direction=Passage.Direction.IN, turn__lte=F("left"))
    return log.filter(told_apart | alike).order_by("happened_at", "id")


def let_out(*, passage: Passage, number: str, shift: Shift, fever_limit: Decimal, by: User) -> Answer:
    """Log the way out of somebody who is inside, as they came in."""
    row: dict[str, Any] = {
        "id": number, "direction": "out", "person": passage.person, "home": passage.written_home,
        "name": passage.written_name, "phone": passage.written_phone, "plate_no": passage.plate_no, "reason": passage.reason,
    }  # fmt: skip
    return passages.store_one(shift=shift, row=row, fever_limit=fever_limit, by=by)
