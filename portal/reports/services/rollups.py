"""Count the records of a day into the reports of communities."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.dates import moment
from portal.reports.counting import count
from portal.reports.models import DailyReport
from residents.models import Community


@transaction.atomic
def roll_up(
    *, day: dt.date, communities: "QuerySet[Community]", as_of: dt.datetime | None = None, by: User | None
) -> list[DailyReport]:
    """Make or refresh the drafts of a day and return them; a fixed number of statements for any number of communities.

    Counted up to `as_of`, or to this moment. Corrections stay. Submitted, accepted and locked reports are not touched.
    """
    # Two beats, or a beat and a secretary: the second waits and then sees the first one's drafts.
    locked = Community.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=communities.order_by().values("pk"))
    chosen = {community.pk: community for community in locked.select_related("subdistrict").order_by("pk")}
    now = timezone.now()
    stored = DailyReport.objects.newest().filter(day=day, community__in=communities.order_by().values("pk"))
    reports = {report.community_id: report for report in stored}
    closed = [pk for pk, report in reports.items() if not report.is_open]
    wanted = communities.exclude(pk__in=closed) if closed else communities
    counted = count(day=day, as_of=as_of or now, communities=wanted)
    rows = []
    for pk, figures in counted.items():
        report = reports.get(pk) or DailyReport(day=day, due_at=due_at(chosen[pk], day))
        # Also where it is stored already: the trail asks each for its community.
        report.community = chosen[pk]
        report.counted, report.as_of, report.rolled_up_at = figures, as_of or now, now
        rows.append(report)
    _store(rows)
    audit.record_many("report.rolled_up", rows, by=by)
    return rows


def _store(rows: list[DailyReport]) -> None:
    """One statement for the new, one for the refreshed."""
    new = [row for row in rows if row.pk is None]
    old = [row for row in rows if row.pk is not None]
    DailyReport.objects.bulk_create(new)
    DailyReport.objects.bulk_create(
        old, update_conflicts=True, unique_fields=["id"], update_fields=["counted", "as_of", "rolled_up_at"]
    )


def cut_off(community: Community, day: dt.date) -> dt.datetime:
    """The moment up to which the subdistrict wants the day counted."""
    return moment(day, community.subdistrict.report_due_at)


def due_at(community: Community, day: dt.date) -> dt.datetime:
    """The moment after which the report is late."""
    return cut_off(community, day) + dt.timedelta(minutes=community.subdistrict.report_within_minutes)
