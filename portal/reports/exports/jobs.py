"""An export as a job: asked for, written by a worker, handed out on the job's page."""

import datetime as dt
from itertools import product
from typing import Any

from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import audit
from portal.accounts.models import Event, User
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.jobs.registry import Kind
from portal.jobs.work import Work
from portal.lib import sheets
from portal.lib.errors import Refused
from portal.reports.exports.places import unit_of
from portal.reports.exports.tables import TABLES, Asked, Table
from residents.access import Permission, communities_for, has
from residents.models import Community

LONGEST = 31
FORMATS = ("xlsx", "csv")


@transaction.atomic
def ask(
    *,
    table: str,
    first: dt.date,
    last: dt.date,
    community: Community | None,
    form: str = "xlsx",
    full: bool = False,
    reason: str = "",
    by: User,
) -> Job:
    """Ask for a sheet; numbers of people in full need the right to see them and a reason that stays on record."""
    if not dt.timedelta(0) <= last - first < dt.timedelta(days=LONGEST):
        raise Refused(_("The last day lies before the first, or more than %(days)s days after it.") % {"days": LONGEST})
    if full and not has(by, Permission.CADRE_REVEAL):
        raise Refused(_("Your role does not see ID numbers and phones in full. Ask the secretary for the sheet."))
    if full and not reason.strip():
        raise Refused(_("Write why you need ID numbers and phones in full."))
    if not communities_of(table, community.pk if community else None, full, by).exists():
        raise Refused(_("Your role does not see these rows. Choose another sheet."))
    params = {"table": table, "first": str(first), "last": str(last), "form": form, "full": full}
    job = jobs.ask(kind="export", community=community, params=params, by=by)
    after = {**params, "reason": reason.strip()}
    # One line in the trail of every community whose rows leave the house.
    places = communities_of(table, community.pk if community else None, full, by)
    lines = [Event(**audit.line("job.exported", job, by=by, community=place, after=after)) for place in places]
    Event.objects.bulk_create(lines)
    return job


def communities_of(table: str, community: int | None, full: bool, by: User) -> Any:
    """Whose rows: those where the person may export and see this sheet, today, not when it was asked for."""
    wanted = [Permission.EXPORT, TABLES[table].permission, *([Permission.CADRE_REVEAL] if full else [])]
    found = Community.objects.filter(active_from__isnull=False)
    for permission in wanted:
        found = found.filter(pk__in=communities_for(by, permission).values("pk"))
    return found.filter(pk=community) if community else found


def run(work: Work) -> None:
    """Write the sheet; the file appears whole or not at all."""
    params = work.job.params
    table = TABLES[params["table"]]
    communities = communities_of(params["table"], work.job.community_id, params["full"], work.job.by)
    first, last = map(dt.date.fromisoformat, (params["first"], params["last"]))
    asked = Asked(first, last, communities, params["full"], communities_for(work.job.by, Permission.HANDOVER_VIEW))
    with work.result(file_name(table, asked, work.job.community, params["form"])) as path:
        total = table.count(asked)
        # The bar knows from the first moment how long it is.
        work.tell(0, total)
        if params["form"] == "csv" and table.copy and sheets.can_copy():
            sheets.copy_csv(path, table.columns, table.copy(asked, total), lambda done: work.tell(done, total))
        else:
            rows = work.counted(table.rows(asked), total=total)
            write(path, table, asked, rows, form=params["form"])


def write(path: Any, table: Table, asked: Asked, rows: Any, *, form: str) -> None:
    """Write rows as xlsx for print or as CSV."""
    if form == "csv":
        sheets.write_csv(path, table.columns, rows)
        return
    total = table.total(asked) if table.total else None
    sheets.write_xlsx(
        path,
        table.columns,
        rows,
        title=table.title,
        unit=unit_of(asked.communities),
        since=asked.first,
        day=asked.last,
        name=table.title,
        total=total,
        keys=table.keys,
    )


def file_name(table: Table, asked: Asked, community: Community | None, form: str) -> str:
    """清荷社区-日报表-2022-04-10.xlsx; of several days 2022-04-04_2022-04-10, for a dash does not survive storing."""
    days = f"{asked.first}" if asked.first == asked.last else f"{asked.first}_{asked.last}"
    return "-".join([*([community.name] if community else []), table.title, days]).replace("/", "") + f".{form}"


def may_see(user: User, job: Job) -> bool:
    """Whoever asked, as long as the role allows the same rows."""
    params = job.params
    return job.by_id == user.pk and communities_of(params["table"], job.community_id, params["full"], user).exists()


def seen_by(user: User) -> "QuerySet[Job]":
    """The exports somebody asked for and may still see, in one statement however many there are."""
    may = Q(pk__in=())
    for name, full in product(TABLES, (False, True)):
        places = communities_of(name, None, full, user)
        may |= Q(
            Q(community__in=places.values("pk")) | Q(Exists(places), community=None), params__table=name, params__full=full
        )
    return Job.objects.filter(may, by=user, kind="export")


JOB = Kind(label=gettext_lazy("Export"), run=run, may=may_see, page="reports:export_list")
