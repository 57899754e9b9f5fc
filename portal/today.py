"""What the first pages show, each with a fixed number of statements."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Assignment, AttendanceCorrection, Handover, Post, PostStatus, Shift, seen_on
from deployments.models import Leave, Secondment
from portal import nav, today_homes
from portal.accounts.models import User
from portal.lib.constraints import lasts_on
from portal.lib.counting import counts
from portal.lib.stats import Stat
from portal.reports.models import DailyReport
from residents.models import Community, Errand, Finding, Matter, MatterState, Round, Task, TaskState
from residents.services import health_checks
from residents.services.policies import duty_policies

# A first page names the first few; the number leads to all of them.
SHOWN = 12


@dataclass(frozen=True)
class Step:
    """One of the first things a new secretary does."""

    title: Any
    text: Any
    view: str
    done: bool

    @property
    def address(self) -> str:
        return nav.address_of(self.view)


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a decision: a number that leads to its list."""

    label: Any
    count: int
    icon: str
    view: str
    # Which of its rows.
    query: str = ""

    @property
    def address(self) -> str:
        return nav.address_of(self.view) + self.query


@dataclass(frozen=True)
class CommunityDay:
    """A secretary's day."""

    stats: list[Stat]
    short: list[Shift]
    absent: list[Assignment]
    waiting: list[Waiting]
    homes: list[today_homes.Line]
    reports: list[DailyReport]
    steps: list[Step]

    @property
    def is_new(self) -> bool:
        """Whether the community has not begun: then the steps stand in the place of numbers."""
        return not all(step.done for step in self.steps)


def community_day(communities: "QuerySet[Community]", *, by: User) -> CommunityDay:
    """Everything the secretary's first page shows."""
    shifts = shifts_of(communities)
    short = [shift for shift in shifts if shift.missing]
    absent = absent_of(shifts)
    numbers = _numbers(communities, by)
    return CommunityDay(
        stats=_stats(shifts, short, absent, numbers),
        short=short[:SHOWN],
        absent=absent[:SHOWN],
        waiting=waiting_of(numbers),
        homes=today_homes.lines(communities, by=by),
        reports=list(
            DailyReport.objects.within(communities).newest().filter(day=timezone.localdate()).select_related("community")
        ),
        steps=_steps(numbers, shifts),
    )


def shifts_of(communities: "QuerySet[Community]") -> list[Shift]:
    """Today's shifts and those still running from yesterday, with their crew; `missing` is how many places nobody comes to.

    As on the board: a shift that is over and one of a sealed post lack nobody.
    """
    today = timezone.localdate()
    sealed = PostStatus.objects.filter(lasts_on(today), post=OuterRef("post"), status=PostStatus.Status.SEALED)
    crew = Assignment.objects.standing().with_comes().select_related("cadre", "cadre__unit", "attendance")
    shifts = list(
        Shift.objects.within(communities)
        .standing()
        .filter(seen_on(today, timezone.now()))
        .select_related("post__compound__community__subdistrict")
        .annotate(sealed=Exists(sealed))
        .prefetch_related(Prefetch("crew", crew.order_by("-is_lead", "seat"), to_attr="people"))
        .order_by("starts_at", "post__compound", "post")
    )
    for shift in shifts:
        come = sum(person.comes or hasattr(person, "attendance") for person in shift.people)
        shift.missing = 0 if shift.is_over or shift.sealed else max(shift.required - come, 0)
    return shifts


def absent_of(shifts: list[Shift]) -> list[Assignment]:
    """Who should stand on a post by now and has not signed in, longest first."""
    now = timezone.now()
    communities = {shift.post.compound.community for shift in shifts}
    policies = duty_policies(communities, timezone.localdate()) if shifts else {}
    missed = []
    for shift in shifts:
        late = shift.starts_at + dt.timedelta(minutes=policies[shift.post.compound.community_id].late_after_minutes)
        if shift.state == Shift.State.PUBLISHED and late <= now < shift.ends_at:
            missed += [person for person in shift.people if person.comes and not hasattr(person, "attendance")]
    return missed


def report_overview(communities: "QuerySet[Community]") -> dict[str, Any]:
    """How many have reported today, and who has not."""
    day = timezone.localdate()
    valid = DailyReport.objects.valid().filter(community=OuterRef("pk"), day=day)
    handed_in = Q(state__in=[DailyReport.State.SUBMITTED, DailyReport.State.ACCEPTED, DailyReport.State.LOCKED])
    due = communities.filter(active_from__lte=day).annotate(has_report=Exists(valid.filter(handed_in)))
    missing = due.filter(has_report=False)
    states = dict(
        DailyReport.objects.valid().filter(day=day, community__in=communities).values_list("state").annotate(count=Count("pk"))
    )
    total, missing_count = due.count(), missing.count()
    unasked = health_checks.due_cases(communities, day, timezone.now()).filter(health_checks.MISSED).count()
    overdue = Errand.objects.within(communities).overdue(timezone.now()).count()
    address = nav.address_of("reports:overview")
    return {
        "stats": [
            Stat(_("reported"), total - missing_count, of=total, address=address),
            Stat(_("not reported"), missing_count, tone="bad" if missing_count else "", address=address),
            Stat(_("to review"), states.get(DailyReport.State.SUBMITTED, 0), address=address),
            Stat(_("returned"), states.get(DailyReport.State.RETURNED, 0), address=address),
            Stat(
                _("not asked for their health"),
                unasked,
                tone="bad" if unasked else "",
                address=nav.address_of("residents:missed_check_list"),
            ),
            Stat(
                _("errands overdue"),
                overdue,
                tone="bad" if overdue else "",
                address=nav.address_of("residents:errand_count"),
            ),
        ],
        "missing": missing.select_related("subdistrict").order_by("subdistrict__code", "code")[:SHOWN],
        "missing_count": missing_count,
        "total": total,
    }


def _numbers(communities: "QuerySet[Community]", by: User) -> dict[str, int]:
    """Everything that is only counted, in one statement."""
    day, now = timezone.localdate(), timezone.now()
    away = Leave.objects.filter(secondment=OuterRef("pk"), state=Leave.State.APPROVED, starts_at__lte=now, ends_at__gt=now)
    secondments = Secondment.objects.within(communities)
    people = secondments.serving().on(day)
    return counts(
        people=people,
        away=people.filter(Exists(away)),
        posts=Post.objects.within(communities).in_use(),
        published=Shift.objects.within(communities).filter(state=Shift.State.PUBLISHED),
        findings=Finding.objects.within(communities).open(),
        late=Round.objects.within(communities).late(now),
        tasks_late=Task.objects.within(communities).late(now),
        tasks_new=Task.objects.within(communities).filter(state=TaskState.NEW, due_at__gte=now),
        matters_new=Matter.objects.within(communities).filter(state=MatterState.NEW),
        arrivals=secondments.filter(state=Secondment.State.APPROVED).on(day),
        leave=Leave.objects.within(communities).filter(state=Leave.State.SUBMITTED),
        corrections=AttendanceCorrection.objects.within(communities).filter(decided_at=None).exclude(asked_by=by),
        handovers=Handover.objects.within(communities).filter(confirmed_at=None),
        **today_homes.counted(communities),
    )


def _stats(shifts: list[Shift], short: list[Shift], absent: list[Assignment], numbers: dict[str, int]) -> list[Stat]:
    board, roster = nav.address_of("checkpoints:board"), nav.address_of("checkpoints:roster")
    people = [person for shift in shifts if shift.day == timezone.localdate() for person in shift.people]
    present, planned = sum(hasattr(person, "attendance") for person in people), len(people)
    missing = sum(shift.missing for shift in short)
    return [
        Stat(_("places empty today"), missing, tone="bad" if missing else "ok", address=board),
        Stat(
            _("not signed in"),
            len(absent),
            tone="warn" if absent else "ok",
            address=nav.address_of("checkpoints:attendance_list"),
        ),
        Stat(_("came today"), present, of=planned, address=roster),
        Stat(_("seconded here"), numbers["people"], address=nav.address_of("deployments:cadre_list")),
        Stat(_("on leave"), numbers["away"], address=nav.address_of("deployments:leave_list")),
    ]


def homes_day(communities: "QuerySet[Community]", *, by: User) -> dict[str, Any]:
    """The same of the homes alone: what a community worker begins the day with."""
    numbers = counts(**today_homes.counted(communities))
    return {"homes": today_homes.lines(communities, by=by), "waiting": waiting_of(numbers)}


def waiting_of(numbers: dict[str, int]) -> list[Waiting]:
    """Whatever waits, of what was counted."""
    known = (*_homes_waiting(), *_waiting())
    return [Waiting(label, numbers[name], icon, view, query) for name, label, icon, view, query in known if numbers.get(name)]


def _homes_waiting() -> Iterable[tuple[str, Any, str, str, str]]:
    checks = "residents:health_check_list"
    yield "alerts", _("Alerts and violations in quarantine"), "alert-triangle", "residents:quarantine_list", "?list=alert"
    yield "checks_missed", _("Homes whose health check was missed"), "temperature", checks, "?show=missed"
    yield "checks_due", _("Homes whose health check is due"), "temperature", checks, ""
    yield "alone", _("People alone whom nobody has met today"), "user", "residents:alone_list", ""
    yield "to_move", _("People who wait for the transfer"), "car", "residents:quarantine_list", "?list=to_move"
    yield "site_calls", _("People at a site not called today"), "phone", "residents:site_call_list", ""
    yield "to_release", _("Quarantines that are over, not released"), "lock-open", "residents:quarantine_list", "?list=waiting"


def _waiting() -> Iterable[tuple[str, Any, str, str, str]]:
    yield "findings", _("Findings of rounds"), "alert-triangle", "residents:finding_list", ""
    yield "late", _("Rounds that are late"), "clock", "residents:round_list", ""
    yield "tasks_late", _("Tasks that are late"), "clipboard-list", "residents:task_list", "?view=late"
    yield "tasks_new", _("Tasks nobody has"), "clipboard-list", "residents:task_list", "?view=new"
    yield "matters_new", _("Problems and disputes nobody has"), "messages", "residents:matter_list", "?state=new"
    yield "arrivals", _("Arrivals to confirm"), "user-check", "deployments:secondment_list", "?state=approved"
    yield "leave", _("Requests for leave"), "calendar-off", "deployments:leave_list", ""
    yield "corrections", _("Corrections that need a second person"), "clipboard-check", "checkpoints:attendance_list", ""
    yield "handovers", _("Hand-overs not confirmed"), "arrows-exchange", "checkpoints:handover_list", ""


def _steps(numbers: dict[str, int], shifts: list[Shift]) -> list[Step]:
    published = bool(shifts or numbers["published"])
    return [
        Step(
            _("Import the roster"),
            _("The sheet that the sending units mailed, as it is; you see row by row what will happen before it does."),
            "deployments:roster_import",
            numbers["people"] > 0,
        ),
        Step(
            _("Set up posts and shifts"),
            _("Gates, tents and desks, and when people stand there."),
            "checkpoints:post_list",
            numbers["posts"] > 0,
        ),
        Step(_("Assign and publish"), _("On the board; with publishing, everybody is told."), "checkpoints:board", published),
    ]
