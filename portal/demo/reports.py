"""The demo's reports: a week behind, accepted but for one that was returned and one that never came."""

import datetime as dt

from django.utils import timezone

from portal.accounts.models import User
from portal.reports.models import DailyReport, FigureCorrection
from portal.reports.services.rollups import cut_off, roll_up
from residents.models import Community, Membership, Role

DAYS_BACK = 7


def build(officer: User) -> None:
    """Roll up the days behind and let them go their way."""
    today, communities = timezone.localdate(), Community.objects.select_related("subdistrict")
    for back in range(DAYS_BACK, 0, -1):
        day = today - dt.timedelta(days=back)
        for report in roll_up(day=day, communities=communities, as_of=cut_off(communities[0], day), by=None):
            if (report.community.name, back) != ("石桥社区", 2):
                _submit(report, officer, returned=(report.community.name, back) == ("榆树社区", 1))


def _submit(report: DailyReport, officer: User, *, returned: bool) -> None:
    secretary = Membership.objects.get(role=Role.SECRETARY, community=report.community).user
    report.submitted_at, report.submitted_by = report.due_at - dt.timedelta(minutes=10), secretary
    report.reviewed_at, report.reviewed_by = report.due_at + dt.timedelta(minutes=25), officer
    report.state = DailyReport.State.RETURNED if returned else DailyReport.State.ACCEPTED
    report.return_reason = "南门车辆数与昨日相差过大，请核对。" if returned else ""
    report.special = "下午短时大雨，西门临时关闭 40 分钟。" if report.day.day % 5 == 0 else ""
    report.save()
    if returned:
        counted = report.counted.get("vehicles") or 0
        FigureCorrection.objects.create(
            report=report, figure="vehicles", counted=counted, corrected=counted + 6,
            reason="六辆货车只登记在纸上", corrected_at=report.submitted_at, corrected_by=secretary,
        )  # fmt: skip
