"""The columns of a roster (sheet 2 of the domain's forms), and what a row tells of a person."""

import datetime as dt
from typing import Any

from deployments.models import Cadre
from deployments.services.cadres import MOST_SKILLS, SKILL_LENGTH
from portal.lib import id_numbers, masks
from portal.lib.headings import Column
from portal.lib.imports import Line
from portal.lib.sentences import gettext as _
from portal.lib.sheets import cells, days

POLITICAL = {
    "中共党员": Cadre.Political.MEMBER,
    "党员": Cadre.Political.MEMBER,
    "预备党员": Cadre.Political.PROBATIONARY,
    "中共预备党员": Cadre.Political.PROBATIONARY,
    "共青团员": Cadre.Political.LEAGUE,
    "团员": Cadre.Political.LEAGUE,
    "群众": Cadre.Political.MASSES,
    "民主党派": Cadre.Political.DEMOCRATIC,
}
SEX = {"男": Cadre.Sex.MALE, "女": Cadre.Sex.FEMALE}

COLUMNS = (
    Column("name", "姓名", required=True, parse=cells.person_name, told=True, width=9),
    Column("sex", "性别", parse=cells.choice(SEX), soft=True, width=5, note="男/女"),
    Column("born_on", "出生年月", ("出生日期",), parse=days.month, soft=True, width=10, note="YYYY-MM"),
    Column("age", "年龄", parse=cells.plain(10), soft=True, width=5),
    Column("ethnicity", "民族", parse=cells.plain(20), width=6),
    Column(
        "political_status",
        "政治面貌",
        parse=cells.choice(POLITICAL),
        soft=True,
        width=10,
        note="中共党员/预备党员/共青团员/群众",
    ),
    Column(
        "unit",
        "派出单位",
        ("选派单位", "工作单位", "单位", "单位名称"),
        required=True,
        parse=cells.plain(80),
        width=20,
        note="全称",
    ),
    Column("position", "职务/职级", ("职务", "职级", "职务职级"), parse=cells.plain(60), width=10),
    Column(
        "phone",
        "联系电话",
        ("手机号", "手机号码", "手机", "电话", "联系方式"),
        required=True,
        parse=cells.mobile,
        width=13,
        note="11位",
    ),
    Column(
        "id_number",
        "身份证号",
        ("身份证号码", "证件号码", "身份证"),
        parse=cells.id_number,
        width=20,
        note="18位",
        masked=masks.id_number,
    ),
    Column("address", "居住地址", ("家庭住址", "住址"), parse=cells.plain(120), width=18),
    Column("home", "居住社区", parse=cells.plain(60), width=11),
    Column("community", "下沉社区", ("社区",), required=True, parse=cells.plain(60), width=11),
    Column("place", "下沉小区/岗位", ("下沉小区", "下沉岗位", "小区/岗位", "小区", "岗位"), parse=cells.plain(60), width=13),
    Column(
        "starts_on", "报到时间", ("报到日期", "开始时间", "下沉时间"), required=True, dated=True, width=11, note="YYYY-MM-DD"
    ),
    Column("ends_on", "计划结束时间", ("结束时间", "计划结束日期"), dated=True, width=11, note="YYYY-MM-DD"),
    Column("at_home", "是否在居住地下沉", parse=cells.yes_no, soft=True, width=8, note="是/否"),
    Column("skills", "特长", ("专长",), parse=cells.listed(MOST_SKILLS, SKILL_LENGTH), soft=True, width=12, note="多项用;分隔"),
    Column("health_note", "健康状况", parse=cells.plain(120), width=8),
    Column("vaccine_doses", "疫苗接种", ("疫苗接种剂次",), parse=cells.whole(0, 9), soft=True, width=6, note="0-4"),
    Column("branch_role", "临时党支部职务", parse=cells.plain(40), width=10),
    Column("liaison", "单位联系人", parse=cells.plain(40), width=9),
    Column("liaison_phone", "单位联系人电话", parse=cells.phone, soft=True, width=13),
    Column("note", "备注", parse=cells.plain(200), width=12),
)
IGNORED = ("序号",)
PERSON = (
    "name",
    "sex",
    "born_on",
    "ethnicity",
    "political_status",
    "position",
    "phone",
    "id_number",
    "address",
    "skills",
    "health_note",
    "vaccine_doses",
    "branch_role",
    "note",
)
EMPTY: dict[str, Any] = {"born_on": None, "vaccine_doses": None, "skills": []}


def person(line: Line) -> dict[str, Any]:
    """What a line tells of the person; the ID number has the last word on birthday and sex."""
    values = {name: line.values.get(name) or EMPTY.get(name, "") for name in PERSON}
    values["vaccine_doses"] = line.values.get("vaccine_doses")
    number = values["id_number"]
    born = id_numbers.born_on(number) if number else None
    if born:
        month = dt.date(born.year, born.month, 1)
        if values["born_on"] not in (None, month):
            line.says.append(
                _("出生年月 and the ID number disagree: %(month)s is taken from the number.") % {"month": f"{month:%Y-%m}"}
            )
        values["born_on"] = month
        sex = Cadre.Sex.MALE if id_numbers.is_male(number) else Cadre.Sex.FEMALE
        if values["sex"] not in ("", sex):
            line.says.append(_("性别 and the ID number disagree: kept as typed, please check."))
        values["sex"] = values["sex"] or sex
    if line.values.get("age") and values["born_on"] is None:
        # It follows from the birthday; by itself it is wrong within a year.
        line.says.append(_("年龄 %(age)s is not stored: write 出生年月 or the ID number.") % {"age": line.values["age"]})
    return values
