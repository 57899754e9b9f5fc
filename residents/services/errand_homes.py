"""Which home of the ledger a request means, and which homes go first."""

import re

from django.db.models import Exists, Q, QuerySet

from portal.lib.prepared import Prepared, columns, made
from residents.models import CareProfile, Community, Compound, Dwelling, Entrance, QuarantineCase, Resident
from residents.models.quarantine import FOLLOWED

# Categories of care whose people cannot walk stairs.
STAIRS = ("mobility", "bedridden")
# 17-3-702, 17号楼3单元702室, 17栋3单元702, 17 3 702
# Few blanks at a time: a message of twenty thousand of them must not be tried in all ways.
WHOLE = re.compile(
    r"(\d{1,4})\s{0,2}(?:号楼|号|栋|幢|座|[-—–－/ ])\s{0,2}(\d{1,2})\s{0,2}"
    r"(?:单元|门|[-—–－/ ])\s{0,2}(\d{2,5}[甲乙丙丁A-Da-d]?)"
)
# 17号楼702, 17-702: a building without entrances
SHORT = re.compile(r"(\d{1,4})\s{0,2}(?:号楼|栋|幢|座|[-—–－])\s{0,2}(\d{3,5}[甲乙丙丁A-Da-d]?)")
ROOM = re.compile(r"^\s*(\d{1,5}[甲乙丙丁A-Da-d]?)\s*[室号]?\s*$")


AT_ROOM = Prepared("dwelling_at_room", f"""
SELECT {columns(Dwelling, "d")} FROM residents_dwelling d
WHERE d.entrance_id = %(entrance)s AND upper(d.room_no) = upper(%(room)s) ORDER BY d.id LIMIT 1
""", entrance="bigint", room="text")  # fmt: skip  # noqa: S608 - names of columns


def goes_first(dwelling: Dwelling | None, resident: Resident | None) -> bool:
    """Whether nobody may leave this home, or the person cannot walk its stairs."""
    if dwelling is None:
        return False
    shut_in = QuarantineCase.objects.filter(dwelling=dwelling, state__in=FOLLOWED)
    needing = CareProfile.objects.live().filter(category__code__in=STAIRS, resident__dwelling=dwelling)
    needing = needing.filter(resident=resident) if resident else needing
    return Dwelling.objects.filter(Exists(shut_in) | Exists(needing), pk=dwelling.pk).exists()


def find_home(text: str, *, compound: Compound | None, community: Community) -> Dwelling | None:
    """The one home of a community that a written address means; none where it could be two."""
    homes = Dwelling.objects.filter(entrance__building__compound__community=community)
    if compound:
        homes = homes.filter(entrance__building__compound=compound)
    return _only(_matching(homes, text))


def find_room(text: str, entrance: Entrance) -> Dwelling | None:
    """The home behind a door of this stairwell."""
    found = ROOM.match(text)
    room = found[1] if found else text.strip()
    for row in AT_ROOM.rows({"entrance": entrance.pk, "room": room}):
        (dwelling,) = made(row, Dwelling)
        dwelling.entrance = entrance
        return dwelling
    return None


def find_resident(dwelling: Dwelling | None, name: str, phone: str) -> Resident | None:
    """The person of a home who asks, if the name or the phone says so."""
    if dwelling is None:
        return None
    fits = Q(name=name) & ~Q(name="") | Q(phone=phone) & ~Q(phone="")
    people = list(Resident.objects.registered().filter(fits, dwelling=dwelling))
    # Whose name it is, before whose phone it is: a family has one.
    return next((one for one in people if one.name == name), None) or next(iter(people), None)


def _matching(homes: "QuerySet[Dwelling]", text: str) -> "QuerySet[Dwelling]":
    if found := WHOLE.search(text):
        building, entrance, room = found.groups()
        return homes.filter(entrance__building__number=building, entrance__number=entrance, room_no__iexact=room)
    if found := SHORT.search(text):
        building, room = found.groups()
        return homes.filter(entrance__building__number=building, room_no__iexact=room)
    return homes.none()


def _only(rows: "QuerySet[Dwelling]") -> Dwelling | None:
    found = list(rows.select_related("entrance__building__compound")[:2])
    return found[0] if len(found) == 1 else None
