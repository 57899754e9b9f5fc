"""The demo's matters: what residents of 荷风苑 brought up in three days, in all states, with what was done about it."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from residents.models import Compound, Matter
from residents.services import matters
from residents.services.tasks import Place

# hours ago, kind, what, parties, building, handler, what was done, outcome, satisfaction
STORY: tuple[dict[str, Any], ...] = (
    {"ago": 1, "kind": "problem", "what": "老人血压药快没了，社区医院不开门", "at": "5"},
    {"ago": 2, "kind": "suggestion", "what": "建议团购提货错峰，按楼栋排时间", "at": "", "by": "worker"},
    {"ago": 3, "kind": "fault", "what": "9栋2单元暖气不热", "at": "9", "by": "cadre", "firm": ("热力公司", "下午三点派人")},
    {"ago": 30, "kind": "fault", "what": "16栋下水道返水", "at": "16", "by": "worker", "firm": ("疏通队", "一小时到"),
     "done": ["现场查看，已停用该层水"], "outcome": "已疏通，回访正常", "happy": "satisfied"},
    {"ago": 50, "kind": "problem", "what": "燃气费欠费停气，老人不会网上缴费", "at": "3", "by": "cadre",
     "outcome": "已代缴并教会子女绑定", "happy": "satisfied"},
    {"ago": 4, "kind": "dispute", "what": "楼上漏水泡坏吊顶，双方在群里争吵", "parties": "1702住户、1602住户", "at": "17",
     "by": "worker", "done": ["分别通话，情绪已缓和", "约定下午一起看现场"]},
    {"ago": 28, "kind": "dispute", "what": "夜间跳操扰民", "parties": "楼上楼下两户", "at": "12", "by": "worker",
     "done": ["上门听取双方意见"], "outcome": "约定晚九点后不跳操，双方签字", "happy": "satisfied"},
    {"ago": 26, "kind": "lock_out", "what": "孩子反锁在家，钥匙忘在屋内", "at": "8", "by": "cadre",
     "done": ["民警与物业到场见证，破窗入户"], "outcome": "孩子平安，玻璃已修复", "happy": "satisfied",
     "witnesses": "民警、物业值班员"},
    {"ago": 6, "kind": "sign", "level": 2, "what": "3栋几户对封控时间有怨气，群里转发不实消息", "at": "3", "by": "worker",
     "done": ["楼栋长逐户电话解释政策"]},
    {"ago": 5, "kind": "gathering", "what": "中心花园十余人聚集下棋", "at": "", "by": "cadre", "done": ["劝离9人"]},
    {"ago": 48, "kind": "refusal", "what": "住户拒绝核酸采样", "at": "7", "by": "worker",
     "done": ["电话劝说一次", "上门劝说一次"], "gave_up": "已移交街道和派出所"},
    {"ago": 6, "kind": "tip_off", "what": "邻居反映这户家属确诊，家里人没隔离还出门", "at": "11", "by": "cadre",
     "done": ["已电话核实，家属两日前转运", "报社区卫生服务中心，通知同住人居家"]},
)  # fmt: skip


def build(compound: Compound, *, accounts: dict[str, User]) -> None:
    """Create the story."""
    buildings = {one.number: one for one in compound.buildings.all()}
    for number, told in enumerate(STORY, 1):
        place = Place(compound.community, compound, buildings.get(told["at"]))
        matter = matters.report(
            key=uuid.UUID(int=number), kind=told["kind"], what=told["what"], parties=told.get("parties", ""),
            level=told.get("level"), place=place, by=accounts["worker"],
        )  # fmt: skip
        _handled(matter, told, accounts)
        since = timezone.now() - dt.timedelta(hours=told["ago"])
        Matter.objects.filter(pk=matter.pk).update(reported_at=since)
        matter.steps.update(taken_at=since + dt.timedelta(minutes=40))


def _handled(matter: Matter, told: dict[str, Any], accounts: dict[str, User]) -> None:
    if "by" not in told:
        return
    handler, pk = accounts[told["by"]], matter.pk
    matters.give(matter_id=pk, handler=handler, by=accounts["secretary"])
    if "firm" in told:
        firm, reply = told["firm"]
        matters.call_firm(matter_id=pk, firm=firm, firm_phone="19900000123", reply=reply, by=handler)
    for text in told.get("done", ()):
        matters.step(matter_id=pk, text=text, for_resident=not matter.is_inward, by=handler)
    if "outcome" in told:
        matters.solve(
            matter_id=pk,
            outcome=told["outcome"],
            satisfaction=told.get("happy", ""),
            witnesses=told.get("witnesses", ""),
            by=handler,
        )
    if "gave_up" in told:
        matters.give_up(matter_id=pk, reason=told["gave_up"], by=handler)
