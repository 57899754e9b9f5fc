"""Which home and person of the ledger a passage is about, where what was written names them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from checkpoints.models import Passage, Post
from residents.models import Dwelling, Resident
from residents.services import search


def of(post: Post, person: str, home: str, name: str) -> dict[str, int | None]:
    """The columns of one passage; passage_rows does the same for many at once."""
    compound = post.compound
    found = search.home_of(compound.community, home, compound=compound) if search.parts_of(compound.name, home) else None
    people = []
    if found and person == Passage.Person.RESIDENT:
        people = list(Resident.objects.registered().filter(dwelling=found, name=name)[:2])
    return {"dwelling_id": found.pk if found else None, "resident_id": people[0].pk if len(people) == 1 else None}


def link(rows: Sequence[Passage]) -> None:
    """Put home and person beside what a paper register says; two statements for each compound of these rows."""
    named: dict[int, list[tuple[Passage, tuple[str, str, str]]]] = defaultdict(list)
    for row in rows:
        if row.post and (said := search.parts_of(row.post.compound.name, row.written_home)):
            named[row.post.compound_id].append((row, said))
    for compound, found in named.items():
        homes = _homes(compound, {said for _row, said in found})
        people = _people(homes.values())
        for row, said in found:
            row.dwelling_id = homes.get(said)
            if row.dwelling_id and row.person == Passage.Person.RESIDENT:
                row.resident_id = people.get((row.dwelling_id, row.written_name))


def _homes(compound: int, asked: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
    rows = Dwelling.objects.filter(entrance__building__compound=compound, room_no__in={room for *_door, room in asked})
    door = ("entrance__building__number", "entrance__number", "room_no")
    return {(building, entrance, room): pk for pk, building, entrance, room in rows.values_list("pk", *door)}


def _people(homes: Iterable[int]) -> dict[tuple[int, str], int | None]:
    """Who goes by a name in a home; nobody where two do."""
    found: dict[tuple[int, str], int | None] = {}
    for pk, home, name in Resident.objects.registered().filter(dwelling__in=list(homes)).values_list("pk", "dwelling", "name"):
        found[home, name] = None if (home, name) in found else pk
    return found
