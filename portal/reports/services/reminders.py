"""What the minute task does about reports: counts them at the cut-off, tells who is late. All of it follows from rows."""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit, outbox
from portal.accounts.models import Message, User
from portal.lib.errors import Refused
from portal.reports.models import NEVER_SUBMITTED, DailyReport
from portal.reports.services.rollups import cut_off, roll_up
from residents.models import Community, Membership, Role, Subdistrict

# After a long stop days are made up for, so many back; about older ones nobody is told any more.
MADE_UP_FOR = 7
TOLD_WITHIN = dt.timedelta(hours=24)


def due() -> None:
    """Count what has reached its cut-off, then tell those who are late."""
    now = timezone.now()
    _count_one_day(now)
    _tell_late(now)


def _count_one_day(now: dt.datetime) -> None:
    """The oldest day that waits, for every subdistrict whose hour has struck; the next day follows a minute later."""
    today = timezone.localdate(now)
    for back in range(MADE_UP_FOR, -1, -1):
        day = today - dt.timedelta(days=back)
        waiting = uncounted(day, now)
        # One moment of counting for each hour of the clock that subdistricts have chosen: one in nearly every city.
        hours = sorted(set(waiting.order_by().values_list("subdistrict__report_due_at", flat=True)))
        for hour in hours:
            some = waiting.filter(subdistrict__report_due_at=hour)
            roll_up(day=day, communities=some, as_of=cut_off(_one_of(hour), day), by=None)
        if hours:
            return


def _one_of(hour: dt.time) -> Community:
    return Community(subdistrict=Subdistrict(report_due_at=hour))


def uncounted(day: dt.date, now: dt.datetime) -> "QuerySet[Community]":
    """The communities on duty whose cut-off of the day is over and which have no report, or a draft counted before it."""
    # By the clock of the row's own subdistrict: one statement for all hours.
    before = Q(as_of__date__lt=day) | Q(as_of__date=day, as_of__time__lt=OuterRef("subdistrict__report_due_at"))
    counted = DailyReport.objects.filter(~(Q(**NEVER_SUBMITTED) & before), day=day, community=OuterRef("pk"))
    found = Community.objects.filter(~Exists(counted), active_from__lte=day)
    local = timezone.localtime(now)
    return found.filter(subdistrict__report_due_at__lte=local.time()) if day == local.date() else found


def late(now: dt.datetime) -> "QuerySet[DailyReport]":
    """Reports that should have been submitted and were not, of the last day."""
    window = Q(due_at__lte=now, due_at__gt=now - TOLD_WITHIN)
    return DailyReport.objects.newest().filter(window, **NEVER_SUBMITTED)


def _tell_late(now: dt.datetime) -> None:
    """Once each secretary about the own report, once each officer about a subdistrict and day."""
    reports = list(late(now).select_related("community__subdistrict"))
    if reports:
        _tell_once(_to_secretaries(reports) + _to_officers(reports))


def _to_secretaries(reports: list[DailyReport]) -> list[Message]:
    by_community = defaultdict(list)
    for report in reports:
        by_community[report.community_id].append(report)
    members = Membership.objects.live().filter(role=Role.SECRETARY, community__in=list(by_community))
    return [_late_message(user, report) for user, place in _pairs(members, "community_id") for report in by_community[place]]


def _late_message(user: int, report: DailyReport) -> Message:
    return Message(
        to_id=user,
        kind="report_late",
        key=f"report-late:{report.community_id}:{report.day}",
        link=reverse("reports:daily_detail", args=[report.pk]),
        facts={"community": report.community.name, "day": str(report.day), "due": _clock(report.due_at)},
    )


def _to_officers(reports: list[DailyReport]) -> list[Message]:
    """One line for all communities of a subdistrict, not one each."""
    groups: dict[tuple[int, dt.date], list[DailyReport]] = defaultdict(list)
    for report in reports:
        groups[report.community.subdistrict_id, report.day].append(report)
    members = Membership.objects.live().filter(role=Role.SUBDISTRICT_OFFICER, subdistrict__in={place for place, _day in groups})
    officers = _pairs(members, "subdistrict_id")
    return [
        Message(
            to_id=user,
            kind="reports_late",
            key=f"reports-late:{place}:{day}",
            link=f"{reverse('reports:overview')}?day={day}",
            facts={"subdistrict": found[0].community.subdistrict.name, "day": str(day), "count": str(len(found))},
        )
        for (place, day), found in groups.items()
        for user, theirs in officers
        if theirs == place
    ]


def _pairs(members: "QuerySet[Membership]", place: str) -> "list[tuple[int, int]]":
    return list(members.filter(user__is_active=True).order_by().values_list("user_id", place).distinct())


def _tell_once(messages: list[Message]) -> int:
    """Store the messages that were not sent yet; the unique key keeps two beats from doubling any."""
    told = set(Message.objects.filter(key__in={message.key for message in messages}).values_list("to_id", "key"))
    fresh = [message for message in messages if (message.to_id, message.key) not in told]
    outbox.send(fresh)
    return len(fresh)


def _clock(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


@transaction.atomic
def remind(*, community: Community, day: dt.date, by: User) -> int:
    """An officer reminds a community of its report: once a day. Returns how many people were told."""
    if DailyReport.objects.valid().filter(community=community, day=day).exclude(state__in=DailyReport.OPEN).exists():
        raise Refused(_("This report is already submitted; nobody needs reminding."))
    members = Membership.objects.live().filter(role=Role.SECRETARY, community=community)
    facts = {"community": community.name, "day": str(day), "by": str(by)}
    link, key = f"{reverse('reports:daily_list')}?day={day}", f"report-reminder:{community.pk}:{day}:{timezone.localdate()}"
    users = [user for user, _place in _pairs(members, "community_id")]
    if not users:
        raise Refused(_("%(community)s has no secretary with a sign-in. Call the committee.") % {"community": community})
    told = _tell_once([Message(to_id=user, kind="report_reminder", key=key, link=link, facts=facts) for user in users])
    if not told:
        raise Refused(_("%(community)s was reminded today already. Call the committee.") % {"community": community})
    audit.record("report.reminded", community, by=by, after={"day": day})
    return told
