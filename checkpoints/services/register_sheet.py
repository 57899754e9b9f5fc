"""The columns of a gate register on paper (sheet 4 of the domain's forms)."""

from checkpoints.models import Passage
from portal.lib.headings import Column
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
