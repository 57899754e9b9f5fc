"""The demo's kindness: neighbours who help, calls of the hotline, talks with those who refuse, and praise on the wall."""

import datetime as dt
import uuid

from django.utils import timezone

from deployments.models import Cadre
from deployments.services import commendations
from portal.accounts.models import User
from residents.models import Compound, MutualAid, Pairing, Team
from residents.services import hotline_calls, mutual_aid, persuasions
from residents.services.tasks import Place

AID = (
    ("gift", "白菜 20 斤，放在东门", "1栋", "刘阿姨", False),
    ("offer", "会理发，可上门给老人剪", "6栋", "陈师傅", False),
    ("gift", "多余的儿童绘本一箱", "11栋", "", True),
    ("request", "老人急需轮椅借用两天", "9栋", "孙女士", False),
    ("request", "孩子网课缺打印机", "16栋", "", True),
)
# request, what answers it, where, whether it is done
ANSWERS = (
    ("老人急需轮椅借用两天", "家中轮椅可借一周", "9栋", True),
    ("孩子网课缺打印机", "可代打印，放在单元门口", "15栋", False),
)
CALLS = (("fear", 25, ""), ("sleep", 15, "again"), ("family", 40, "community"), ("lonely", 20, ""))
TALKS = (
    ("mask", "door", "agreed", "东门"), ("disperse", "door", "agreed", "中心花园"), ("test", "phone", "refused", "7栋"),
    ("test", "door", "agreed", "7栋"),
)  # fmt: skip


def build(compound: Compound, *, accounts: dict[str, User], cadres: list[Cadre]) -> None:
    """Create it all."""
    worker, community = accounts["worker"], compound.community
    for number, (kind, what, where, name, anonymous) in enumerate(AID, 1):
        mutual_aid.write(
            key=uuid.UUID(int=number), place=Place(community, compound, words=where), kind=kind, what=what, name=name,
            anonymous=anonymous, by=worker,
        )  # fmt: skip
    # The cadre has learnt to listen.
    counsellor, until = cadres[0].user, timezone.localdate() + dt.timedelta(days=30)
    assert counsellor  # noqa: S101 - the demo gave them a sign-in
    hotline_calls.name_counsellor(
        user=counsellor,
        community=community,
        ends_on=until,
        speciality="老人与儿童",
        hours="19:00-22:00",
        by=accounts["secretary"],
    )
    for number, (topic, minutes, referral) in enumerate(CALLS, 1):
        hotline_calls.record(
            key=uuid.UUID(int=number), community=community, topic=topic, minutes=minutes, referral=referral,
            content="演示通话，内容仅咨询员可见", by=counsellor,
        )  # fmt: skip
    for topic, method, result, where in TALKS:
        place = Place(community, compound, words=where)
        persuasions.record(place=place, topic=topic, method=method, result=result, by=counsellor if where == "东门" else worker)
    _matched(compound, worker)
    _ordered(compound, worker)
    _praised(compound, cadres, worker)


def _matched(compound: Compound, worker: User) -> None:
    """The wheelchair was found two floors below, and the printer is on its way."""
    rows = {row.what: row for row in MutualAid.objects.filter(community=compound.community)}
    for number, (request, what, where, done) in enumerate(ANSWERS, 1):
        offer = mutual_aid.write(
            key=uuid.UUID(int=100 + number), place=Place(compound.community, compound, words=where), kind="offer", what=what,
            name="热心邻居", anonymous=True, by=worker,
        )  # fmt: skip
        mutual_aid.match(aid_id=rows[request].pk, with_id=offer.pk, by=worker)
        if done:
            mutual_aid.finish(aid_id=offer.pk, by=worker)


def _ordered(compound: Compound, worker: User) -> None:
    """A student orders online for an old person across the yard, who has a helper as well; another would like to."""
    community, home = compound.community, Pairing.objects.within([compound.community]).order_by("id")[0].dwelling
    there = Place(community, compound, dwelling=home)
    need = mutual_aid.write(key=uuid.UUID(int=201), place=there, kind="request", what="不会用手机下单", by=worker)
    for number, (what, where, name) in enumerate(
        (("每周两次代老人线上买菜", "8栋", "小吴"), ("可代订药品、日用品", "3栋", "小郑"))
    ):
        place = Place(community, compound, words=where)
        buyer = mutual_aid.write(
            key=uuid.UUID(int=202 + number), place=place, kind="buyer", what=what, name=name, by=worker
        )  # fmt: skip
        if not number:
            mutual_aid.match(aid_id=need.pk, with_id=buyer.pk, by=worker)


def _praised(compound: Compound, cadres: list[Cadre], worker: User) -> None:
    """One with both names, one without, a team's, one that the unit has not heard yet."""
    young = Team.objects.live().get(community=compound.community, name="青年突击队")
    said = (
        ("letter", "老人半夜发烧，他十分钟就到了，一直陪到天亮。谢谢！", "赵女士", True, cadres[0]),
        ("praise", "每天帮我们五楼提菜上来，从不嫌累。", "五楼住户", False, cadres[1]),
        ("praise", "帮孩子找到了奶粉，大雨里送来的。", "周先生", False, cadres[2]),
        ("banner", "风雨同舟，守望相助", "荷风苑全体居民", True, None),
    )
    for number, (kind, text, sender, agrees, cadre) in enumerate(said, 1):
        row = commendations.write(
            key=uuid.UUID(int=number), community=compound.community, kind=kind, text=text, sender=sender,
            sender_agrees=agrees, cadre=cadre, for_team=None if cadre else young, by=worker,
        )  # fmt: skip
        if number != 3:
            commendations.show(commendation_id=row.pk, by=worker)
        if cadre and number != 3:
            commendations.forward(commendation_id=row.pk, by=worker)
        if number == 1 and cadre and cadre.user:
            commendations.agree(commendation_id=row.pk, agrees=True, by=cadre.user)
