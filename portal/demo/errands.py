"""The demo's errands: a day of 清荷社区 at every stage, with what was spent, and one resident's own link."""

import datetime as dt
import uuid
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from portal.accounts.models import User
from portal.demo.names import person_name, phone
from residents.models import (
    Compound,
    Dwelling,
    Entrance,
    Errand,
    ErrandKind,
    ErrandLine,
    ErrandState,
    Helper,
    Outcome,
    Pairing,
    Payment,
    Urgency,
)
from residents.models.errand_states import IN_HAND, SUCCESSES
from residents.services import errand_kinds
from residents.services.asks import errand_link
from residents.services.errand_requests import promised_by, things_in

S, C = ErrandState, Errand.Channel
# minutes ago, kind, what, urgency, channel, state
DAY = (
    (3, "medicine", "胰岛素笔芯 2 盒", Urgency.HEALTH, C.OWN, S.REQUESTED),
    (8, "rubbish", "两袋，放在门口", Urgency.NORMAL, C.OWN, S.REQUESTED),
    (27, "medicine", "氨氯地平 1 盒\n阿司匹林 1 盒", Urgency.HEALTH, C.CHAT, S.REQUESTED),
    (31, "groceries", "大米 10 斤\n鸡蛋 30 个\n青菜 3 斤", Urgency.DIFFICULTY, C.PHONE, S.REQUESTED),
    (75, "parcel", "驿站两件，一件是奶粉", Urgency.NORMAL, C.OWN, S.REQUESTED),
    (12, "groceries", "面条 2 袋\n盐 1 袋\n西红柿 3 斤", Urgency.NORMAL, C.OWN, S.ACCEPTED),
    (25, "gas_bottle", "15 公斤一瓶", Urgency.NORMAL, C.PHONE, S.ACCEPTED),
    (40, "infant", "二段奶粉 1 罐\nL码尿不湿 2 包", Urgency.DIFFICULTY, C.CHAT, S.IN_PROGRESS),
    (48, "medicine", "布洛芬 1 盒\n体温计 1 支", Urgency.HEALTH, C.OWN, S.IN_PROGRESS),
    (55, "groceries", "牛奶 1 箱\n面包 2 个", Urgency.NORMAL, C.OWN, S.IN_DELIVERY),
    (62, "takeaway", "南门，骑手已到", Urgency.NORMAL, C.PHONE, S.IN_DELIVERY),
    (95, "medicine", "二甲双胍 2 盒", Urgency.HEALTH, C.CHAT, S.DELIVERED),
    (110, "groceries", "土豆 5 斤\n豆腐 2 块\n食用油 1 桶", Urgency.NORMAL, C.OWN, S.DELIVERED),
    (130, "rubbish", "一袋", Urgency.NORMAL, C.DOOR, S.CLOSED),
    (150, "parcel", "取件码见短信", Urgency.NORMAL, C.OWN, S.CLOSED),
    (170, "groceries", "挂面 3 袋\n榨菜 5 包", Urgency.NORMAL, C.PHONE, S.CLOSED),
    (200, "bill_payment", "电费 100 元", Urgency.NORMAL, C.PHONE, S.CLOSED),
    (240, "medical_trip", "周三上午透析", Urgency.HEALTH, C.PHONE, S.CLOSED),
    (260, "takeaway", "午饭两份", Urgency.NORMAL, C.OWN, S.CANCELLED),
    (280, "other", "水管漏水", Urgency.NORMAL, C.OWN, S.REFERRED),
)
DETAILS = {
    "medicine": {"patient": "本人", "drug": "见清单", "prescription": "医保卡在家"},
    "medical_trip": {"patient": "本人", "hospital": "中心医院血透室", "vehicle": "要轮椅"},
    "bill_payment": {"account_no": "0000112233"},
}


def build(compound: Compound, *, helpers: list[User], worker: User, secretary: User) -> Errand:
    """Create the day; return the errand whose link the demo prints."""
    errand_kinds.ensure()
    chance, now = Random("errands"), timezone.now()
    kinds = {kind.code: kind for kind in ErrandKind.objects.all()}
    homes = _homes(compound, chance)
    made = []
    for number, (minutes, kind, what, urgency, channel, state) in enumerate(DAY):
        asked = now - dt.timedelta(minutes=minutes)
        helper = helpers[number % len(helpers)]
        facts = _facts(state, asked, helper, worker, chance)
        errand = Errand.objects.create(
            **homes[number], kind=kinds[kind], what=what, details=DETAILS.get(kind, {}), urgency=urgency, channel=channel,
            state=state, requested_at=asked, waits_since=asked, requested_by=None if channel == C.OWN else worker,
            promised_by=promised_by(compound.community, urgency, asked),
            escalates_at=promised_by(compound.community, urgency, asked),
            written_name=person_name(chance), written_phone=phone(5000 + number), **facts,
        )  # fmt: skip
        _things(errand)
        if state in (S.IN_DELIVERY, S.DELIVERED, S.CLOSED) and errand.lines.exists():
            _spent(errand, chance, secretary)
        made.append(errand)
    _paired(made, helpers)
    return next(errand for errand in made if errand.state == S.IN_PROGRESS)


def _paired(made: list[Errand], helpers: list[User]) -> None:
    """Three homes that need somebody often have one helper each; one helper carries nothing upstairs."""
    homes = list({errand.dwelling_id: errand.dwelling for errand in made if errand.dwelling}.values())
    since = timezone.localdate() - dt.timedelta(days=12)
    for home, helper, what_for in zip(homes, helpers, ("买菜、取药", "每天倒垃圾", "陪同透析"), strict=False):
        Pairing.objects.create(community=home.community, dwelling=home, helper=helper, what_for=what_for, starts_on=since)
    if homes:
        Helper.objects.create(community=homes[0].community, user=helpers[-1], climbs=False)


def link(errand: Errand) -> str:
    """The resident's own page of an errand, below the portal's address."""
    return f"/ask/{errand_link(errand)}/"


def _homes(compound: Compound, chance: Random) -> list[dict[str, Any]]:
    """As many homes as errands: of the ledger where there is one, as written where there is none."""
    common = {"community": compound.community}
    known = list(Dwelling.objects.filter(entrance__building__compound=compound).select_related("entrance").order_by("id"))
    if len(known) >= len(DAY):
        return [{**common, "dwelling": home, "entrance": home.entrance} for home in chance.sample(known, len(DAY))]
    entrances = list(Entrance.objects.filter(building__compound=compound).order_by("id"))
    return [
        {**common, "entrance": chance.choice(entrances), "written_home": f"{chance.randint(1, 7)}0{chance.randint(1, 3)}"}
        for _errand in DAY
    ]


def _facts(state: str, asked: dt.datetime, helper: User, worker: User, chance: Random) -> dict[str, Any]:
    """What follows from where an errand stands."""
    taken = asked + dt.timedelta(minutes=chance.randint(2, 9))
    facts: dict[str, Any] = {}
    if state in (*IN_HAND, S.DELIVERED, S.CLOSED):
        facts |= {"assignee": helper, "accepted_by": helper, "accepted_at": taken, "first_accepted_at": taken}
    if state not in (S.REQUESTED, S.ACCEPTED, S.CANCELLED, S.REFERRED):
        facts["started_at"] = taken + dt.timedelta(minutes=3)
    if state in (S.IN_DELIVERY, S.DELIVERED, S.CLOSED):
        facts["bought_at"] = taken + dt.timedelta(minutes=22)
    if state in (S.DELIVERED, S.CLOSED):
        done = taken + dt.timedelta(minutes=chance.randint(28, 50))
        facts |= {"delivered_at": done, "delivered_by": helper, "outcome": chance.choice(SUCCESSES)}
    if state in (S.CLOSED, S.CANCELLED, S.REFERRED):
        facts["ended_at"] = asked + dt.timedelta(minutes=60)
    if state == S.CANCELLED:
        facts |= {"end_reason": "家人已带回", "outcome": Outcome.REFUSED}
    if state == S.REFERRED:
        facts |= {"end_reason": "已转物业水电工", "outcome": Outcome.OTHER_SERVICE}
    return facts


def _things(errand: Errand) -> None:
    if not errand.kind.is_goods:
        return
    bought = errand.state in (S.IN_DELIVERY, S.DELIVERED, S.CLOSED)
    lines = [
        ErrandLine(errand=errand, position=n, name=thing.name, quantity=thing.quantity, unit=thing.unit)
        for n, thing in enumerate(things_in(errand.what), 1)
    ]
    for line in lines:
        line.state = ErrandLine.State.BOUGHT if bought else ErrandLine.State.WANTED
    if errand.state == S.IN_PROGRESS and len(lines) > 1:
        lines[0].state, lines[0].substitute = ErrandLine.State.ASKED, "同类的另一个牌子"
        lines[1].state = ErrandLine.State.BOUGHT
    ErrandLine.objects.bulk_create(lines)


def _spent(errand: Errand, chance: Random, secretary: User) -> None:
    """Advanced with a receipt; paid back where the errand is settled."""
    amount = Decimal(chance.randint(800, 16000)) / 100
    common = {"errand": errand, "helper": errand.assignee, "amount": amount}
    Payment.objects.create(
        kind=Payment.Kind.ADVANCED, receipt=_receipt(), recorded_by_id=errand.assignee_id or secretary.pk,
        key=uuid.UUID(int=chance.getrandbits(128)),
        **common,
    )  # fmt: skip
    if errand.state == S.CLOSED:
        Payment.objects.create(kind=Payment.Kind.REIMBURSED, recorded_by=secretary, **common)


def _receipt() -> "ContentFile[bytes]":
    """A white slip: nobody's handwriting."""
    stored = BytesIO()
    Image.new("RGB", (60, 120), "white").save(stored, "JPEG")
    return ContentFile(stored.getvalue(), name="receipt.jpg")
