import factory

from residents.models import (
    Building,
    Community,
    Compound,
    District,
    Dwelling,
    Entrance,
    Membership,
    Resident,
    Role,
    Subdistrict,
)
from tests.factories.accounts import UserFactory


class DistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = District

    code = factory.Sequence(lambda n: f"{990100 + n}")
    name = factory.Sequence(lambda n: f"区{n}")


class SubdistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subdistrict

    district = factory.SubFactory(DistrictFactory)
    code = factory.Sequence(lambda n: f"{990100001 + n}")
    name = factory.Sequence(lambda n: f"街道{n}")


class CommunityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Community

    subdistrict = factory.SubFactory(SubdistrictFactory)
    code = factory.Sequence(lambda n: f"{990100001001 + n}")
    name = factory.Sequence(lambda n: f"社区{n}")


class CompoundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Compound

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"小区{n}")


class BuildingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Building

    compound = factory.SubFactory(CompoundFactory)
    number = factory.Sequence(lambda n: str(n + 1))
    floors = 7


class EntranceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Entrance

    building = factory.SubFactory(BuildingFactory)
    number = factory.Sequence(lambda n: str(n + 1))


class DwellingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dwelling

    entrance = factory.SubFactory(EntranceFactory)
    community = factory.SelfAttribute("entrance.building.compound.community")
    floor = 1
    room_no = factory.Sequence(lambda n: str(101 + n))


class ResidentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Resident

    dwelling = factory.SubFactory(DwellingFactory)
    community = factory.SelfAttribute("dwelling.community")
    name = factory.Sequence(lambda n: f"居民{n}")
    phone = factory.Sequence(lambda n: f"1990002{n:04d}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    community = factory.SubFactory(CommunityFactory)
    role = Role.SECRETARY
