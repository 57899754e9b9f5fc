"""Who may do what, where: the whole policy on one page.

A view says `@requires(Permission.X)`: strangers go to the sign-in, roles without X get 403, and `request.communities`
holds the communities where the person's roles grant X. Rows are fetched `within(request.communities)`; what is not
there and what is not yours are both 404.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.constraints import lasts_on
from residents.models import Community, Membership, Role


class Permission(StrEnum):
    """What can be allowed. A view names one; a template asks `{% if perm.X %}`."""

    AUDIT_VIEW = "audit_view"  # the community's trail
    PLACE_VIEW = "place_view"
    PLACE_EDIT = "place_edit"
    SEARCH = "search"  # the search box; each thing it finds asks for its own permission
    RESIDENT_FIND = "resident_find"  # look a home or a person up, masked: at the gate, at a door
    RESIDENT_VIEW = "resident_view"  # homes and who lives there; without RESIDENT_NAME names are masked too
    RESIDENT_NAME = "resident_name"  # names and sensitive care in full; phones and ID numbers stay masked
    RESIDENT_EDIT = "resident_edit"
    RESIDENT_REVEAL = "resident_reveal"  # one value in full, with a reason, on the record
    RESIDENT_IMPORT = "resident_import"  # the base list in and out
    ACCOUNT_MANAGE = "account_manage"  # open and close sign-ins of one's community
    CADRE_VIEW = "cadre_view"  # the list, masked
    CADRE_EDIT = "cadre_edit"
    CADRE_REVEAL = "cadre_reveal"  # one person's values in full, with a reason, on the record
    CADRE_IMPORT = "cadre_import"
    SECONDMENT_MANAGE = "secondment_manage"
    RESPONSIBILITY_VIEW = "responsibility_view"
    RESPONSIBILITY_EDIT = "responsibility_edit"
    BOARD_VIEW = "board_view"
    BOARD_EDIT = "board_edit"
    POST_EDIT = "post_edit"
    SHIFT_VIEW = "shift_view"
    SHIFT_EDIT = "shift_edit"
    ATTENDANCE_VIEW = "attendance_view"
    ATTENDANCE_CORRECT = "attendance_correct"
    MY_DAY = "my_day"  # one's own shifts, sign-in and days
    GATE_LOG = "gate_log"  # log passages, on a shift one stands or watches over
    GATE_WATCH = "gate_watch"  # log on shifts one does not stand
    PASSAGE_VIEW = "passage_view"
    PASSAGE_CORRECT = "passage_correct"  # void or correct any passage, with a reason
    PASSAGE_IMPORT = "passage_import"
    PASS_VIEW = "pass_view"  # noqa: S105 - entry passes of the community; at the gate GATE_LOG looks one up
    PASS_EDIT = "pass_edit"  # noqa: S105 - ask for, issue, suspend, void, replace, print
    PASS_POLICY = "pass_policy"  # noqa: S105 - how often a home may go out
    HANDOVER_VIEW = "handover_view"
    ROUND_WALK = "round_walk"  # the rounds and stops one was given
    ROUND_VIEW = "round_view"  # every round of the community, and what was found
    LEDGER_VIEW = "ledger_view"  # named lists over the records, names in full, phones masked
    NOTICE_VIEW = "notice_view"  # what is announced
    NOTICE_EDIT = "notice_edit"  # announce and withdraw
    CHAT_GROUP_VIEW = "chat_group_view"  # the chat groups of the community, and what was sent to them
    CHAT_GROUP_EDIT = "chat_group_edit"  # open and close them, give them a bot
    LEDGER_EDIT = "ledger_edit"  # which ledgers a community keeps; one in full as a sheet
    ROUND_EDIT = "round_edit"  # plan rounds, hand them over, act on findings
    REPORT_VIEW = "report_view"
    REPORT_EDIT = "report_edit"  # roll up, correct, submit
    REPORT_REVIEW = "report_review"  # return, accept, lock
    OVERVIEW_VIEW = "overview_view"  # communities x days
    QUARANTINE_COUNT = "quarantine_count"  # how many, never who; control levels
    QUARANTINE_VIEW = "quarantine_view"  # cases, masked
    QUARANTINE_EDIT = "quarantine_edit"  # register, tell, start, write down, print
    QUARANTINE_DECIDE = "quarantine_decide"  # release, extend, let out, void
    QUARANTINE_CHECK = "quarantine_check"  # take temperatures, at doors and by phone
    CONTROL_DECIDE = "control_decide"  # control level and epidemic-free status of a compound
    ERRAND_COUNT = "errand_count"  # how many wait and how long, never who
    ERRAND_VIEW = "errand_view"  # the queue: names and phones masked, but for one's own
    ERRAND_ASK = "errand_ask"  # take a request down
    ERRAND_CLAIM = "errand_claim"  # take one, do it, write down what was spent
    ERRAND_DESK = "errand_desk"  # give, merge, pass on, cancel, reopen
    ERRAND_SETTLE = "errand_settle"  # pay helpers back, take a wrong amount back, print the sheets for the doors
    DELIVERY_HANDLE = "delivery_handle"  # goods at the gate: take in, count, disinfect, hand out
    DELIVERY_SETTLE = "delivery_settle"  # disputes, what goes before its time, what is sent back or thrown away
    VEHICLE_EDIT = "vehicle_edit"  # the register of plates
    MATTER_RAISE = "matter_raise"  # take down what is brought up, and handle what one is given
    MATTER_DESK = "matter_desk"  # problems and incidents of the community; who handles them
    MATTER_SEALED = "matter_sealed"  # disputes as well
    PERSUADE = "persuade"  # write down a talk with somebody who refuses
    HOTLINE_ANSWER = "hotline_answer"  # a counsellor's: write down calls of the hotline, and read one's own
    HOTLINE_COUNT = "hotline_count"  # how many, about what; never who or what was said
    MUTUAL_AID = "mutual_aid"  # what neighbours offer, need and give
    COMMENDATION_DESK = "commendation_desk"  # praise: write down, forward, put on the wall
    TASK_VIEW = "task_view"  # the list; details only of one's own
    TASK_RAISE = "task_raise"  # write one down: what somebody on the spot has seen
    TASK_DO = "task_do"  # take one, do it, say what came of it
    TASK_DESK = "task_desk"  # give, name the lead, call off, take the list out
    EXPORT = "export"


_P = Permission

_VOLUNTEER = frozenset(
    {
        _P.SEARCH,
        _P.MY_DAY,
        _P.GATE_LOG,
        _P.SHIFT_VIEW,
        _P.HANDOVER_VIEW,
        _P.NOTICE_VIEW,
        _P.RESIDENT_FIND,
        _P.QUARANTINE_CHECK,
        _P.ROUND_WALK,
        _P.ERRAND_VIEW,
        _P.ERRAND_ASK,
        _P.ERRAND_CLAIM,
        _P.DELIVERY_HANDLE,
        _P.MATTER_RAISE,
        _P.PERSUADE,
        _P.TASK_VIEW,
        _P.TASK_RAISE,
        _P.TASK_DO,
    }
)
_CADRE = _VOLUNTEER | {_P.RESIDENT_VIEW}
_WORKER = _CADRE | {
    _P.RESIDENT_NAME,
    _P.RESIDENT_EDIT,
    _P.RESIDENT_REVEAL,
    _P.PLACE_VIEW,
    _P.CADRE_VIEW,
    _P.RESPONSIBILITY_VIEW,
    _P.BOARD_VIEW,
    _P.ATTENDANCE_VIEW,
    _P.ATTENDANCE_CORRECT,
    _P.GATE_WATCH,
    _P.PASSAGE_VIEW,
    _P.PASSAGE_IMPORT,
    _P.PASS_VIEW,
    _P.PASS_EDIT,
    _P.LEDGER_VIEW,
    _P.NOTICE_EDIT,
    _P.CHAT_GROUP_VIEW,
    _P.ROUND_VIEW,
    _P.ROUND_EDIT,
    _P.REPORT_VIEW,
    _P.QUARANTINE_COUNT,
    _P.QUARANTINE_VIEW,
    _P.QUARANTINE_EDIT,
    _P.ERRAND_COUNT,
    _P.ERRAND_DESK,
    _P.DELIVERY_SETTLE,
    _P.VEHICLE_EDIT,
    _P.MATTER_DESK,
    _P.MUTUAL_AID,
    _P.COMMENDATION_DESK,
    _P.TASK_DESK,
}
_SECRETARY = _WORKER | {
    _P.AUDIT_VIEW,
    _P.PLACE_EDIT,
    _P.RESIDENT_IMPORT,
    _P.LEDGER_EDIT,
    _P.ACCOUNT_MANAGE,
    _P.CADRE_EDIT,
    _P.CADRE_REVEAL,
    _P.CADRE_IMPORT,
    _P.SECONDMENT_MANAGE,
    _P.RESPONSIBILITY_EDIT,
    _P.BOARD_EDIT,
    _P.POST_EDIT,
    _P.SHIFT_EDIT,
    _P.PASSAGE_CORRECT,
    _P.PASS_POLICY,
    _P.REPORT_EDIT,
    _P.QUARANTINE_DECIDE,
    _P.CONTROL_DECIDE,
    _P.ERRAND_SETTLE,
    _P.CHAT_GROUP_EDIT,
    _P.MATTER_SEALED,
    _P.HOTLINE_COUNT,
    _P.EXPORT,
}
_OFFICER = frozenset(
    {
        _P.SEARCH,
        _P.PLACE_VIEW,
        _P.CADRE_VIEW,
        _P.RESPONSIBILITY_VIEW,
        _P.BOARD_VIEW,
        _P.SHIFT_VIEW,
        _P.REPORT_VIEW,
        _P.REPORT_REVIEW,
        _P.OVERVIEW_VIEW,
        _P.ERRAND_COUNT,
        _P.QUARANTINE_COUNT,
        _P.EXPORT,
    }
)

GRANTS: dict[str, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(),  # works in the admin; sees no record of people
    Role.DISTRICT_OFFICER: _OFFICER,
    Role.SUBDISTRICT_OFFICER: _OFFICER,
    Role.SECRETARY: frozenset(_SECRETARY),
    Role.WORKER: frozenset(_WORKER),
    Role.CADRE: frozenset(_CADRE),
    Role.VOLUNTEER: _VOLUNTEER,
    # Beside another role or alone; with its last day goes what was said.
    Role.COUNSELLOR: frozenset({_P.HOTLINE_ANSWER, _P.HOTLINE_COUNT}),
}


class Request(HttpRequest):
    """A request that passed `requires`."""

    user: User
    communities: "QuerySet[Community]"


def roles_of(user: User) -> list[Membership]:
    """The memberships in force today; asked once per request and kept on the user object."""
    if not hasattr(user, "_roles"):
        # Keys of places are enough: this is asked with every request.
        found = user.memberships.live() if user.is_active else []
        user._roles = list(found)  # type: ignore[attr-defined]
    return user._roles  # type: ignore[attr-defined]


def remember_roles(user: User, roles: list[Membership]) -> None:
    """Keep roles that were read together with the user, so that nobody asks for them again."""
    user._roles = roles if user.is_active else []  # type: ignore[attr-defined]


def has(user: Any, permission: Permission) -> bool:
    """Whether any of the person's roles grants it anywhere."""
    return user.is_authenticated and any(permission in GRANTS[m.role] for m in roles_of(user))


def communities_for(user: User, permission: Permission) -> "QuerySet[Community]":
    """The communities where the person's roles grant the permission."""
    granting = [m for m in roles_of(user) if permission in GRANTS[m.role]]
    if not granting:
        return Community.objects.none()
    scope = Q(pk__in=[m.community_id for m in granting if m.community_id])
    if subdistricts := [m.subdistrict_id for m in granting if m.subdistrict_id]:
        scope |= Q(subdistrict__in=subdistricts)
    if districts := [m.district_id for m in granting if m.district_id]:
        scope |= Q(subdistrict__district__in=districts)
    return Community.objects.filter(scope)


def may_in(user: User, permission: Permission, community: Community) -> bool:
    """Whether the person may do it in this community; asks the memberships at hand, not the database."""
    return any(permission in GRANTS[m.role] and _covers(m, community) for m in roles_of(user))


def holders(permission: Permission, community_id: int) -> "QuerySet[User]":
    """Everybody whose role in a community grants the permission today."""
    granting = [role for role, granted in GRANTS.items() if permission in granted]
    here = Membership.objects.filter(
        lasts_on(timezone.localdate()), user=OuterRef("pk"), community=community_id, role__in=granting
    )
    return User.objects.filter(Exists(here), is_active=True)


def _covers(membership: Membership, community: Community) -> bool:
    if membership.community_id:
        return membership.community_id == community.pk
    if membership.subdistrict_id:
        return membership.subdistrict_id == community.subdistrict_id
    return membership.district_id == community.subdistrict.district_id


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let a view be opened by roles that grant the permission; sets `request.communities`."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not has(request.user, permission):
                raise PermissionDenied
            request.communities = communities_for(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
