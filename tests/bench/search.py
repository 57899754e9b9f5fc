"""Finding a home or a person of one community among a million people of a city."""

import os
from collections.abc import Callable

from django.db import connection

from residents.models import Building, Community, Compound, Entrance
from residents.services import search
from tests import factories
from tests.bench.timing import Line, at_most, seconds

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
A_COMMUNITY = 4000
TURNS = 9
# Four people a home, ten homes a stairwell; the names and phones repeat, as they do in a city.
DWELLINGS = """
INSERT INTO residents_dwelling (community_id, entrance_id, floor, room_no, state, watch_level, watch_reason, light_watch, note)
SELECT b.community, b.entrance, n.n, n.n || '01', 'at_home', 0, '', {false}, ''
FROM ({stairwells}) b, ({numbers}) n
"""
RESIDENTS = """
INSERT INTO residents_resident (community_id, dwelling_id, name, initials, sex, id_type, id_number, id_hash, phone, relation,
    kind, registered_address, work_unit, political_status, lives_in, came_on, note)
SELECT d.community_id, d.id, '王' || (d.id * 4 + n.n) % 997, ' w' || (d.id + n.n) % 997, '', 'none', '', '',
    '199' || (d.id * 4 + n.n) % 89999999 + 10000000, '', 'permanent', '', '', '', {true}, '2020-01-01', ''
FROM residents_dwelling d, ({numbers}) n
"""


def run() -> list[Line]:
    """Each way of asking, in one community of the city; the middle of several turns."""
    _fill()
    one = Community.objects.order_by("pk")[Community.objects.count() // 2 : Community.objects.count() // 2 + 1]
    community = Community.objects.filter(pk=one[0].pk)
    how = f"{A_COMMUNITY} people of one community among {PEOPLE}"
    asked = {"a part of the name": "王12", "initials": "w1", "a room": "17-1-701", "the end of a phone": "1234"}
    return [
        at_most(f"search by {name}", _milliseconds(lambda text=text: search.find(community, text)), aim=10, unit="ms", how=how)
        for name, text in asked.items()
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    work()
    return sorted(seconds(work) for _turn in range(TURNS))[TURNS // 2] * 1000


def _fill() -> None:
    communities = factories.CommunityFactory.create_batch(max(PEOPLE // A_COMMUNITY, 1))
    compounds = Compound.objects.bulk_create(Compound(community=community, name="大院") for community in communities)
    buildings = Building.objects.bulk_create(Building(compound=c, number=str(n)) for c in compounds for n in range(1, 21))
    Entrance.objects.bulk_create(Entrance(building=building, number=str(n)) for building in buildings for n in range(1, 6))
    stairwells = """SELECT c.community_id AS community, e.id AS entrance FROM residents_entrance e
        JOIN residents_building b ON b.id = e.building_id JOIN residents_compound c ON c.id = b.compound_id"""
    numbers = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {most}) SELECT n FROM n"
    words = {"true": "true", "false": "false"}
    with connection.cursor() as cursor:
        cursor.execute(DWELLINGS.format(stairwells=stairwells, numbers=numbers.format(most=10), **words))
        cursor.execute(RESIDENTS.format(numbers=numbers.format(most=4), **words))
        cursor.execute("ANALYZE")
