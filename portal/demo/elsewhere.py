"""The demo's day of 榆树公租房: less than in 荷风苑, and enough that its cadre finds something on each page."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from checkpoints.models import Post
from checkpoints.models.deliveries import Care, Way
from checkpoints.services import deliveries, drops
from deployments.services import commendations
from portal.accounts.models import User
from residents.models import Compound, Dwelling, Errand, ErrandKind, Outcome, Urgency
from residents.services import errands, matters, notices, persuasions, tasks, teams
from residents.services.errand_requests import Place as Door
from residents.services.errand_requests import ask, things_in
from residents.services.tasks import Place

# minutes ago, kind, what, urgency, whether it is a cadre's, how far it has come
ASKED = (
    (190, "rubbish", "两袋，放在门口", Urgency.NORMAL, 1, "delivered"),
    (150, "groceries", "挂面 2 袋\n鸡蛋 20 个", Urgency.NORMAL, 0, "delivered"),
    (70, "medicine", "缬沙坦 1 盒", Urgency.HEALTH, 0, "bought"),
    (40, "groceries", "大米 10 斤\n白菜 2 颗", Urgency.DIFFICULTY, 1, "started"),
    (25, "parcel", "驿站一件", Urgency.NORMAL, 0, "claimed"),
    (9, "rubbish", "一袋", Urgency.NORMAL, None, ""),
)
PATIENT = {"patient": "本人", "drug": "见清单"}
# title, kind, risk, whose, whether it is done
TO_DO = (
    ("3号楼电梯厅补充消毒液", "supplies", 1, 0, ""), ("联系维保检修5号楼电梯异响", "repair", 2, 1, ""),
    ("南门补贴出入须知", "papers", 1, 0, "已张贴两份"), ("核对6号楼空置户", "papers", 1, None, ""),
)  # fmt: skip
BROUGHT_UP = (
    ("problem", "2号楼老人听不清广播，不知道何时下楼", 0, "已上门告知，登记为电话通知对象"),
    ("fault", "4号楼3单元楼道灯不亮", 0, ""), ("suggestion", "建议北门也开放取快递", None, ""),
)  # fmt: skip
SAID = (
    (26, "policy", "出入小区请出示出入证", "南门、北门均需查验，当日往返。"),
    (4, "goods", "保供蔬菜包明早到货", "9:00 起按楼栋发放，请勿提前下楼。"),
)  # fmt: skip


def build(gate: Post, *, secretary: User, cadres: Sequence[User]) -> None:
    """Create the day of the gate's compound; the first of the cadres signs in to the demo."""
    compound = gate.compound
    _announced(compound, secretary)
    _asked(compound, secretary, cadres)
    _at_the_gate(gate, secretary, cadres[0])
    young = teams.form(
        community=compound.community, name="保供突击队", kind="commando", leader=cadres[0], members=cadres[1:5], by=secretary
    )
    for number, (title, kind, risk, whose, result) in enumerate(TO_DO, 1101):
        helper = None if whose is None else cadres[whose]
        place = Place(compound.community, compound)
        task = tasks.write(
            key=uuid.UUID(int=number), place=place, title=title, kind=kind, risk=risk, helper=helper, by=secretary,
            due_at=timezone.now() + dt.timedelta(hours=4),
        )  # fmt: skip
        if helper is None:
            tasks.give_to_team(task_id=task.pk, team=young, by=secretary)
        elif result:
            tasks.start(task_id=task.pk, by=helper)
            tasks.finish(task_id=task.pk, result=result, by=helper)
    _brought_up(compound, secretary, cadres)
    there = Place(compound.community, compound, words="南门")
    persuasions.record(place=there, topic="mask", method="door", result="agreed", by=cadres[0])
    _praised(compound, secretary, cadres[0])


def _announced(compound: Compound, secretary: User) -> None:
    for hours, kind, title, body in SAID:
        begun = timezone.now() - dt.timedelta(hours=hours)
        values = {"kind": kind, "title": title, "body": body, "audience": "everybody", "effective_from": begun}
        notices.publish(community=compound.community, values=values, by=secretary)


def _asked(compound: Compound, secretary: User, cadres: Sequence[User]) -> None:
    kinds = ErrandKind.objects.in_bulk(field_name="code")
    homes = Dwelling.objects.filter(entrance__building__compound=compound).order_by("id")[: 300 * len(ASKED) : 300]
    for number, ((minutes, kind, what, urgency, whose, state), home) in enumerate(zip(ASKED, homes, strict=True), 1101):
        goods = kinds[kind].is_goods
        errand = ask(
            key=uuid.UUID(int=number), place=Door(compound.community, home), kind=kinds[kind], what=what,
            things=things_in(what) if goods else (), details=PATIENT if kind == "medicine" else {}, urgency=urgency,
            channel=Errand.Channel.PHONE, by=secretary,
        )  # fmt: skip
        if whose is not None:
            _done(errand.pk, state, cadres[whose])
        since = dt.timedelta(minutes=minutes)
        moments = ("requested_at", "waits_since", "promised_by", "escalates_at")
        Errand.objects.filter(pk=errand.pk).update(**{name: F(name) - since for name in moments})


def _done(errand: int, state: str, helper: User) -> None:
    errands.claim(errand_id=errand, by=helper)
    if state != "claimed":
        errands.start(errand_id=errand, by=helper)
    if state == "bought":
        errands.bought(errand_id=errand, by=helper)
    if state == "delivered":
        errands.deliver(errand_id=errand, outcome=Outcome.AT_DOOR, by=helper)


def _at_the_gate(gate: Post, secretary: User, taker: User) -> None:
    """One on its way, one just come, two that stand, one handed out before its time."""
    for number, (what, sender, expected, arrived) in enumerate(
        (("蔬菜包", "区保供车队", 40, False), ("牛奶", "超市", 6, True)), 1101
    ):
        deliveries.take_in(
            key=uuid.UUID(int=number), post=gate, expected=expected, arrived=arrived, what=what, sender=sender,
            source="group_buy", way=Way.ENTRANCE, by=taker,
        )  # fmt: skip
    parcels = (("快递", "顺丰", Care.ORDINARY), ("快递", "京东", Care.ORDINARY), ("降压药", "药房", Care.MEDICINE))
    homes = Dwelling.objects.filter(entrance__building__compound=gate.compound).order_by("id")[7:2000:600]
    for number, ((what, sender, care), home) in enumerate(zip(parcels, homes, strict=False), 1103):
        batch, drop = drops.parcel(
            key=uuid.UUID(int=number), post=gate, line=drops.Line(str(home)), what=what, sender=sender, care=care, by=taker
        )
        if care == Care.MEDICINE:
            deliveries.free_early(batch_id=batch.pk, reason="病人急用", by=secretary)
            drops.hand_out(drop_id=drop.pk, handed=Way.DOOR, by=taker)


def _brought_up(compound: Compound, secretary: User, cadres: Sequence[User]) -> None:
    for number, (kind, what, whose, outcome) in enumerate(BROUGHT_UP, 1101):
        place = Place(compound.community, compound)
        matter = matters.report(key=uuid.UUID(int=number), kind=kind, what=what, place=place, by=secretary)
        if whose is not None:
            matters.give(matter_id=matter.pk, handler=cadres[whose], by=secretary)
        if whose is not None and outcome:
            matters.solve(matter_id=matter.pk, outcome=outcome, by=cadres[whose])


def _praised(compound: Compound, secretary: User, cadre: User) -> None:
    row = commendations.write(
        key=uuid.UUID(int=1101), community=compound.community, kind="praise", text="耐心教老人扫码，一遍不会就教两遍。",
        sender="2号楼住户", cadre=cadre.cadre, by=secretary,
    )  # fmt: skip
    commendations.forward(commendation_id=row.pk, by=secretary)
