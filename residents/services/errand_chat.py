"""A message of the chat group, pasted as it is: what can be read from it. A person confirms before it counts."""

import re
from dataclasses import dataclass, field

from residents.models import Community, Compound, Dwelling, ErrandKind, Urgency
from residents.services.errand_homes import SHORT, WHOLE, find_home

LONGEST = 20_000
PHONE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
# Words that say a kind, the surer first.
WORDS = {
    "medicine": ["药", "胰岛素", "针剂", "药店", "处方", "降压", "感冒灵", "布洛芬"],
    "medical_trip": ["透析", "化疗", "产检", "看病", "就医", "去医院", "上医院", "复查", "急诊", "120"],
    "infant": ["奶粉", "尿不湿", "纸尿裤", "尿布", "婴儿", "宝宝"],
    "gas_bottle": ["煤气", "液化气", "气罐", "燃气罐"],
    "parcel": ["快递", "包裹", "菜鸟", "取件"],
    "takeaway": ["外卖", "骑手"],
    "rubbish": ["垃圾"],
    "bill_payment": ["电费", "水费", "燃气费", "话费", "缴费", "交费"],
    "pet": ["猫粮", "狗粮", "宠物", "猫砂"],
    "groceries": ["买菜", "蔬菜", "大米", "米面", "鸡蛋", "食用油", "牛奶", "买点", "代购", "没菜", "没米", "没有吃的", "断粮"],
}
LIFE = ["昏迷", "胸痛", "喘不上气", "呼吸困难", "大出血", "抽搐", "快不行"]
HEALTH = ["急", "断药", "没药", "发烧", "胰岛素", "透析", "马上"]
DIFFICULTY = ["独居", "孤寡", "老人", "没有吃的", "断粮", "残疾", "孕妇"]
# 【李大妈 17-3-702】, 王建国: ...
SPEAKER = re.compile(r"^\s*[【\[]?\s*([\u4e00-\u9fff·]{2,6})(?=[\s::】\]\d]|$)")


@dataclass
class Guess:
    """What one message seems to say."""

    text: str
    home: str = ""
    dwelling: Dwelling | None = None
    # Other homes named in it: two homes are two requests.
    others: list[str] = field(default_factory=list)
    name: str = ""
    phone: str = ""
    kind: ErrandKind | None = None
    urgency: int = Urgency.NORMAL


def read(text: str, *, community: Community, compound: Compound | None = None) -> Guess:
    """Guess home, person, phone, kind and urgency of a pasted message."""
    text = text.strip()[:LONGEST]
    phones = PHONE.findall(text)
    # A phone number must not be read as a house number.
    plain = PHONE.sub(" ", text)
    homes = _homes(plain)
    home = homes[0] if homes else ""
    speaker = SPEAKER.match(text)
    return Guess(
        text=text,
        home=home,
        dwelling=find_home(home, compound=compound, community=community) if home else None,
        others=homes[1:6],
        name=speaker[1] if speaker else "",
        phone=re.sub(r"[ -]", "", phones[0]) if phones else "",
        kind=_kind(text),
        urgency=_urgency(text),
    )


def _homes(text: str) -> list[str]:
    """Every address in the text once, as it was written."""
    whole = ["-".join(found.groups()) for found in WHOLE.finditer(text)]
    rest = WHOLE.sub(" ", text)
    return list(dict.fromkeys([*whole, *("-".join(found.groups()) for found in SHORT.finditer(rest))]))


def _kind(text: str) -> ErrandKind | None:
    code = next((code for code, words in WORDS.items() if any(word in text for word in words)), "other")
    return ErrandKind.objects.filter(code=code, in_use=True).first()


def _urgency(text: str) -> int:
    for urgency, words in ((Urgency.LIFE, LIFE), (Urgency.HEALTH, HEALTH), (Urgency.DIFFICULTY, DIFFICULTY)):
        if any(word in text for word in words):
            return urgency
    return Urgency.NORMAL
