"""The list a sending unit keeps of its own people."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone

from deployments.models import Secondment, SendingUnit
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import masks, sheets

TITLE = "派出人员一览表"
COLUMNS = [
    sheets.Column("序号", 6),
    sheets.Column("姓名", 12),
    sheets.Column("职务/职级", 14),
    sheets.Column("联系电话", 14),
    sheets.Column("下沉社区", 16),
    sheets.Column("下沉小区/岗位", 18),
    sheets.Column("报到时间", 12),
    sheets.Column("计划结束时间", 14),
    sheets.Column("状态", 12),
    sheets.Column("到岗天数", 10),
    sheets.Column("社区电话", 16),
]


def download(rows: "QuerySet[Secondment]", *, units: Sequence[SendingUnit], by: User) -> FileResponse:
    """The sheet as a download; a unit has some dozens of people, so nobody has to wait for a job."""
    with transaction.atomic():
        for unit in units:
            audit.record("unit.exported", unit, by=by)
    name = "、".join(unit.name for unit in units)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "unit.xlsx"
        sheets.write_xlsx(path, COLUMNS, _lines(rows), title=TITLE, unit=name, day=timezone.localdate(), name=TITLE)
        response = FileResponse(path.open("rb"), as_attachment=True, filename=f"{TITLE}-{timezone.localdate()}.xlsx")
    response["Cache-Control"] = "no-store"
    return response


def _lines(rows: "QuerySet[Secondment]") -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows.iterator(500), 1):
        yield (
            number,
            row.cadre.name,
            row.cadre.position,
            masks.phone(row.cadre.phone),
            row.community.name,
            " ".join(part for part in (row.compound and row.compound.name, row.duty) if part),
            row.starts_on,
            row.ends_on,
            row.get_state_display(),
            row.days_here,
            row.community.phone,
        )
