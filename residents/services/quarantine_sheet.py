"""Papers for the office: sheet 5 (居家隔离(健康监测)人员台账) of a day, and the temperature register by date."""

import datetime as dt
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import override

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import sheets
from portal.lib.sheets import Column
from residents.models import (
    CareTeamMember,
    CaseStage,
    CaseTest,
    Community,
    HealthCheck,
    QuarantineCase,
    Resident,
    SiteCall,
    StageKind,
)

HEADINGS = (
    "序号", "小区*", "楼栋", "单元", "房号*", "姓名*", "性别", "年龄", "身份证号", "联系电话*",
    "管控类别(居家隔离/居家健康监测)*", "管控原因*", "来源地/密接类型", "开始时间*", "应解除时间*", "实际解除时间", "同住人数",
    "是否单独居住", "告知书编号", "承诺书是否签订", "上午体温", "下午体温", "今日症状", "是否居家在位", "核酸应检日期",
    "核酸结果", "包保责任人", "社区医生", "民警", "网格员", "生活需求", "心理状况", "服务记录", "解除通知单编号", "备注",
)  # fmt: skip
COLUMNS = tuple(Column(heading, 18 if heading in {"身份证号", "管控原因*"} else 10) for heading in HEADINGS)
KINDS = {
    StageKind.CENTRAL: "集中隔离", StageKind.HOME_QUARANTINE: "居家隔离",
    StageKind.HOME_MONITORING: "居家健康监测", StageKind.SELF_MONITORING: "自我健康监测",
}  # fmt: skip
Role = CareTeamMember.Role
MOST_DAYS = 31


def write(path: Path, cases: Any, *, community: Community, day: dt.date, by: User) -> int:
    """Write sheet 5 of a day; that somebody took it out is on record."""
    # The form is a Chinese paper, whatever language its reader has chosen.
    with override("zh-hans"):
        count = sheets.write_xlsx(
            path, COLUMNS, rows(cases, day), title="居家隔离(健康监测)人员台账", unit=community.name, day=day, name="台账"
        )
    audit.record("quarantinecase.exported", community, by=by, community=community, after={"day": day, "rows": count})
    return count


def rows(cases: Any, day: dt.date) -> Iterator[list[Any]]:
    """The cases of a day as the sheet has them."""
    checks = Prefetch("checks", HealthCheck.objects.filter(day=day), to_attr="of_day")
    tests = Prefetch("tests", CaseTest.objects.exclude(test_result=CaseTest.Result.DROPPED).order_by("due_on"))
    # How somebody felt is last known from the newest talk or check up to the day.
    calls = SiteCall.objects.filter(day__lte=day, reached=True).exclude(mood="").order_by("called_at")
    asked = HealthCheck.objects.filter(day__lte=day).exclude(mood="").order_by("taken_at")
    moods = Prefetch("site_calls", calls, to_attr="talks"), Prefetch("checks", asked, to_attr="felt")
    related = cases.select_related("resident", "dwelling__entrance__building__compound")
    related = related.prefetch_related(checks, tests, *moods, "team", "stages").in_place_order()
    found = list(related)
    living = _living(case.dwelling_id for case in found)
    for number, case in enumerate(found, 1):
        yield [number, *_place(case), *_person(case, day), *_course(case, day, living), *_today(case), *_rest(case)]


def _living(homes: Iterable[int]) -> dict[int, int]:
    people = Resident.objects.living_in().filter(dwelling__in=set(homes)).order_by()
    return dict(people.values_list("dwelling").annotate(n=Count("pk", filter=Q(left_on=None))))


def _place(case: QuarantineCase) -> list[str]:
    entrance = case.dwelling.entrance
    return [entrance.building.compound.name, entrance.building.number, entrance.number, case.dwelling.room_no]


def _person(case: QuarantineCase, day: dt.date) -> list[Any]:
    resident = case.resident
    born = resident.born_on
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else ""
    return [resident.name, resident.get_sex_display(), age, resident.id_number, resident.phone]


def _course(case: QuarantineCase, day: dt.date, living: dict[int, int]) -> list[Any]:
    stages: list[CaseStage] = list(case.stages.all())
    stage = next((s for s in stages if s.starts_on <= day <= s.ends_on), stages[-1] if stages else None)
    source = "、".join(filter(None, [case.source_area, str(case.get_contact_class_display())]))
    people = living.get(case.dwelling_id, 0)
    return [
        KINDS[StageKind(stage.kind)] if stage else "", str(case.get_reason_display()), source, case.starts_on, case.ends_on,
        case.ended_on, people, people <= 1, case.notice_no, case.committed_on is not None,
    ]  # fmt: skip


def _today(case: Any) -> list[Any]:
    checks = {check.slot: check for check in case.of_day}
    symptoms = "、".join(sorted({check.symptoms_shown for check in case.of_day if check.symptoms}))
    seen = [check.at_home for check in case.of_day if check.at_home != HealthCheck.AtHome.UNCHECKED]
    at_home = "" if not seen else HealthCheck.AtHome.NO not in seen
    temperature = {slot: check.temperature for slot, check in checks.items()}
    return [temperature.get("am"), temperature.get("pm"), symptoms or ("无" if checks else ""), at_home]


def _rest(case: Any) -> list[Any]:
    tests = list(case.tests.all())
    team = {member.role: f"{member.name} {member.phone}".strip() for member in case.team.all()}
    results = "、".join(f"{t.due_on:%m-%d} {t.get_test_result_display()}" for t in tests)
    told = [(row.called_at, row) for row in case.talks[-1:]] + [(row.taken_at, row) for row in case.felt[-1:]]
    mood = str(max(told, key=itemgetter(0))[1].get_mood_display()) if told else ""
    return [
        "、".join(f"{test.due_on:%m-%d}" for test in tests), results, team.get(Role.COMMUNITY), team.get(Role.DOCTOR),
        team.get(Role.POLICE), team.get(Role.GRID), case.needs, mood, case.care_plan, case.release_no, case.end_note,
    ]  # fmt: skip


def write_temperatures(
    path: Path, cases: Any, *, community: Community, first: dt.date, last: dt.date, by: User
) -> int:  # fmt: skip
    """居家隔离体温登记表: name and room, then a pair of columns, 上午 and 下午, for each date."""
    days = [first + dt.timedelta(days=n) for n in range(min((last - first).days + 1, MOST_DAYS))]
    columns = [Column("序号", 6), Column("姓名", 10), Column("房号", 14)]
    columns += [Column(f"{day:%m-%d} {half}", 8) for day in days for half in ("上午", "下午")]
    checks = Prefetch("checks", HealthCheck.objects.filter(day__range=(days[0], days[-1])), to_attr="of_days")
    found = cases.select_related("resident", "dwelling__entrance__building").prefetch_related(checks).in_place_order()
    count = sheets.write_xlsx(
        path, columns, _temperatures(found, days), title="居家隔离体温登记表", unit=community.name, day=last, name="体温"
    )
    audit.record("quarantinecase.exported", community, by=by, community=community, after={"day": last, "rows": count})
    return count


def _temperatures(cases: Any, days: list[dt.date]) -> Iterator[list[Any]]:
    for number, case in enumerate(cases, 1):
        taken = {(check.day, check.slot): check.temperature for check in case.of_days}
        halves = [taken.get((day, slot)) for day in days for slot in ("am", "pm")]
        yield [number, case.resident.name, str(case.dwelling), *halves]
