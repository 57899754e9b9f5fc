"""The demo's homes and people: 3,319 homes and 6,950 people, shaped like the base lists of the field."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import User
from portal.demo.names import GIVEN, id_number, person_name
from portal.demo.places import ESTATES, Estate
from residents.models import Building, CareProfile, Compound, Dwelling, Entrance, Grid, Resident, ResidentChange
from residents.services import care
from residents.services.households import derived

# Homes with somebody who cannot walk stairs: the 36 of the field report.
CANNOT_WALK = {"荷风苑": 36}
# How many are registered and not there: of 1,300 people 1,100 live in.
AWAY = {"荷风苑": 200}
LARGEST = {"榆树公租房": 10}
RARE = (("dialysis", 20), ("pregnant", 30), ("chronic", 30), ("disabled", 30), ("low_income", 25), ("chemotherapy", 18))


@dataclass
class Known:
    """What is shared by all compounds: chance, numbers given out, rows to be stored."""

    chance: Random
    today: dt.date
    serials: Counter[dt.date] = field(default_factory=Counter)
    phones: int = 10_000
    people: list[Resident] = field(default_factory=list)
    care: list[tuple[Resident, str]] = field(default_factory=list)


def build(compounds: dict[str, Compound], *, secretary: User) -> None:
    """Fill every compound."""
    known = Known(Random("households"), timezone.localdate())
    for estate in ESTATES:
        _fill(estate, compounds[estate.name], known)
    _guardians()
    _changes(compounds["荷风苑"], known)
    for compound in compounds.values():
        rows = {"rows": Resident.objects.filter(dwelling__entrance__building__compound=compound).count()}
        audit.record("resident.imported", compound.community, by=secretary, after=rows)


def _fill(estate: Estate, compound: Compound, known: Known) -> None:
    _grids(compound)
    homes = Dwelling.objects.bulk_create(_homes(estate, compound, known.chance))
    sizes = _sizes(estate, known.chance)
    known.people, known.care = [], []
    for home, size in zip(homes, sizes, strict=True):
        _family(home, size, known)
    for person in known.chance.sample(_may_be_away(known), AWAY.get(estate.name, estate.people // 16)):
        person.lives_in = False
    _cannot_walk(CANNOT_WALK.get(estate.name, estate.people // 60), known)
    Resident.objects.bulk_create(known.people)
    named = {category.code: category for category in care.categories().values()}
    CareProfile.objects.bulk_create(CareProfile(resident=resident, category=named[code]) for resident, code in known.care)
    _states(homes, known)


def _may_be_away(known: Known) -> list[Resident]:
    """No child is left alone in a home."""
    grown = known.today - dt.timedelta(days=18 * 365)
    with_children = {person.dwelling_id for person in known.people if person.born_on and person.born_on > grown}
    return [person for person in known.people if person.dwelling_id not in with_children]


def _grids(compound: Compound) -> None:
    """Six buildings a grid."""
    buildings = list(compound.buildings.order_by("id"))
    for at in range(0, len(buildings), 6):
        grid, _made = Grid.objects.get_or_create(community=compound.community, name=f"{compound.name}第{at // 6 + 1}网格")
        Building.objects.filter(pk__in=[building.pk for building in buildings[at : at + 6]]).update(grid=grid)


def _homes(estate: Estate, compound: Compound, chance: Random) -> list[Dwelling]:
    """As many doors as the estate has, in stairwells of equal floors; missing ones leave gaps, as in life."""
    stairwells = Entrance.objects.filter(building__compound=compound).order_by("building", "id")
    a_floor = -(-estate.homes // (len(stairwells) * estate.floors))
    doors = [
        (stairwell, floor, f"{floor}{number:02}")
        for stairwell in stairwells
        for floor in range(1, estate.floors + 1)
        for number in range(1, a_floor + 1)
    ]
    kept = sorted(chance.sample(range(len(doors)), estate.homes))
    return [
        Dwelling(community=compound.community, entrance=doors[at][0], floor=doors[at][1], room_no=doors[at][2]) for at in kept
    ]


def _sizes(estate: Estate, chance: Random) -> list[int]:
    """How many belong to each home: one to six, and the sum is right."""
    sizes = [1] * estate.homes
    left = estate.people - estate.homes
    if large := LARGEST.get(estate.name):
        sizes[estate.homes // 2] = large
        left -= large - 1
    while left:
        at = chance.randrange(estate.homes)
        if sizes[at] < chance.choice((2, 3, 3, 4, 6)):
            sizes[at] += 1
            left -= 1
    return sizes


def _family(home: Dwelling, size: int, known: Known) -> None:
    chance = known.chance
    age = chance.choice((chance.randint(26, 88), chance.randint(40, 75)))
    head = _person(home, person_name(chance), age, Resident.Relation.HEAD, known)
    kind = chance.choices(Resident.Kind.values, (80, 16, 4))[0]
    family = [head]
    for place in range(1, size):
        if place == 1:
            family.append(_person(home, person_name(chance), age + chance.randint(-4, 4), Resident.Relation.SPOUSE, known))
        elif size >= 6 and place >= 4:
            family.append(_person(home, person_name(chance), chance.randint(19, 60), Resident.Relation.OTHER, known))
        else:
            name = head.name[0] + "".join(chance.choice(GIVEN) for _n in range(chance.choice((1, 2))))
            family.append(_person(home, name, max(0, age - chance.randint(24, 38)), Resident.Relation.CHILD, known))
    for person in family:
        person.kind = kind
    if size == 1 and age >= 65:
        known.care.append((head, "living_alone"))
    known.people += family


def _person(home: Dwelling, name: str, age: int, relation: str, known: Known) -> Resident:
    chance = known.chance
    born = known.today - dt.timedelta(days=age * 365 + chance.randint(0, 364))
    known.serials[born] += 1
    male = chance.random() < 0.5
    known.phones += 1
    number = id_number(born, known.serials[born] * 2 + male)
    smart = 10 <= age < 70 or (age >= 70 and chance.random() < 0.45)
    values: dict[str, Any] = {
        "name": name,
        "sex": Resident.Sex.MALE if male else Resident.Sex.FEMALE,
        "id_number": number,
        "born_on": born,
        "phone": f"199000{known.phones:05}" if age >= 12 else "",
        "relation": relation,
        "political_status": chance.choice(("群众", "群众", "群众", "中共党员", "共青团员" if 14 <= age <= 28 else "群众")),
        "vaccine_doses": chance.choice((0, 1, 2, 3, 3)),
        "has_smartphone": smart,
        "shops_online": smart and (age < 60 or chance.random() < 0.4),
    }
    resident = Resident(
        community=home.community, dwelling=home, came_on=known.today - dt.timedelta(days=400), **derived(values)
    )
    if age < 3:
        known.care.append((resident, "infant"))
    known.care += [(resident, code) for code, one_in in _possible(age, male) if chance.randrange(one_in * 12) == 0]
    return resident


def _possible(age: int, male: bool) -> Iterator[tuple[str, int]]:
    """What can be at this age."""
    for code, one_in in RARE:
        if (code == "pregnant" and not male and 20 <= age <= 40) or (code != "pregnant" and age >= 30):
            yield code, one_in


def _cannot_walk(homes: int, known: Known) -> None:
    """Old people of so many different homes."""
    before = known.today.replace(year=known.today.year - 68, day=1)
    there = [person for person in known.people if person.lives_in]
    old = {person.dwelling_id: person for person in there if person.born_on and person.born_on < before}
    known.care += [(old[key], "mobility") for key in known.chance.sample(sorted(old), min(homes, len(old)))]


def _states(homes: list[Dwelling], known: Known) -> None:
    there = {person.dwelling_id for person in known.people if person.lives_in}
    let = {person.dwelling_id for person in known.people if person.kind == Resident.Kind.TENANT}
    alone = {resident.dwelling_id for resident, code in known.care if code == "living_alone"}
    for home in homes:
        if home.pk not in there:
            home.state = Dwelling.State.AWAY
        elif home.pk in let:
            home.state = Dwelling.State.LET
        home.light_watch = home.pk in alone and known.chance.random() < 0.3
    Dwelling.objects.bulk_update(
        [h for h in homes if h.state != Dwelling.State.AT_HOME or h.light_watch], ["state", "light_watch"]
    )
    # What the hand-drawn map of the field has besides, by no dice: the rest of the story stays as it was.
    every = Dwelling.objects.filter(pk__in=[home.pk for home in homes])
    every.filter(state=Dwelling.State.LET).update(origin=Dwelling.Origin.OUTSIDER)
    every.exclude(state=Dwelling.State.LET).update(origin=Dwelling.Origin.LOCAL)
    every.filter(pk__in=[home.pk for home in homes[::97]]).update(kin_in="外省重点地区")


def _guardians() -> None:
    """Children without a phone are reached through the head of their home."""
    heads = dict(Resident.objects.filter(relation=Resident.Relation.HEAD).exclude(phone="").values_list("dwelling", "pk"))
    children = list(Resident.objects.filter(phone="").only("pk", "dwelling_id"))
    for child in children:
        child.guardian_id = heads.get(child.dwelling_id)
    Resident.objects.bulk_update(children, ["guardian"], batch_size=500)


def _changes(compound: Compound, known: Known) -> None:
    """A few who came back from elsewhere these days."""
    people = Resident.objects.filter(dwelling__entrance__building__compound=compound, lives_in=True).order_by("id")[:400:67]
    ResidentChange.objects.bulk_create(
        ResidentChange(
            community_id=resident.community_id,
            resident=resident,
            kind=ResidentChange.Kind.RETURNED,
            on=known.today - dt.timedelta(days=days),
            dwelling_id=resident.dwelling_id,
            from_area=known.chance.choice(("上海", "荆州", "深圳", "黄冈")),
        )
        for days, resident in enumerate(people)
    )
