"""The demo's sheets: a roster and a base list that came in, a paper register that waits, what was taken out."""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from checkpoints.models import Post
from deployments.models import Secondment
from portal.accounts.models import User
from portal.demo.names import id_number, phone
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.reports.exports import jobs as exports
from residents.models import Compound, Dwelling
from residents.services import household_export
from residents.services.household_sheet import SHEET

Row = list[Any]
ROSTER = ("序号", "姓名", "性别", "派出单位", "职务/职级", "联系电话", "身份证号", "下沉社区", "下沉小区", "报到时间",
          "计划结束时间", "特长", "备注")  # fmt: skip
REGISTER = ("序号", "姓名", "日期", "时间", "卡口", "进/出", "联系电话", "人员类别", "居住楼号房号", "体温", "健康码", "事由")
# While the power was off: name, time, way, home, temperature, why; one temperature was not written down.
ON_PAPER = (
    ("郑国强", "18:42", "进", "3-1-301", "36.4", "下班"), ("何玉兰", "18:45", "进", "7-2-502", "36.6", "返家"),
    ("薛涛", "18:51", "出", "9-1-201", "36.3", "取快递"), ("薛涛", "18:58", "进", "9-1-201", "36.3", "返家"),
    ("董小红", "19:03", "进", "12-3-601", "", "返家"), ("潘志明", "19:10", "出", "5-1-402", "36.5", "倒垃圾"),
)  # fmt: skip
WEEK = dt.timedelta(days=6)


def build(compounds: dict[str, Compound], gate: Post, secondments: Sequence[Secondment], *, accounts: dict[str, User]) -> None:
    """What stands on the pages of imports and exports; the officers took out what they answer for."""
    compound, listed, secretary = compounds["荷风苑"], compounds["春分里"], accounts["secretary"]
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    roster = _roster(compound, secondments)
    _imported(roster, "下沉干部花名册(更新).xlsx", "import_cadres", compound, secretary, applied=True, ago=26)
    _imported(_register(gate, yesterday), f"{gate.name}纸质登记.xlsx", "import_passages", compound, accounts["worker"], ago=1)
    _exported("daily", yesterday, yesterday, compound, secretary, ago=5)
    _exported("daily", yesterday - WEEK, yesterday, compound, secretary, ago=4)
    _imported(_homes(listed), f"{listed.name}居民底册.xlsx", "import_residents", listed, secretary, ago=2)
    for username in ("officer", "district"):
        _exported("daily", yesterday, yesterday, None, accounts[username], ago=3)


def _imported(
    rows: Iterable[Row], name: str, kind: str, compound: Compound, by: User, *, applied: bool = False, ago: int
) -> None:
    """Hand a sheet in as the page does, and say yes to what it would do."""
    job = jobs.ask(kind=kind, community=compound.community, upload=SimpleUploadedFile(name, _book(rows)), by=by)
    jobs.run(job.pk)
    if applied:
        jobs.apply(job_id=job.pk, by=by)
        jobs.run(job.pk)
    _was(job, ago)


def _exported(table: str, first: dt.date, last: dt.date, compound: Compound | None, by: User, *, ago: int) -> None:
    job = exports.ask(table=table, first=first, last=last, community=compound.community if compound else None, by=by)
    jobs.run(job.pk)
    _was(job, ago)


def _was(job: Job, hours: int) -> None:
    """Some hours ago."""
    job.refresh_from_db()
    at = timezone.now() - dt.timedelta(hours=hours)
    Job.objects.filter(pk=job.pk).update(created_at=at, finished_at=at + dt.timedelta(seconds=4) if job.finished_at else None)


def _book(rows: Iterable[Row]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return out.getvalue()


def _roster(compound: Compound, secondments: Sequence[Secondment]) -> list[Row]:
    """Six who are here already, two of them with something new; two rows that cannot be taken."""
    here = [row for row in secondments if row.compound_id == compound.pk][1:7]
    rows: list[Row] = [list(ROSTER)]
    for number, row in enumerate(here, 1):
        cadre = row.cadre
        new = "驾驶;急救" if number in (2, 5) else ""
        rows.append(
            [number, cadre.name, "", str(cadre.unit), cadre.position, cadre.phone, cadre.id_number, compound.community.name,
             compound.name, str(row.starts_on), str(row.ends_on), new, ""]
        )  # fmt: skip
    today, unit, place = timezone.localdate(), str(here[0].cadre.unit), compound.community.name
    born, days = dt.date(1985, 6, 1), (str(today), str(today + dt.timedelta(days=14)))
    rows.append(
        [7, "孙浩", "男", unit, "科员", "1990000950", id_number(born, 811), place, compound.name, *days, "", "电话少一位"]
    )
    rows.append(
        [8, "叶青", "女", unit, "科员", phone(9501), id_number(born, 812), place, compound.name, *reversed(days), "", ""]
    )
    return rows


def _homes(compound: Compound) -> list[Row]:
    """The list of a compound as it was taken out and put right by hand: a phone, a tenant, who is gone, a wrong number."""
    homes = Dwelling.objects.filter(entrance__building__compound=compound)
    rows: list[Row] = list(household_export.rows(homes))
    there = {heading: at for at, heading in enumerate(SHEET)}
    rows[0][there["联系电话"]] = phone(9521)
    rows[3][there["工作单位"]] = "区图书馆"
    rows[9][there["证件号码"]] = rows[9][there["证件号码"]][:-1]
    last, stays = rows.pop(), {"小区", "楼栋", "单元", "楼层", "房号", "是否在住"}
    tenant = {"姓名": "石小雨", "与户主关系": "其他", "性别": "女", "证件号码": id_number(dt.date(1996, 3, 9), 902),
              "出生日期": "1996-03-09", "联系电话": phone(9522), "人员类别": "租户"}  # fmt: skip
    rows.append([tenant.get(heading, last[at] if heading in stays else "") for heading, at in there.items()])
    return [[column.heading for column in household_export.COLUMNS], *rows]


def _register(gate: Post, day: dt.date) -> list[Row]:
    rows: list[Row] = [list(REGISTER)]
    for number, (name, time, way, home, temperature, reason) in enumerate(ON_PAPER, 1):
        rows.append(
            [number, name, str(day), time, gate.name, way, phone(9510 + number), "居民", home, temperature, "绿码", reason]
        )
    return rows
