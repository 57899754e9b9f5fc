"""The columns of a gate register on paper (sheet 4 of the domain's forms), and what a row tells of a passage."""

from decimal import Decimal
from typing import Any

from checkpoints.models import Passage
from checkpoints.services import written_fields
from portal.lib.headings import Column
from portal.lib.imports import Line
from portal.lib.sentences import gettext as _
from portal.lib.sheets import cells, days

DIRECTION = {
    "进": Passage.Direction.IN,
    "入": Passage.Direction.IN,
    "进入": Passage.Direction.IN,
    "出": Passage.Direction.OUT,
    "外出": Passage.Direction.OUT,
}
PERSON = {
    "居民": Passage.Person.RESIDENT,
    "业主": Passage.Person.RESIDENT,
    "住户": Passage.Person.RESIDENT,
    "访客": Passage.Person.VISITOR,
    "来访": Passage.Person.VISITOR,
    "外来人员": Passage.Person.VISITOR,
    "快递": Passage.Person.COURIER,
    "外卖": Passage.Person.COURIER,
    "工作人员": Passage.Person.STAFF,
    "司机": Passage.Person.DRIVER,
}
CODE = {
    "绿码": Passage.HealthCode.GREEN,
    "绿": Passage.HealthCode.GREEN,
    "黄码": Passage.HealthCode.YELLOW,
    "黄": Passage.HealthCode.YELLOW,
    "红码": Passage.HealthCode.RED,
    "红": Passage.HealthCode.RED,
    "无码": Passage.HealthCode.NONE,
    "无": Passage.HealthCode.NONE,
}
RESULT = {
    "放行": Passage.Result.PASSED,
    "劝返": Passage.Result.TURNED_BACK,
    "留置": Passage.Result.HELD,
}

COLUMNS = (
    Column("name", "姓名", required=True, parse=cells.person_name, told=True, width=9),
    Column("day", "日期", required=True, dated=True, width=11, note="YYYY-MM-DD"),
    Column("time", "时间", ("进出时间", "登记时间"), required=True, parse=days.time, width=9, note="HH:MM"),
    Column("post", "卡口", ("门岗", "出入口", "卡点"), parse=cells.plain(40), width=8),
    Column("direction", "进/出", ("进出", "出入", "方向"), required=True, parse=cells.choice(DIRECTION), width=6, note="进/出"),
    Column(
        "phone", "联系电话", ("电话", "手机号", "手机", "联系方式"), required=True, parse=cells.phone, width=13, note="11位"
    ),
    Column("person", "人员类别", parse=cells.choice(PERSON), width=9, note="居民/访客/快递/工作人员"),
    Column("home", "居住楼号房号", ("楼号房号", "房号", "居住地址"), parse=cells.plain(60), width=12, note="楼-单元-房号"),
    Column("visited", "到访住址", ("目的地",), parse=cells.plain(60), width=12),
    Column("temperature", "体温(℃)", ("体温",), required=True, parse=cells.temperature, width=7, note="36.5"),
    Column("code", "健康码", parse=cells.choice(CODE), soft=True, width=7, note="绿码/黄码/红码/无码"),
    Column("mask", "是否佩戴口罩", ("口罩",), parse=cells.yes_no, soft=True, width=7, note="是/否"),
    Column("plate_no", "车牌号", ("车牌",), parse=cells.plain(12), width=10),
    Column("passengers", "随车人数", parse=cells.whole(0, 99), soft=True, width=6),
    Column("reason", "事由", ("原因",), required=True, parse=cells.plain(60), width=10),
    Column("result", "查验结果", ("结果",), parse=cells.choice(RESULT), width=8, note="放行/劝返/留置"),
    Column("note", "备注", parse=cells.plain(120), width=12),
)
# Of the form, and not kept: what nobody needs afterwards is not stored about people.
IGNORED = ("序号", "身份证号", "行程码", "核酸时间", "出入证编号", "登记人")
NOTE_LENGTH = 120
# Whose own home is what the passage is about; all others are written down for the home they go to.
OF_HERE = (Passage.Person.RESIDENT, Passage.Person.STAFF)


def passage(line: Line, *, fever_limit: Decimal) -> dict[str, Any]:
    """What stands on paper, in the words of a passage; what is read otherwise than it was written is said."""
    values = line.values
    visited = bool(values.get("visited")) and not values.get("home")
    person = values.get("person") or (Passage.Person.VISITOR if visited else Passage.Person.RESIDENT)
    home, note = _home(line, person, values.get("note") or "")
    result = _result(line, fever_limit)
    if result == Passage.Result.TURNED_BACK and not note:
        note = _("No reason on the paper register")
    return {
        "direction": values["direction"],
        "person": person,
        "written_home": written_fields.home(home),
        "written_name": values["name"],
        "written_phone": values["phone"],
        "temperature": values["temperature"],
        "health_code": values.get("code") or "",
        "mask": values.get("mask"),
        "reason": values["reason"],
        "plate_no": _plate(line),
        "passengers": values.get("passengers"),
        "result": result,
        "result_note": note,
    }


def _home(line: Line, person: str, note: str) -> tuple[str, str]:
    """The home a passage is about, and the note with the other one, where two are written."""
    own, visited = line.values.get("home") or "", line.values.get("visited") or ""
    if not (own and visited) or own == visited:
        return own or visited, note
    if person in OF_HERE:
        home, more = own, _("Goes to %(home)s") % {"home": visited}
    else:
        home, more = visited, _("Lives at %(home)s") % {"home": own}
    longer = f"{note}; {more}" if note else more
    if len(longer) > NOTE_LENGTH:
        line.says.append(_("“%(words)s” finds no room in the note: not stored.") % {"words": more})
        return home, note
    line.says.append(
        _("Two homes are written: logged for %(home)s, the note says “%(words)s”.") % {"home": home, "words": more}
    )
    return home, longer


def _result(line: Line, fever_limit: Decimal) -> str:
    """How the check ended; where nothing is written, a fever is held as at the gate."""
    result, degrees = line.values.get("result"), line.values["temperature"]
    fever = degrees is not None and degrees >= fever_limit
    if fever and not result:
        line.says.append(_("查验结果 is empty and %(degrees)s ℃ is a fever: taken as held (留置).") % {"degrees": degrees})
        return Passage.Result.HELD
    if fever and result == Passage.Result.PASSED:
        line.says.append(
            _("Let through (放行) with %(degrees)s ℃, a fever: stored as written, please check.") % {"degrees": degrees}
        )
    elif line.values.get("code") == Passage.HealthCode.RED and result in (None, "", Passage.Result.PASSED):
        line.says.append(_("Let through with a red code: please check 查验结果."))
    return result or Passage.Result.PASSED


def _plate(line: Line) -> str:
    typed = line.values.get("plate_no") or ""
    try:
        return written_fields.plate(typed)
    except written_fields.Invalid:
        line.says.append(_("车牌号 “%(plate)s” is no plate: kept as written.") % {"plate": typed})
        return typed
