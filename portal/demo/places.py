"""The demo's places: one subdistrict, three communities, six compounds sized like the field reports."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from residents.models import Building, Community, Compound, District, Entrance, Subdistrict

# How long the subdistrict has been on duty.
DAYS_SO_FAR = 18


@dataclass(frozen=True)
class Estate:
    """A compound as it stands: buildings x floors, entrances of each, homes and people."""

    community: str
    name: str
    kind: str
    buildings: int
    floors: int
    entrances: int
    homes: int
    people: int
    lift: bool = False


ESTATES = (
    Estate("清荷社区", "荷风苑", Compound.Kind.OLD_OPEN, 18, 7, 3, 634, 1300),
    Estate("清荷社区", "春分里", Compound.Kind.ESTATE, 4, 11, 4, 352, 980, lift=True),
    Estate("榆树社区", "榆树公租房", Compound.Kind.PUBLIC_RENTAL, 6, 18, 6, 2160, 4258, lift=True),
    Estate("石桥社区", "石桥里", Compound.Kind.OLD_OPEN, 2, 6, 3, 58, 141),
    Estate("石桥社区", "榆林苑", Compound.Kind.ESTATE, 2, 6, 3, 70, 170),
    Estate("石桥社区", "北巷楼", Compound.Kind.DANWEI, 2, 6, 2, 45, 101),
)
CODES = {"清荷社区": "990101001001", "榆树社区": "990101001002", "石桥社区": "990101001003"}


def build() -> dict[str, Compound]:
    """Create the places; return the compounds by name."""
    district = District.objects.create(code="990101", name="长湖区")
    subdistrict = Subdistrict.objects.create(code="990101001", name="梧桐街道", district=district)
    since = timezone.localdate() - dt.timedelta(days=DAYS_SO_FAR)
    communities = {
        name: Community.objects.create(code=code, name=name, subdistrict=subdistrict, phone="027-00000000", active_from=since)
        for name, code in CODES.items()
    }
    return {estate.name: _compound(communities[estate.community], estate) for estate in ESTATES}


def _compound(community: Community, estate: Estate) -> Compound:
    compound = Compound.objects.create(
        community=community,
        name=estate.name,
        kind=estate.kind,
        dwellings_count=estate.homes,
        residents_count=estate.people,
    )
    buildings = Building.objects.bulk_create(
        Building(compound=compound, number=str(number), floors=estate.floors, has_lift=estate.lift)
        for number in range(1, estate.buildings + 1)
    )
    Entrance.objects.bulk_create(
        Entrance(building=building, number=str(number)) for building in buildings for number in range(1, estate.entrances + 1)
    )
    return compound
