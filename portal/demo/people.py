"""The demo's people: who signs in, who is sent."""

import datetime as dt
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from deployments.models import Cadre, Leave, Responsibility, Secondment, SendingUnit, Supervisor
from portal.accounts.models import User
from portal.demo.names import id_number, person_name, phone
from portal.demo.places import DAYS_SO_FAR
from portal.lib.crypto import lookup_hash
from portal.lib.dates import moment
from residents.models import Building, Community, Compound, District, Membership, Role, Subdistrict

UNITS = (
    ("市委编办", SendingUnit.Level.CITY),
    ("市信访局", SendingUnit.Level.CITY),
    ("市计量测试所", SendingUnit.Level.CITY),
    ("区税务局", SendingUnit.Level.DISTRICT),
    ("区人力资源和社会保障局", SendingUnit.Level.DISTRICT),
    ("统一建设集团", SendingUnit.Level.ENTERPRISE),
    ("天和小学", SendingUnit.Level.SCHOOL),
)
# How many of the 62 go to which compound.
SENT = {"荷风苑": 22, "春分里": 10, "榆树公租房": 18, "石桥里": 4, "榆林苑": 4, "北巷楼": 4}
SKILLS = ("护理", "驾驶", "心理咨询", "采样", "电脑", "消杀", "方言")
POSITIONS = ("科员", "主任科员", "副科长", "科长", "工程师", "教师")
# The first cadre of a compound signs in under this name.
SIGN_INS = {"荷风苑": ("cadre", "马骏"), "榆树公租房": ("cadre2", "林涛")}


def accounts() -> dict[str, User]:
    """Create the sign-ins that are no cadres', with their roles."""
    subdistrict, district = Subdistrict.objects.get(), District.objects.get()
    qinghe = Community.objects.get(name="清荷社区")
    rows: tuple[tuple[str, str, Role | None, dict[str, Any]], ...] = (
        ("secretary", "李秀兰", Role.SECRETARY, {"community": qinghe}),
        ("worker", "周敏", Role.WORKER, {"community": qinghe}),
        ("secretary2", "吴刚", Role.SECRETARY, {"community": Community.objects.get(name="榆树社区")}),
        ("secretary3", "郑洁", Role.SECRETARY, {"community": Community.objects.get(name="石桥社区")}),
        ("officer", "韩梅", Role.SUBDISTRICT_OFFICER, {"subdistrict": subdistrict}),
        ("district", "邓华", Role.DISTRICT_OFFICER, {"district": district}),
        ("supervisor", "钱立新", None, {}),
        ("operator", "管理员", None, {}),
    )
    password = make_password(settings.DEMO_PASSWORD)
    starts = timezone.localdate() - dt.timedelta(days=DAYS_SO_FAR)
    made = {}
    for username, name, role, place in rows:
        boss = username == "operator"
        made[username] = User.objects.create(username=username, name=name, password=password, is_staff=boss, is_superuser=boss)
        if role:
            Membership.objects.create(user=made[username], role=role, starts_on=starts, **place)
    return made


def units(supervisor: User) -> list[SendingUnit]:
    """Create the seven sending units."""
    chance = Random("units")
    made = [
        SendingUnit.objects.create(
            name=name,
            level=level,
            leader=person_name(chance),
            leader_phone=phone(9000 + number),
            liaison=person_name(chance),
            liaison_phone=phone(9100 + number),
        )
        for number, (name, level) in enumerate(UNITS)
    ]
    Supervisor.objects.create(user=supervisor, unit=made[3])
    return made


def cadres(compounds: dict[str, Compound], units: list[SendingUnit], secretary: User) -> list[Secondment]:
    """Create 62 cadres with accounts and secondments; return the secondments in order of placement."""
    chance, today = Random("cadres"), timezone.localdate()
    starts, password = today - dt.timedelta(days=DAYS_SO_FAR), make_password(settings.DEMO_PASSWORD)
    made: list[Secondment] = []
    for compound in compounds.values():
        for place in range(SENT[compound.name]):
            number = len(made)
            username, name = SIGN_INS.get(compound.name, ("", "")) if place == 0 else ("", "")
            user = User.objects.create(
                username=username or phone(number),
                name=name or person_name(chance),
                phone=phone(number),
                password=password if username else make_password(None),
            )
            cadre = _cadre(chance, user, units[3] if username == "cadre" else chance.choice(units), compound, number)
            Membership.objects.create(
                user=user,
                role=Role.CADRE,
                community=compound.community,
                starts_on=starts,
                ends_on=today + dt.timedelta(days=12),
            )
            made.append(_secondment(cadre, compound, starts, secretary, arrived=number % 20 != 19))
    return made


def _cadre(chance: Random, user: User, unit: SendingUnit, compound: Compound, number: int) -> Cadre:
    born_on = dt.date(chance.randint(1966, 1998), chance.randint(1, 12), 1)
    male = chance.random() < 0.55
    card = id_number(born_on.replace(day=chance.randint(1, 28)), 2 * chance.randint(1, 400) + male)
    return Cadre.objects.create(
        user=user,
        unit=unit,
        name=user.name,
        sex=Cadre.Sex.MALE if male else Cadre.Sex.FEMALE,
        born_on=born_on,
        ethnicity="汉族",
        political_status=chance.choice((Cadre.Political.MEMBER, Cadre.Political.MEMBER, Cadre.Political.MASSES)),
        position=chance.choice(POSITIONS),
        phone=phone(number),
        id_number=card,
        id_hash=lookup_hash(card),
        home_community=compound.community if chance.random() < 0.4 else None,
        skills=chance.sample(SKILLS, chance.choice((0, 1, 1, 2))),
        health_note="良好",
        vaccine_doses=chance.choice((2, 3)),
    )


def _secondment(cadre: Cadre, compound: Compound, starts: dt.date, secretary: User, *, arrived: bool) -> Secondment:
    return Secondment.objects.create(
        cadre=cadre,
        community=compound.community,
        compound=compound,
        starts_on=starts,
        ends_on=timezone.localdate() + dt.timedelta(days=12),
        at_home=cadre.home_community_id == compound.community_id,
        state=Secondment.State.ON_DUTY if arrived else Secondment.State.APPROVED,
        reported_at=moment(starts, dt.time(8, 20)) if arrived else None,
        reported_by=secretary if arrived else None,
    )


def leave(secondments: list[Secondment]) -> None:
    """One person sick since yesterday, one who asks for tomorrow."""
    today = timezone.localdate()
    Leave.objects.create(
        secondment=secondments[7],
        kind=Leave.Kind.SICK,
        state=Leave.State.APPROVED,
        reason="发热，居家观察",
        starts_at=moment(today - dt.timedelta(days=1), dt.time(8)),
        ends_at=moment(today + dt.timedelta(days=1), dt.time(8)),
    )
    Leave.objects.create(
        secondment=secondments[9],
        kind=Leave.Kind.FAMILY,
        reason="接老人出院",
        starts_at=moment(today + dt.timedelta(days=1), dt.time(8)),
        ends_at=moment(today + dt.timedelta(days=1), dt.time(20)),
    )


def responsibilities(compounds: dict[str, Compound], secondments: list[Secondment]) -> None:
    """A steward for each compound but one, guarantors and heads for most buildings."""
    chance, starts = Random("responsibilities"), timezone.localdate() - dt.timedelta(days=DAYS_SO_FAR)
    for compound in compounds.values():
        own = [secondment.cadre for secondment in secondments if secondment.compound_id == compound.pk]
        common = {"community": compound.community, "starts_on": starts}
        if compound.name != "榆林苑":
            Responsibility.objects.create(role=Responsibility.Role.STEWARD, compound=compound, cadre=own[-1], **common)
        for number, building in enumerate(Building.objects.filter(compound=compound)):
            if number % 5 != 4:
                Responsibility.objects.create(
                    role=Responsibility.Role.GUARANTOR, building=building, cadre=own[number % len(own)], **common
                )
            if number % 3 == 0:
                Responsibility.objects.create(
                    role=Responsibility.Role.BUILDING_HEAD,
                    building=building,
                    name=person_name(chance),
                    phone=phone(8000 + building.pk),
                    **common,
                )
