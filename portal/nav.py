"""Where the portal leads: the entries of the menu, in their order, and who is shown which."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.access import Permission, has

SUPERVISOR = "supervisor"  # of a sending unit; not a role in a community
STAFF = "staff"  # works in the admin


@dataclass(frozen=True, eq=False)
class Entry:
    """One line of the menu; `allowed` is a permission, SUPERVISOR, STAFF, or "" for everybody. Each is there once.

    `first` brings it to the front for whoever has no board: their own day is what they open the portal for.
    """

    label: str | Promise
    icon: str
    view: str
    allowed: str = ""
    first: bool = False

    @property
    def address(self) -> str:
        """Where it leads; empty while no such page exists."""
        return address_of(self.view)


# The first stand in the bar, the rest under "More": what is opened every hour comes first.
ENTRIES = [
    # Whoever has no board begins with their own page: portal.views.home leads there.
    Entry(pgettext_lazy("menu", "Today"), "home", "home", Permission.BOARD_VIEW),
    Entry(_("Board"), "layout-board", "checkpoints:board", Permission.BOARD_VIEW),
    Entry(pgettext_lazy("menu", "Gate"), "door-enter", "checkpoints:gate_choose", Permission.GATE_LOG),
    Entry(pgettext_lazy("menu", "Goods"), "packages", "checkpoints:delivery_list", Permission.DELIVERY_HANDLE),
    Entry(_("Errands"), "shopping-bag", "residents:errand_list", Permission.ERRAND_VIEW),
    Entry(_("Tasks"), "clipboard-list", "residents:task_list", Permission.TASK_VIEW),
    Entry(_("Problems and disputes"), "messages", "residents:matter_list", Permission.MATTER_RAISE),
    Entry(_("Roster"), "calendar-time", "checkpoints:roster", Permission.SHIFT_VIEW),
    Entry(_("Rounds"), "walk", "residents:round_list", Permission.ROUND_VIEW),
    Entry(_("Quarantine"), "shield-check", "residents:quarantine_list", Permission.QUARANTINE_VIEW),
    Entry(_("Health checks"), "temperature", "residents:health_check_list", Permission.QUARANTINE_CHECK),
    Entry(_("Daily reports"), "report-analytics", "reports:daily_list", Permission.REPORT_VIEW),
    Entry(_("Work summary"), "calculator", "reports:summary", Permission.REPORT_VIEW),
    Entry(_("Overview"), "chart-bar", "reports:overview", Permission.OVERVIEW_VIEW),
    Entry(_("Our people today"), "users-group", "checkpoints:supervision_today", SUPERVISOR, first=True),
    Entry(_("Our people"), "users", "deployments:supervision", SUPERVISOR),
    Entry(_("Cadres"), "users", "deployments:cadre_list", Permission.CADRE_VIEW),
    Entry(_("Attendance"), "clipboard-check", "checkpoints:attendance_list", Permission.ATTENDANCE_VIEW),
    Entry(_("Secondments"), "arrows-exchange", "deployments:secondment_list", Permission.CADRE_VIEW),
    Entry(_("Leave"), "calendar-off", "deployments:leave_list", Permission.CADRE_VIEW),
    Entry(_("Sending units"), "building-skyscraper", "deployments:unit_list", Permission.CADRE_VIEW),
    Entry(_("Responsibilities"), "shield-check", "deployments:responsibility_list", Permission.RESPONSIBILITY_VIEW),
    Entry(_("Passages"), "list-details", "checkpoints:passage_list", Permission.PASSAGE_VIEW),
    Entry(_("Turned back"), "hand-stop", "checkpoints:turned_back", Permission.PASSAGE_VIEW),
    Entry(_("Vehicles"), "car", "checkpoints:vehicle_list", Permission.PASSAGE_VIEW),
    Entry(_("Entry passes"), "ticket", "checkpoints:pass_list", Permission.PASS_VIEW),
    Entry(_("Hand-overs"), "clipboard-list", "checkpoints:handover_list", Permission.HANDOVER_VIEW),
    Entry(_("Posts"), "barrier-block", "checkpoints:post_list", Permission.SHIFT_VIEW),
    Entry(_("Errands in numbers"), "shopping-bag", "residents:errand_count", Permission.ERRAND_COUNT),
    Entry(_("Quarantine in numbers"), "virus", "residents:quarantine_count", Permission.QUARANTINE_COUNT),
    Entry(_("Missed checks"), "clock", "residents:missed_check_list", Permission.QUARANTINE_COUNT),
    Entry(_("Exposed staff"), "user-x", "checkpoints:exposure_list", Permission.QUARANTINE_VIEW),
    Entry(_("Control levels"), "lock", "residents:control_list", Permission.QUARANTINE_COUNT),
    Entry(_("Persuasion"), "messages", "residents:persuasion_list", Permission.PERSUADE),
    Entry(_("Neighbours help"), "heart", "residents:mutual_aid_list", Permission.MUTUAL_AID),
    Entry(_("Hotline"), "phone", "residents:hotline_call_list", Permission.HOTLINE_COUNT),
    Entry(_("Praise"), "award", "deployments:commendation_list", Permission.COMMENDATION_DESK),
    Entry(_("Praise for our people"), "award", "deployments:commendation_ours", SUPERVISOR),
    Entry(_("Praise for me"), "award", "deployments:commendation_mine", Permission.MY_DAY),
    Entry(_("Compounds"), "building", "residents:compound_list", Permission.RESIDENT_VIEW),
    Entry(_("Alone today"), "user", "residents:alone_list", Permission.RESIDENT_VIEW),
    Entry(_("Notices"), "speakerphone", "residents:notice_list", Permission.NOTICE_VIEW),
    Entry(_("Chat groups"), "messages", "residents:chat_group_list", Permission.CHAT_GROUP_VIEW),
    Entry(_("Ledgers"), "books", "residents:ledger_list", Permission.LEDGER_VIEW),
    Entry(_("Homes"), "home", "residents:dwelling_list", Permission.RESIDENT_VIEW),
    Entry(_("Places"), "building-community", "residents:place_list", Permission.PLACE_VIEW),
    Entry(pgettext_lazy("menu", "Imports"), "file-spreadsheet", "jobs:job_list", Permission.PLACE_VIEW),
    Entry(pgettext_lazy("menu", "Exports"), "file-export", "reports:export_list", Permission.EXPORT),
    Entry(_("Audit trail"), "history", "event_list", Permission.AUDIT_VIEW),
    Entry(_("My day"), "calendar-check", "checkpoints:my_day", Permission.MY_DAY, first=True),
    Entry(_("My leave"), "calendar-off", "deployments:leave_mine", Permission.MY_DAY),
    Entry(_("Administration"), "settings", "admin:index", STAFF),
]


@cache
def address_of(view: str) -> str:
    """The address of a view by its name."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def entries_for(user: Any, *, supervises: bool) -> list[Entry]:
    """The entries the person may open, in the order of the menu."""
    own = {"": True, SUPERVISOR: supervises, STAFF: user.is_staff}
    entries = [
        entry
        for entry in ENTRIES
        if entry.address and (own[entry.allowed] if entry.allowed in own else has(user, Permission(entry.allowed)))
    ]
    # A stable sort: everything else keeps its place.
    return entries if has(user, Permission.BOARD_VIEW) else sorted(entries, key=lambda entry: not entry.first)


def current(entries: list[Entry], path: str) -> Entry | None:
    """The entry whose page, or a page below it, is open."""
    under = [e for e in entries if path == e.address or (e.address != "/" and path.startswith(e.address))]
    return max(under, key=lambda entry: len(entry.address), default=None)
