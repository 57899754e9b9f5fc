"""The base list of a compound (sheet 1 of the domain's forms): its columns, and what a row tells of a person."""

import re
import unicodedata
from sys import intern
from typing import Any

from portal.lib import id_numbers, masks
from portal.lib.headings import Column
from portal.lib.imports import Line
from portal.lib.sentences import gettext as _
from portal.lib.sentences import named
from portal.lib.sheets import BadCell, cells, days
from residents.models import Resident

RELATIONS = {
    "本人": Resident.Relation.HEAD,
    "户主": Resident.Relation.HEAD,
    "配偶": Resident.Relation.SPOUSE,
    "妻": Resident.Relation.SPOUSE,
    "妻子": Resident.Relation.SPOUSE,
    "夫": Resident.Relation.SPOUSE,
    "丈夫": Resident.Relation.SPOUSE,
    "子女": Resident.Relation.CHILD,
    "子": Resident.Relation.CHILD,
    "女": Resident.Relation.CHILD,
    "儿子": Resident.Relation.CHILD,
    "女儿": Resident.Relation.CHILD,
    "父母": Resident.Relation.PARENT,
    "父亲": Resident.Relation.PARENT,
    "母亲": Resident.Relation.PARENT,
    "父": Resident.Relation.PARENT,
    "母": Resident.Relation.PARENT,
    "其他": Resident.Relation.OTHER,
    "其它": Resident.Relation.OTHER,
}
ID_TYPES = {
    "居民身份证": Resident.IdType.ID_CARD,
    "身份证": Resident.IdType.ID_CARD,
    "护照": Resident.IdType.PASSPORT,
    "港澳通行证": Resident.IdType.PERMIT_HK,
    "台胞证": Resident.IdType.PERMIT_TW,
    "无": Resident.IdType.NONE,
    "无证": Resident.IdType.NONE,
}
KINDS = {
    "常住": Resident.Kind.PERMANENT,
    "租户": Resident.Kind.TENANT,
    "租客": Resident.Kind.TENANT,
    "租住": Resident.Kind.TENANT,
    "流动": Resident.Kind.FLOATING,
    "流动人口": Resident.Kind.FLOATING,
}
SEX = {"男": Resident.Sex.MALE, "女": Resident.Sex.FEMALE}
DOTS = dict.fromkeys(map(ord, "•・‧∙●．"), "·")
FLOORS = range(-5, 121)


def name(value: Any) -> str:
    """A name; the dot inside names of other peoples is written in one way."""
    return cells.person_name(value).translate(DOTS)


def number_of(suffixes: str) -> Any:
    """A building or entrance by its number: "17号楼", "17栋" and 17.0 are 17."""
    ending = re.compile(rf"({suffixes})$")

    def parse(value: Any) -> str:
        found = ending.sub("", cells.narrow(value).upper())
        if len(found) > 12:
            raise BadCell(_("is longer than %(limit)s characters") % {"limit": 12})
        return found.lstrip("0") or found[-1:]

    return parse


def room(value: Any) -> str:
    """The number on the door: 702, 702甲, 地下室."""
    found = re.sub(r"(?<=[0-9A-Z])[室号房]$", "", cells.narrow(value).upper())
    if len(found) > 12:
        raise BadCell(_("is longer than %(limit)s characters") % {"limit": 12})
    return found


def floor(value: Any) -> int | None:
    """A storey: 7, 7楼, B1, 负一 as -1."""
    found = re.sub(r"[楼层F]$", "", cells.narrow(value).upper()).replace("负", "-").replace("一", "1").replace("二", "2")
    found = re.sub(r"^(地下|B)-?(?=\d)", "-", found)
    if not found:
        return None
    if not re.fullmatch(r"-?\d{1,3}", found) or int(found) not in FLOORS:
        raise BadCell(_("is not a floor"))
    return int(found)


COLUMNS = (
    # The name comes first: by it a row of notes is told from a row of data.
    Column("name", "姓名", required=True, parse=name, told=True, width=9),
    Column("compound", "小区", ("小区名称",), required=True, parse=cells.plain(60), width=12, note="填全称"),
    Column("building", "楼栋", ("楼号", "栋号", "楼栋号"), required=True, parse=number_of("号?[楼栋幢座]|号"), width=6,
           note="数字"),
    Column("entrance", "单元", ("单元号",), parse=number_of("单元|门洞|[门无]"), width=6, note="数字,无单元填0"),
    Column("floor", "楼层", parse=floor, soft=True, width=6, note="数字"),
    Column("room", "房号", ("门牌号", "室号", "房间号"), required=True, parse=room, width=8, note="如702"),
    Column("head", "户主姓名", ("户主",), parse=cells.plain(40), width=9),
    Column("relation", "与户主关系", ("与户主的关系", "关系"), parse=cells.choice(RELATIONS), soft=True, width=8,
           note="本人/配偶/子女/父母/其他"),
    Column("sex", "性别", parse=cells.choice(SEX), soft=True, width=5, note="男/女"),
    Column("id_type", "证件类型", ("证件种类",), parse=cells.choice(ID_TYPES), soft=True, width=11,
           note="居民身份证/护照/港澳通行证/台胞证/无"),
    Column("id_number", "证件号码", ("身份证号", "身份证号码", "证件号"), parse=cells.id_number, width=20,
           masked=masks.id_number),
    Column("born_on", "出生日期", ("出生年月日", "生日"), parse=days.birthday, soft=True, width=11, note="YYYY-MM-DD"),
    Column("phone", "联系电话", ("手机号", "手机号码", "电话", "手机", "联系方式"), parse=cells.phone, soft=True, width=13,
           note="11位"),
    Column("kind", "人员类别", ("人员类别(常住/租户/流动)",), parse=cells.choice(KINDS), soft=True, width=8,
           note="常住/租户/流动"),
    Column("registered_address", "户籍地址", ("户籍地",), parse=cells.plain(120), width=16),
    Column("work_unit", "工作单位", parse=cells.plain(80), width=14),
    Column("political_status", "政治面貌", parse=cells.plain(12), soft=True, width=9),
    Column("lives_in", "是否在住", ("在住",), parse=cells.yes_no, soft=True, width=7, note="是/否"),
    Column("care", "特殊群体类别", ("特殊群体", "特殊人群"), parse=cells.listed(10, 20), soft=True, width=13,
           note="多项用;分隔"),
    Column("vaccine_doses", "疫苗接种剂次", ("疫苗剂次",), parse=cells.whole(0, 9), soft=True, width=7, note="0-4"),
    Column("has_smartphone", "是否使用智能手机", ("智能手机",), parse=cells.yes_no, soft=True, width=9, note="是/否"),
    Column("grid", "网格", ("所属网格",), parse=cells.plain(20), width=9),
    Column("note", "备注", parse=cells.plain(200), width=12),
)  # fmt: skip
# Of the form, and not read: the age follows from the birthday, who answers for a building stands under responsibilities.
IGNORED = ("序号", "年龄", "楼栋长")
# As the form is printed.
SHEET = (
    "序号", "小区", "楼栋", "单元", "楼层", "房号", "户主姓名", "与户主关系", "姓名", "性别", "证件类型", "证件号码",
    "出生日期", "年龄", "联系电话", "人员类别", "户籍地址", "工作单位", "政治面貌", "是否在住", "特殊群体类别",
    "疫苗接种剂次", "是否使用智能手机", "网格", "楼栋长", "备注",
)  # fmt: skip
PERSON = (
    "name",
    "sex",
    "id_type",
    "id_number",
    "born_on",
    "phone",
    "relation",
    "kind",
    "registered_address",
    "work_unit",
    "political_status",
    "lives_in",
    "vaccine_doses",
    "has_smartphone",
    "note",
)
Home = tuple[str, str, str, str]


def home(line: Line) -> Home | None:
    """Which home a row speaks of; None where it does not say."""
    said = line.values.get
    compound, building, room = said("compound"), said("building"), said("room")
    if not (compound and building and room):
        return None
    # One text for each number, however often a long list says it: all homes are kept in mind to the last row.
    return intern(compound), intern(building), intern(said("entrance") or "0"), intern(room)


def floor_of(line: Line) -> int:
    """The storey of a row's home; the room number tells it where the row does not."""
    said, number = line.values.get("floor"), line.values["room"]
    if said:
        return int(said)
    if number.startswith("地下"):
        told = -1
    else:
        digits = re.match(r"\d+", unicodedata.normalize("NFKC", number))
        told = int(digits[0][:-2]) if digits and 3 <= len(digits[0]) <= 5 else 0
    if said == 0 and told:
        line.says.append(_("There is no floor 0: %(floor)s is taken from the room.") % {"floor": told})
    return told if told in FLOORS else 0


def person(line: Line) -> dict[str, Any]:
    """What a row tells of the person; the ID number has the last word on birthday and sex."""
    values = {key: line.values.get(key) for key in PERSON}
    number = values["id_number"] = values["id_number"] or ""
    if number and values["id_type"] in (None, "", Resident.IdType.ID_CARD):
        _agree(line, values, number)
    elif number and values["id_type"] == Resident.IdType.NONE:
        line.says.append(_("证件类型 says there is no document, and yet there is a number: the number is kept."))
        values["id_type"] = Resident.IdType.ID_CARD if id_numbers.is_valid(number) else Resident.IdType.PASSPORT
    return values


def _agree(line: Line, values: dict[str, Any], number: str) -> None:
    born = id_numbers.born_on(number)
    if born is None:
        if values["id_type"]:
            line.refuse(_("证件号码 is no ID number. If it is of a passport or permit, say so under 证件类型."))
        values["id_type"] = Resident.IdType.PASSPORT
        return
    values["id_type"] = Resident.IdType.ID_CARD
    try:
        days.birthday(born)
    except BadCell as fault:
        line.refuse(_("The birthday in the ID number %(fault)s.") % {"fault": fault.args[0]})
    if values["born_on"] not in (None, born):
        line.says.append(
            _("出生日期 and the ID number disagree: %(day)s is taken from the number.") % {"day": born.isoformat()}
        )
    sex = Resident.Sex.MALE if id_numbers.is_male(number) else Resident.Sex.FEMALE
    if values["sex"] not in (None, "", sex):
        line.says.append(_("性别 and the ID number disagree: %(sex)s is taken from the number.") % {"sex": named(sex.label)})
    values["born_on"], values["sex"] = born, sex
