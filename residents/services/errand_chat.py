"""A message of the chat group, pasted as it is: what can be read from it. A person confirms before it counts."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import NamedTuple

from residents.models import Community, Compound, Dwelling, ErrandKind, Urgency
from residents.services.errand_homes import SHORT, WHOLE, find_home
from residents.services.errand_requests import MARKS, parts_of

LONGEST, MOST_HOMES = 20_000, 20
# Pictures between the words, and what joins them.
UNSAID = {"So", "Sk", "Cs", "Cf", "Mn"}
# What one request says at most.
LONGEST_WISH = 1000
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
    "groceries": [
        "买菜",
        "蔬菜",
        "大米",
        "米面",
        "鸡蛋",
        "食用油",
        "牛奶",
        "买点",
        "代购",
        "没菜",
        "没米",
        "没有吃的",
        "断粮",
        "青菜",
        "白菜",
        "土豆",
        "西红柿",
        "水果",
        "面条",
        "馒头",
        "猪肉",
        "面粉",
        "酱油",
        "卫生纸",
    ],
}
LIFE = ["昏迷", "胸痛", "喘不上气", "呼吸困难", "大出血", "抽搐", "快不行"]
HEALTH = ["急", "断药", "没药", "发烧", "胰岛素", "透析", "马上"]
DIFFICULTY = ["独居", "孤寡", "老人", "没有吃的", "断粮", "残疾", "孕妇"]
# 【李大妈 17-3-702】, 王建国: ...
SPEAKER = re.compile(r"^\s*[【\[]?\s*([\u4e00-\u9fff·]{2,6})(?=[\s:\uff1a】\]\d]|$)")
# What stands behind a speaker, and behind no goods.
SAID = re.compile(rf"\s{{0,2}}(?:[:\uff1a】\]]|{WHOLE.pattern}|{SHORT.pattern})")
# Between two homes in one line.
BETWEEN = f" \t\r{MARKS}和与跟及"
LONGEST_NAME = 8
# 要药,王建国18-1-301: the name before a number goes with it.
NAME_BEFORE = re.compile(rf"[\s{MARKS}]([\u4e00-\u9fff·]{{2,4}}) ?$")
# 都要菜: what all homes of a line ask.
TOGETHER = re.compile(r"[都均各].*")
# Digits and strokes as many keyboards write them in full width: one for one, so that places in the text stay.
NARROW = {0xFF10 + n: str(n) for n in range(10)} | {0xFF0D: "-"}
# What is said around a list of goods: 家里没菜了, 谢谢. Nothing is tried a second time, or 谢谢谢谢... takes for ever.
AROUND = re.compile(
    r"(?>大家好|您?你?好|在吗|家里(?:没有?|缺)\w{0,3}了?|没有?[菜米]了|没有?吃的了?|断粮了?|我?家?的?(?:电话|手机号?)(?:是|为)?|"
    r"(?:麻烦|辛苦)(?:你|您|大家|各位)?了?|多?谢谢?(?:大家|你|您|各位)?了?|室|号|[:\uff1a ])++"
)
ASKING = re.compile(
    r"^(?:我家?|我们家?|家里|[都均各]|麻烦|请|帮忙?|能否|能不能|可以|想|需?要点?|代?买点?|代购|一下|些|[\s:\uff1a]){1,8}(?=\S)"
)


class Mention(NamedTuple):
    """A home in a text, and where it stands there."""

    home: str
    start: int
    end: int


@dataclass
class Guess:
    """What one message seems to say about one home."""

    text: str
    home: str = ""
    dwelling: Dwelling | None = None
    name: str = ""
    phone: str = ""
    kind: ErrandKind | None = None
    urgency: int = Urgency.NORMAL
    # What it says of other homes, each in its own words: two homes are two requests.
    rest: list[tuple[str, str]] = field(default_factory=list)
    # The whole message, where it was cut between homes.
    whole: str = ""

    @property
    def wish(self) -> str:
        """What goes into the request: of goods the list alone, without who and where, for it is read in the shop."""
        return goods(self.text) if self.kind and self.kind.is_goods else self.text

    @property
    def others(self) -> list[str]:
        """The other homes."""
        return [home for home, _text in self.rest]


def read(text: str, *, community: Community, compound: Compound | None = None) -> Guess:
    """Guess home, person, phone, kind and urgency of a pasted message; of several homes the first, and what remains."""
    text = text.strip()[:LONGEST].translate(NARROW)
    (home, said), *rest = parts(text)
    found = guess(home, said, community=community, compound=compound, rest=rest)
    return replace(found, whole=text if rest or found.wish != text else "")


def guess(
    home: str, text: str, *, community: Community, compound: Compound | None = None, rest: Sequence[tuple[str, str]] = ()
) -> Guess:
    """The same of the words that speak of one home."""
    phones = PHONE.findall(text)
    speaker = SPEAKER.match(text)
    return Guess(
        text=text,
        home=home,
        dwelling=find_home(home, compound=compound, community=community) if home else None,
        name=speaker[1] if speaker and _is_name(speaker[1]) else "",
        phone=re.sub(r"[ -]", "", phones[0]) if phones else "",
        kind=_kind(text),
        urgency=_urgency(text),
        rest=list(rest),
    )


def parts(text: str) -> list[tuple[str, str]]:
    """Every home in the text once, with the words that speak of it; one part without a home where none is named."""
    found = _homes(text)
    said: dict[str, list[str]] = {}
    # Words before the first home belong to it: a greeting, a name.
    begins = [0, *(_begin(text, before, here) for before, here in pairwise(found)), len(text)]
    for (begin, end), mention in zip(pairwise(begins), found or [Mention("", 0, 0)], strict=True):
        said.setdefault(mention.home, []).append(text[begin:end].strip(BETWEEN))
    together = TOGETHER.search(text, found[-1].end) if len(said) > 1 else None
    return [(home, _own(home, words, together)) for home, words in said.items()][:MOST_HOMES]


def _begin(text: str, before: "Mention", here: "Mention") -> int:
    """Where the words of a home begin: with its line, or within the line with the name before it, or with its number."""
    line = text.rfind("\n", 0, here.start) + 1
    if line > before.end:
        return line
    name = NAME_BEFORE.search(text, max(before.end, here.start - LONGEST_NAME), here.start)
    return name.start(1) if name else here.start


def _own(home: str, words: list[str], together: "re.Match[str] | None") -> str:
    """What one home asks; where all of a line ask the same (都要菜), that as well, without anybody's phone."""
    own = "\n".join(filter(None, words))
    if not together or together[0] in own or any(word in own for row in WORDS.values() for word in row):
        return own
    return f"{own} {PHONE.sub('', together[0]).strip()}"


def _is_name(word: str) -> bool:
    """买药 17-3-702 begins with a wish, 家里没菜了 with a need; neither is anybody's name."""
    wish = any(known in word for row in WORDS.values() for known in row)
    return not (wish or AROUND.fullmatch(word) or ASKING.match(word))


def goods(text: str) -> str:
    """The things of a message, one a line; its words without who and where, if it names none."""
    speaker = SPEAKER.match(text)
    # 李大妈: ..., 李大妈17-3-702 ...; but 青菜 3 斤 is nobody.
    named = speaker and _is_name(speaker[1]) and SAID.match(text, speaker.end())
    said = text[speaker.end() :] if speaker and named else text
    plain = SHORT.sub("", WHOLE.sub("", PHONE.sub("", said)))
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in UNSAID)
    found = [_asked(part) for part in parts_of(plain)]
    return "\n".join(filter(None, found)) or plain.strip(BETWEEN)


def _asked(part: str) -> str:
    bare = part.strip(" []【】()\uff08\uff09!\uff01~\uff5e:\uff1a")
    return "" if AROUND.fullmatch(bare) else ASKING.sub("", bare)


def carry(rest: Sequence[tuple[str, str]]) -> str:
    """What is to be looked at next, as a page carries it along."""
    return json.dumps([(home, text[:LONGEST_WISH]) for home, text in rest], ensure_ascii=False)


def carried(text: str) -> list[tuple[str, str]]:
    """The same read back; whatever else a page sends is nothing."""
    try:
        rows = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    pairs = [row for row in rows if _is_pair(row)] if isinstance(rows, list) else []
    return [(home[:40], said[:LONGEST_WISH]) for home, said in pairs[:MOST_HOMES]]


def _is_pair(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(word, str) for word in row)


def _homes(text: str) -> "list[Mention]":
    """Every address in the text as it was written, and where, in this order; said twice running it is one."""
    # A phone number must not be read as a house number; what is taken out leaves its length behind.
    plain = PHONE.sub(_blank, text)
    found = [*WHOLE.finditer(plain), *SHORT.finditer(WHOLE.sub(_blank, plain))]
    mentions = sorted((Mention("-".join(one.groups()), *one.span()) for one in found), key=lambda one: one.start)
    return [next(same) for _home, same in groupby(mentions, key=lambda one: one.home)]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _kind(text: str) -> ErrandKind | None:
    code = next((code for code, words in WORDS.items() if any(word in text for word in words)), "other")
    return ErrandKind.objects.filter(code=code, in_use=True).first()


def _urgency(text: str) -> int:
    for urgency, words in ((Urgency.LIFE, LIFE), (Urgency.HEALTH, HEALTH), (Urgency.DIFFICULTY, DIFFICULTY)):
        if any(word in text for word in words):
            return urgency
    return Urgency.NORMAL
