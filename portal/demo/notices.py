"""What the demo's community announces, and the chat groups it speaks in."""

import datetime as dt

from django.utils import timezone

from portal.accounts.models import Channel, Delivery, Fault, Message, User
from residents.models import ChatGroup, Community, Compound, QuarantineCase
from residents.services import chat_groups, notices

# Announced so many hours ago: kind, title, text, from where, for whom, on top.
ANNOUNCED = (
    (30, "policy", "凭证出入，每户两天一次",
     "每户每两天可派 1 人外出采购，单次不超过 3 小时。出门请带出入证并配合测温。",
     "区指挥部 2022 年第 17 号", "everybody", True),
    (5, "testing", "明日核酸采样安排",
     "早上 6:00 开始，按楼栋通知下楼，保持 2 米距离。行动不便的居民可上门采样。",
     "", "everybody", False),
    (3, "goods", "爱心蔬菜包今日到货",
     "下午 15:00 消毒静置后按单元发放，隔离户和行动不便户送货上门。",
     "", "everybody", False),
    (2, "policy", "岗位交接须知",
     "交接班当面清点口罩、消毒液和登记本，未交接不得离岗。",
     "", "staff", False),
)  # fmt: skip
# A host that no network knows: nothing of the demo leaves the machine.
NOWHERE = "bot.example.org"


def build(compound: Compound, *, secretary: User) -> None:
    """Four notices, five groups, one of them with a bot that no longer answers."""
    for hours, kind, title, body, origin, audience, pinned in ANNOUNCED:
        begun = timezone.now() - dt.timedelta(hours=hours)
        values = {"kind": kind, "title": title, "body": body, "origin": origin, "audience": audience, "pinned": pinned}
        notices.publish(community=compound.community, values={**values, "effective_from": begun}, by=secretary)
    groups = _groups(compound, secretary)
    _gone_silent(groups[0], secretary)


def _groups(compound: Compound, secretary: User) -> list[ChatGroup]:
    buildings = list(compound.buildings.order_by("id")[:2])
    level = ChatGroup.Level
    wanted: list[dict[str, object]] = [
        {"name": "下沉干部工作群", "level": level.TEAM, "app": "wecom", "members": 46, "hears_errands": True},
        {"name": f"{compound.name}居民群", "level": level.COMPOUND, "compound": compound, "members": 486},
        *(
            {
                "name": f"{compound.name}{one}群",
                "level": level.BUILDING,
                "compound": compound,
                "building": one,
                "members": 90 + n,
            }
            for n, one in enumerate(buildings)
        ),
        {"name": "居家隔离服务群", "level": level.QUARANTINE, "members": 23},
    ]
    made = [
        chat_groups.create(community=compound.community, values={**one, "owner": secretary}, by=secretary) for one in wanted
    ]
    QuarantineCase.objects.open().filter(dwelling__entrance__building__compound=compound).update(chat_group=made[-1])
    return made


def _gone_silent(group: ChatGroup, secretary: User) -> None:
    """A bot that worked until this morning."""
    now = timezone.now()
    community: Community = group.community
    group.channel = Channel.objects.create(
        community=community, platform="wecom", address=f"https://{NOWHERE}/send?key=invented", host=NOWHERE,
        created_by=secretary, failures=6, fault=Fault.CLOSED,
        dead_at=now - dt.timedelta(minutes=20), sent_at=now - dt.timedelta(hours=2),
    )  # fmt: skip
    group.save(update_fields=["channel"])
    for n, (state, place) in enumerate((("sent", "荷风苑 3栋"), ("sent", "荷风苑 5栋"), ("failed", "荷风苑 1栋"))):
        facts = {"place": place, "urgent": ""}
        message = Message.objects.create(
            channel=group.channel, kind="errand_waits", key=f"demo-{n}", facts=facts, routed_at=now
        )
        sent_at = now - dt.timedelta(hours=2, minutes=n) if state == "sent" else None
        fault = "" if sent_at else Fault.UNFIT
        Delivery.objects.create(
            message=message, channel=group.channel, state=state, next_at=now, attempts=1 if sent_at else 3, sent_at=sent_at,
            fault=fault,
        )  # fmt: skip
