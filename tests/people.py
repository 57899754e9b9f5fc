"""The cast: named people whom every test knows.

Two communities of one subdistrict, 清荷 and 榆树; whoever belongs to 榆树 is a stranger in 清荷.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from deployments.models import Cadre, Secondment, SendingUnit, Supervisor
from portal.accounts.models import User
from portal.sessions import SessionStore
from residents.models import Community, Compound, District, Membership, Role, Subdistrict
from tests import factories
from tests.kept_rows import KeptRows

SINCE = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Cast:
    """Everybody, and where they are."""

    qinghe: Community  # 清荷社区
    yushu: Community  # 榆树社区
    hefengyuan: Compound  # 荷风苑, of 清荷
    yushu_rental: Compound  # 榆树公租房, of 榆树
    secretary: User  # of 清荷
    worker: User  # of 清荷
    other_secretary: User  # of 榆树
    cadre_user: User  # 马骏, seconded to 清荷
    cadre2_user: User  # 林涛, seconded to 榆树
    supervisor: User  # of 区税务局, 马骏's unit
    officer: User  # of the subdistrict of both
    district_officer: User
    operator: User
    unit: SendingUnit
    cadre: Cadre  # 马骏
    cadre2: Cadre  # 林涛
    secondment: Secondment  # 马骏 to 清荷, on duty
    secondment2: Secondment  # 林涛 to 榆树, on duty


def _accounts(**names: str) -> dict[str, User]:
    """An account by each user name, written in one statement: nearly every test begins by it."""
    users = [factories.UserFactory.build(username=username, name=name) for username, name in names.items()]
    return {user.username: user for user in User.objects.bulk_create(users)}


def _give_roles(*roles: tuple[User, str, dict[str, object]]) -> None:
    # Long before any day a test travels to.
    Membership.objects.bulk_create(Membership(user=user, role=role, starts_on=SINCE, **place) for user, role, place in roles)


def session_of(user: User) -> str:
    """The key of a session in which somebody is signed in: all that a sign-in does besides takes three times as long."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    (session[BACKEND_SESSION_KEY],) = settings.AUTHENTICATION_BACKENDS
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def make_cast() -> Cast:
    """Create the cast."""
    cast: Cast = KEPT.again()
    return cast


def _make() -> Cast:
    subdistrict = factories.SubdistrictFactory(name="万松街道")
    qinghe = factories.CommunityFactory(name="清荷社区", subdistrict=subdistrict)
    yushu = factories.CommunityFactory(name="榆树社区", subdistrict=subdistrict)
    users = _accounts(
        cadre="马骏",
        cadre2="林涛",
        supervisor="钱主任",
        secretary="李秀兰",
        worker="周敏",
        other="吴刚",
        officer="郑洁",
        district="韩梅",
    )
    _give_roles(
        (users["cadre"], Role.CADRE, {"community": qinghe}),
        (users["cadre2"], Role.CADRE, {"community": yushu}),
        (users["secretary"], Role.SECRETARY, {"community": qinghe}),
        (users["worker"], Role.WORKER, {"community": qinghe}),
        (users["other"], Role.SECRETARY, {"community": yushu}),
        (users["officer"], Role.SUBDISTRICT_OFFICER, {"subdistrict": subdistrict}),
        (users["district"], Role.DISTRICT_OFFICER, {"district": subdistrict.district}),
    )
    unit = factories.SendingUnitFactory(name="区税务局")
    Supervisor.objects.create(user=users["supervisor"], unit=unit, starts_on=SINCE)
    cadre = factories.CadreFactory(name="马骏", unit=unit, user=users["cadre"])
    cadre2 = factories.CadreFactory(name="林涛", user=users["cadre2"])
    return Cast(
        qinghe=qinghe,
        yushu=yushu,
        hefengyuan=factories.CompoundFactory(name="荷风苑", community=qinghe),
        yushu_rental=factories.CompoundFactory(name="榆树公租房", community=yushu),
        secretary=users["secretary"],
        worker=users["worker"],
        other_secretary=users["other"],
        cadre_user=users["cadre"],
        cadre2_user=users["cadre2"],
        supervisor=users["supervisor"],
        officer=users["officer"],
        district_officer=users["district"],
        operator=factories.UserFactory(username="operator", name="管理员", is_staff=True, is_superuser=True),
        unit=unit,
        cadre=cadre,
        cadre2=cadre2,
        secondment=factories.SecondmentFactory(cadre=cadre, community=qinghe),
        secondment2=factories.SecondmentFactory(cadre=cadre2, community=yushu),
    )


# Made row by row for each test the cast took a tenth of most tests' time.
KEPT = KeptRows(
    _make,
    [District, Subdistrict, Community, Compound, User, Membership, SendingUnit, Supervisor, Cadre, Secondment],
)
