"""What the picture of a compound costs: 2,160 homes drawn, beside the same cells as one plain join of strings."""

import gzip
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from residents.layers import layers
from residents.models import Building, Compound, Dwelling, Entrance, Resident, Role
from residents.services import compounds
from residents.views.compound_cells import Drawing, drawn
from tests import factories
from tests.bench.timing import Line, at_most, seconds, side_by_side, slower

BUILDINGS, ENTRANCES, FLOORS, ACROSS = 6, 6, 18, 4
# 2,160 of the 2,592 places: the others are gaps.
MISSING = 6


def run() -> list[Line]:
    """The drawing against a join, the page in milliseconds, kilobytes and statements."""
    membership = factories.MembershipFactory(role=Role.SECRETARY)
    compound = _compound(membership.community)
    client = Client()
    client.force_login(membership.user)
    times = side_by_side(lambda: _drawn(compound), lambda: _joined(compound), rounds=15)
    pages = [client.get(f"/residents/compounds/{compound.pk}/?layer={key}") for key in layers()]
    spans = [min(_timed(client, f"/residents/compounds/{compound.pk}/?layer={key}") for _ in range(5)) for key in layers()]
    work = [min(_worked(client, f"/residents/compounds/{compound.pk}/?layer={key}") for _ in range(5)) for key in layers()]
    with CaptureQueriesContext(connection) as seen:
        client.get(f"/residents/compounds/{compound.pk}/?layer=care")
    homes = compounds.homes_of(compound).count()
    how = f"{homes} homes; the drawing {times[0] * 1000:.0f} ms, the join {times[1] * 1000:.0f} ms, both with their statements"
    size = max(len(gzip.compress(page.content)) for page in pages) / 1024
    return [
        slower("picture of a compound against a plain join", times, aim=4, how=how),
        at_most("page of the compound, processor time", max(work) * 1000, aim=100, unit="ms", how="of the web process alone"),
        at_most("page of the compound", max(spans) * 1000, aim=150, unit="ms", how="the slowest layer, the best of five"),
        at_most("page of the compound, compressed", size, aim=60, unit="KB", how="without style, script and icons"),
        at_most("page of the compound, statements", len(seen), aim=12, unit="statements", how="layer care"),
    ]


def _timed(client: Client, address: str) -> float:
    return seconds(lambda: client.get(address))


def _worked(client: Client, address: str) -> float:
    """The processor's time, which a busy machine does not stretch; the database's is not in it."""
    begun = time.process_time()
    client.get(address)
    return time.process_time() - begun


def _drawn(compound: Compound) -> int:
    """What the page does: three statements, the places, the table."""
    homes = compounds.homes_of(compound)
    layer = layers()["occupancy"]
    drawing = Drawing(layer=layer, states=layer.states(homes), query="layer=occupancy&amp;", zoom="layer=occupancy&amp;")
    return sum(len(drawn(house, drawing)) for house in compounds.houses(compounds.entrances_of(compound), homes))


def _joined(compound: Compound) -> int:
    """The same cells in the order of the table, without any thought."""
    rows = compounds.homes_of(compound).order_by("entrance", "-floor", "room_no").values_list("pk", "room_no", "state")
    cell = '<td><a class="p-home" href="?layer=occupancy&amp;home=%s" aria-label="%s %s">%s<b></b></a></td>'
    return len("".join(cell % (pk, room, state, room) for pk, room, state in rows))


def _compound(community: object) -> Compound:
    compound = factories.CompoundFactory(community=community)
    buildings = Building.objects.bulk_create(
        Building(compound=compound, number=str(n + 1), floors=FLOORS) for n in range(BUILDINGS)
    )
    doors = Entrance.objects.bulk_create(
        Entrance(building=building, number=str(n + 1)) for building in buildings for n in range(ENTRANCES)
    )
    places = [(door, floor, room) for door in doors for floor in range(1, FLOORS + 1) for room in range(1, ACROSS + 1)]
    states = Dwelling.State.values
    homes = Dwelling.objects.bulk_create(
        Dwelling(community=community, entrance=door, floor=floor, room_no=f"{floor}{room:02d}", state=states[n % len(states)])
        for n, (door, floor, room) in enumerate(places)
        if n % MISSING
    )
    Resident.objects.bulk_create(
        Resident(community=community, dwelling=home, name="王建国", relation=("head", "spouse")[n])
        for home in homes
        for n in range(2)
    )
    with connection.cursor() as cursor:
        # A running portal has the planner's numbers; new tables have none until the database comes round to it.
        cursor.execute("ANALYZE")
    return compound
