"""The kinds of errand a community begins with, and whether a request answers what its kind asks."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.lib.errors import Refused
from portal.lib.languages import in_language, listed
from residents.models import ErrandKind
from residents.models.errand_kinds import DETAILS

# code, name, English name, what is asked, what must be answered, example, English example
START_LIST: tuple[tuple[str, str, str, tuple[str, ...], tuple[str, ...], str, str], ...] = (
    ("medicine", "买药", "medicine", ("patient", "drug", "spec", "prescription"), ("patient", "drug"),
     "降压药 2 盒，医保卡在家", "blood pressure pills, 2 boxes; the insurance card is at home"),
    ("groceries", "代购", "groceries", ("shop",), (),
     "大米 10 斤，鸡蛋 30 个，青菜", "rice 5 kg, 30 eggs, greens"),
    ("parcel", "取快递", "parcel", ("shop", "pickup_code"), (),
     "菜鸟驿站，取件码 3-2-1108", "Cainiao station, pick-up code 3-2-1108"),
    ("takeaway", "拿外卖", "takeaway", ("shop", "contact"), (),
     "南门，骑手约 12:10 到", "south gate, the rider comes at about 12:10"),
    ("rubbish", "倒垃圾", "rubbish", (), (), "两袋，放在门口", "two bags, at the door"),
    ("gas_bottle", "换煤气", "gas bottle", ("size", "account_no"), (), "15 公斤一瓶", "one bottle of 15 kg"),
    ("bill_payment", "代缴费", "bill payment", ("account_no", "amount"), ("account_no",),
     "电费，户号 10 位", "electricity, account number of 10 digits"),
    ("medical_trip", "就医出行", "medical trip", ("patient", "hospital", "appointment", "companion", "vehicle", "closed_loop"),
     ("patient", "hospital"), "周三上午透析，要轮椅", "dialysis on Wednesday morning, with a wheelchair"),
    ("infant", "婴儿用品", "infant goods", ("size", "shop"), (),
     "二段奶粉 1 罐，L 码尿不湿", "1 tin of formula, stage 2; nappies, size L"),
    ("pet", "宠物", "pet", ("size",), (), "猫粮 1 袋", "1 bag of cat food"),
    ("other", "其他", "other", (), (), "请写清楚要什么", "say clearly what is needed"),
)  # fmt: skip
# A way to the hospital is a closed loop: who drove, when, and that the car was disinfected after it.
AT_THE_END = {"medical_trip": ["driver", "left_at", "back_at", "car_disinfected"]}
GOODS = ("groceries", "medicine", "infant", "pet")


def ensure() -> None:
    """Put down the kinds where there are none; a city then changes them and adds its own."""
    if ErrandKind.objects.exists():
        return
    ErrandKind.objects.bulk_create(
        ErrandKind(
            code=code,
            name=name,
            name_en=name_en,
            asks=list(asks),
            required=list(required),
            asks_when_done=AT_THE_END.get(code, []),
            example=example,
            example_en=example_en,
            position=position,
            is_goods=code in GOODS,
        )
        for position, (code, name, name_en, asks, required, example, example_en) in enumerate(START_LIST, 1)
    )


def in_use() -> "QuerySet[ErrandKind]":
    """The kinds that can be asked for."""
    return ErrandKind.objects.filter(in_use=True)


def answered(kind: ErrandKind, details: Mapping[str, Any]) -> dict[str, str]:
    """Return the answers the kind asks for, and nothing else."""
    return {key: str(details[key]).strip() for key in kind.asks if str(details.get(key, "")).strip()}


def lacking(kind: ErrandKind, details: Mapping[str, Any]) -> list[str]:
    """What must be known before somebody sets out, and is not."""
    return [str(DETAILS[key]) for key in kind.required if key in DETAILS and not details.get(key)]


def check(kind: ErrandKind, details: Mapping[str, Any]) -> None:
    """Refuse a request that sends somebody out without what they need to know."""
    if lacks := lacking(kind, details):
        raise Refused(_("%(kind)s: ask for this too: %(lacks)s.") % {"kind": in_language(kind), "lacks": listed(lacks)})
