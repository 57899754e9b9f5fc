"""The sheets by name: their headings, and their rows one after the other. Headings are those of the printed forms."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Secondment
from deployments.services.roster_sheet import POLITICAL, SEX
from portal.lib import masks
from portal.lib.constraints import lasts_on
from portal.lib.sheets import Column
from portal.reports.exports import register
from portal.reports.exports.daily import daily_count, daily_rows, daily_total
from portal.reports.exports.deliveries import delivery_rows, drops_of
from portal.reports.exports.errands import errand_rows, errands_of
from portal.reports.exports.headings import DAILY, DELIVERY, DISINFECTION, DUTY, ERRANDS, REGISTER, ROSTER, TEMPERATURES
from portal.reports.exports.rounds import disinfection_rows, stops_of, temperature_rows
from portal.reports.exports.shifts import duty_rows, lines_of
from residents.access import Permission
from residents.models import Community, Stop

CHUNK = 2000


@dataclass(frozen=True)
class Asked:
    """Which days of which communities, and whether numbers of people are shown in full."""

    first: dt.date
    last: dt.date
    communities: "QuerySet[Community]"
    full: bool = False
    # Where the notes of hand-overs may be read: whoever sees the shifts does not always see these.
    handovers: "QuerySet[Community] | None" = None

    def phone(self, value: str) -> str:
        return value if self.full else masks.phone(value)

    def id_number(self, value: str) -> str:
        return value if self.full else masks.id_number(value)


@dataclass(frozen=True)
class Table:
    """One kind of sheet."""

    label: Promise | str
    title: str
    headings: tuple[str, ...]
    permission: Permission
    rows: Callable[[Asked], Iterator[Sequence[Any]]]
    count: Callable[[Asked], int]
    total: Callable[[Asked], Sequence[Any]] | None = None
    # The same rows in slices for PostgreSQL to write as CSV, where they may be very many.
    copy: 'Callable[[Asked, int], Iterator[Callable[[int], "QuerySet[Any]"]]] | None' = None

    # How many first columns say whose row it is: they stand on every page of a sheet too wide for one.
    keys: int = 2

    @property
    def columns(self) -> list[Column]:
        return [Column(heading, width=WIDTHS.get(heading, max(6, len(heading) * 1.6))) for heading in self.headings]


# What is no number and no mark wants more room than its heading; a moment breaks between day and time.
MOMENTS = ("日期", "到货时间", "消杀时间", "可配送时间", "送达时间", "签到时间", "签退时间", "报到时间")
WIDTHS = {
    **dict.fromkeys(MOMENTS, 11),
    **dict.fromkeys(("联系电话", "单位联系人电话"), 13),
    **dict.fromkeys(("商品", "规格", "送达方式", "结果"), 10),
    **dict.fromkeys(("到访住址", "车牌号"), 9),
    **dict.fromkeys(("交接事项", "特殊情况"), 16),
    "序号": 5,
    "社区/小区": 14,
    "派出单位": 14,
    "身份证号": 20,
    "起止时间": 12,
    "居住地址": 18,
    "批次号": 8,
    "备注": 12,
}


def _words(named: dict[str, Any]) -> dict[str, str]:
    """The first word of the form for each of our values."""
    words: dict[str, str] = {}
    for word, value in named.items():
        words.setdefault(str(value), word)
    return words


SEX_WORDS, POLITICAL_WORDS = _words(SEX), _words(POLITICAL)


def _secondments(asked: Asked) -> "QuerySet[Secondment]":
    rows = Secondment.objects.within(asked.communities).standing().filter(lasts_on(asked.last))
    return rows.exclude(state=Secondment.State.SUBMITTED)


def roster_rows(asked: Asked) -> Iterator[Sequence[Any]]:
    """Who is seconded on the last of the days."""
    rows = _secondments(asked).select_related("cadre__unit", "cadre__home_community", "community", "compound")
    for number, row in enumerate(rows.order_by("community__code", "cadre__unit__name", "id").iterator(CHUNK), 1):
        yield _person(number, row, row.cadre, asked)


def _person(number: int, row: Secondment, cadre: Cadre, asked: Asked) -> Sequence[Any]:
    unit = cadre.unit
    place = row.compound.name if row.compound else row.duty
    return (
        number,
        cadre.name,
        SEX_WORDS.get(cadre.sex, ""),
        f"{cadre.born_on:%Y-%m}" if cadre.born_on else "",
        cadre.age,
        cadre.ethnicity,
        POLITICAL_WORDS.get(cadre.political_status, ""),
        unit.name if unit else "",
        cadre.position,
        asked.phone(cadre.phone),
        asked.id_number(cadre.id_number),
        cadre.address if asked.full else "",
        cadre.home_community.name if cadre.home_community else "",
        row.community.name,
        place,
        row.starts_on,
        row.ends_on,
        row.at_home,
        ";".join(map(str, cadre.skills)),
        cadre.health_note if asked.full else "",
        cadre.vaccine_doses,
        cadre.branch_role,
        unit.liaison if unit else "",
        asked.phone(unit.liaison_phone) if unit else "",
        cadre.note,
    )


TABLES: dict[str, Table] = {
    "daily": Table(
        _("daily report form"),
        "社区疫情防控日报表",
        DAILY,
        Permission.REPORT_VIEW,
        daily_rows,
        daily_count,
        daily_total,
        keys=3,
    ),
    "roster": Table(
        _("roster of cadres"),
        "下沉干部(人员)花名册",
        ROSTER,
        Permission.CADRE_VIEW,
        roster_rows,
        lambda asked: _secondments(asked).count(),
    ),
    "shifts": Table(
        _("shifts and sign-in"),
        "卡口值守排班及签到表",
        DUTY,
        Permission.SHIFT_VIEW,
        duty_rows,
        lambda asked: lines_of(asked).count(),
    ),
    "passages": Table(
        _("gate register"),
        "小区人员(车辆)出入登记表",
        REGISTER,
        Permission.PASSAGE_VIEW,
        register.rows,
        lambda asked: register.passages(asked).count(),
        copy=register.copy,
    ),
    "deliveries": Table(
        _("delivery sheet"),
        "物资配送派送单",
        DELIVERY,
        Permission.DELIVERY_HANDLE,
        delivery_rows,
        lambda asked: drops_of(asked).count(),
    ),
    "temperatures": Table(
        _("temperature register of rounds"),
        "体温登记表",
        TEMPERATURES,
        Permission.ROUND_VIEW,
        temperature_rows,
        lambda asked: stops_of(asked, "temperature").count(),
    ),
    "disinfection": Table(
        _("disinfection log"),
        "消杀记录表",
        DISINFECTION,
        Permission.ROUND_VIEW,
        disinfection_rows,
        lambda asked: stops_of(asked, "disinfection").filter(state=Stop.State.DONE).count(),
    ),
    "errands": Table(
        _("register of errands"),
        "代办跑腿登记表",
        ERRANDS,
        Permission.ERRAND_DESK,
        errand_rows,
        lambda asked: errands_of(asked).count(),
    ),
}
