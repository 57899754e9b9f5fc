"""Reads one passage as somebody wrote it: on the gate page, in the form without script, or on paper.

Knows no database: what cannot be understood raises Invalid with the field and a sentence that says what to write. The
rules are data (services.written_rules), for the phone asks the same before the person has walked on.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from checkpoints.models import Passage
from checkpoints.services.written_fields import (
    Hours,
    bad,
    choice,
    clock,
    degrees,
    home,
    key,
    mask,
    moment,
    passengers,
    phone,
    plate,
    sequence,
    text,
    way,
)
from checkpoints.services.written_rules import NEEDS

# Asked with each row: a member of a class of choices takes as long to look up as a field to check.
PASSED, HELD, RESIDENT = Passage.Result.PASSED.value, Passage.Result.HELD.value, Passage.Person.RESIDENT.value
COURIER_IN = (Passage.Person.COURIER.value, Passage.Direction.IN.value, PASSED)


class Written(NamedTuple):
    """A passage that can be stored; the temperature is Decimal with one place, the moment is aware."""

    id: str
    happened_at: dt.datetime
    direction: str
    person: str
    home: str
    name: str
    phone: str
    temperature: Decimal | None
    health_code: str
    mask: bool | None
    reason: str
    plate_no: str
    passengers: int | None
    result: str
    result_note: str
    # What the phone's own clock said, and which of the phone's rows it is: kept beside the time that was put right.
    phone_at: dt.datetime | None = None
    sequence: int | None = None


def read(
    row: Any,
    *,
    fever_limit: Decimal,
    now: dt.datetime,
    hours: Hours | None = None,
    couriers_enter: Callable[[], bool] = lambda: True,
) -> Written:
    """Understand one row; a temperature from the fever limit on is held, whatever was asked.

    With `hours`, a passage outside of them is refused. `couriers_enter` is asked for couriers who are said to have come in.
    """
    if not isinstance(row, dict):
        raise bad("", "shape")
    get = row.get
    temperature = degrees(get("temperature"))
    result = choice("result", get("result"), or_else=PASSED)
    if temperature is not None and temperature >= fever_limit and result == PASSED:
        result = HELD
    written = Written(
        key(get("id")),
        moment(get("happened_at"), now=now, hours=hours),
        way(get("direction")),
        choice("person", get("person"), or_else=RESIDENT),
        home(text("home", get("home"))),
        text("name", get("name")),
        phone(text("phone", get("phone"))),
        temperature,
        choice("health_code", get("health_code"), or_else=""),
        mask(get("mask")),
        text("reason", get("reason")),
        plate(text("plate_no", get("plate_no"))),
        passengers(get("passengers")),
        result,
        text("result_note", get("result_note")),
        clock(get("phone_at")),
        sequence(get("sequence")),
    )
    complete(written)
    if (written.person, written.direction, written.result) == COURIER_IN and not couriers_enter():
        raise bad("person", "courier")
    return written


def complete(written: Written) -> None:
    """Refuse what lacks what this kind of passage needs."""
    for places, field, code in _needed(written.result, written.person, written.direction):
        for place in places:
            if written[place]:
                break
        else:
            raise bad(field, code)


@lru_cache
def _needed(result: str, person: str, direction: str) -> list[tuple[list[int], str, str]]:
    # The first rule that fits; looking for it took as long as reading the row.
    said = {"result": result, "person": person, "direction": direction}
    needs = next(rule["needs"] for rule in NEEDS if rule["when"].items() <= said.items())
    return [([Written._fields.index(field) for field in fields], fields[0], code) for fields, code in needs]
