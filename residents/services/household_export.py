"""The base list of a compound (sheet 1) as it came: exported, corrected and read again, it says the same."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from django.db.models import Case, Prefetch, Value, When
from django.utils import timezone

from portal.lib import sheets
from residents.models import CareProfile, Resident
from residents.models.households import DwellingQuerySet
from residents.services import household_sheet
from residents.services.household_sheet import SHEET

CHUNK = 1000
_READ = {column.heading: column for column in household_sheet.COLUMNS}
COLUMNS = [
    sheets.Column(
        f"{heading}*" if heading in _READ and (_READ[heading].required or heading in ("单元", "联系电话")) else heading,
        _READ[heading].width if heading in _READ else 6,
        _READ[heading].note if heading in _READ else "",
    )
    for heading in SHEET
]


def _first(words: dict[str, Any]) -> dict[str, str]:
    """The word a list uses for each choice: the first that is read as it."""
    return {value: word for word, value in reversed(words.items())}


RELATIONS, ID_TYPES = _first(household_sheet.RELATIONS), _first(household_sheet.ID_TYPES)
KINDS, SEX = _first(household_sheet.KINDS), _first(household_sheet.SEX)


def rows(dwellings: DwellingQuerySet) -> Iterator[list[Any]]:
    """The people of these homes, by place, the head of a home first; a few statements for each thousand homes."""
    care = CareProfile.objects.live().select_related("category").order_by("id")
    people = Resident.objects.registered().order_by(_rank(), "id").prefetch_related(Prefetch("care", care, to_attr="lists"))
    chosen = dwellings.select_related("entrance__building__compound", "entrance__building__grid").in_place_order()
    found = chosen.prefetch_related(Prefetch("residents", people, to_attr="people")).iterator(CHUNK)
    today, number = timezone.localdate(), 0
    for some in iter(partial(_some, found), []):
        for dwelling in some:
            for resident in dwelling.people:
                number += 1
                yield _row(number, dwelling, resident, today)


def _some(found: Iterator[Any]) -> list[Any]:
    return list(islice(found, CHUNK))


def _rank() -> Case:
    order = (Resident.Relation.HEAD, Resident.Relation.SPOUSE)
    return Case(*(When(relation=relation, then=Value(at)) for at, relation in enumerate(order)), default=Value(9))


def _row(number: int, dwelling: Any, resident: Any, today: dt.date) -> list[Any]:
    entrance, building = dwelling.entrance, dwelling.entrance.building
    head = next((person.name for person in dwelling.people if person.relation == Resident.Relation.HEAD), "")
    return [
        number,
        building.compound.name,
        _number(building.number),
        _number(entrance.number),
        dwelling.floor,
        dwelling.room_no,
        head,
        RELATIONS.get(resident.relation, ""),
        resident.name,
        SEX.get(resident.sex, ""),
        ID_TYPES[resident.id_type],
        resident.id_number,
        resident.born_on,
        age(resident.born_on, today),
        resident.phone,
        KINDS[resident.kind],
        resident.registered_address,
        resident.work_unit,
        resident.political_status,
        resident.lives_in,
        ";".join(profile.category.name for profile in resident.lists),
        resident.vaccine_doses,
        "" if resident.has_smartphone is None else resident.has_smartphone,
        building.grid.name if building.grid else "",
        "",
        resident.note,
    ]


def age(born_on: dt.date | None, today: dt.date) -> int | None:
    """Whole years; somebody born on 29 February is a year older on 1 March."""
    if born_on is None:
        return None
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() else text
