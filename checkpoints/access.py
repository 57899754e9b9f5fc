"""At whose gate a person may log: the shifts they stand, and those they watch over."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.base import ModelState
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, DeliveryBatch, GateDevice, Handover, Passage, Post, Shift
from checkpoints.models.passages import PassageQuerySet
from checkpoints.models.posts import PostQuerySet
from checkpoints.models.shifts import ShiftQuerySet
from portal.accounts.models import User
from portal.lib.prepared import Prepared, converted
from residents.access import Permission, communities_for, has, may_in
from residents.models import Community, Compound, DutyPolicy, Subdistrict
from residents.scope import CommunityQuerySet
from residents.services.quarantine import HELD

# Who stands the next shift takes over; a gate that is closed at night waits until the morning.
TAKEN_OVER_WITHIN = dt.timedelta(hours=24)


def duty_shifts(user: User) -> ShiftQuerySet:
    """The shifts the person may hand over, at whatever post; a plan that was never published is none.

    `stands` and `leads` say what the person is on the shift. A cadre whose secondment ended stands nowhere.
    """
    crew = Assignment.objects.standing().filter(shift=OuterRef("pk"), cadre__user=user)
    watched = communities_for(user, Permission.GATE_WATCH).filter(pk=OuterRef("post__compound__community"))
    shifts = Shift.objects.within(communities_for(user, Permission.GATE_LOG)).exclude(state=Shift.State.DRAFT)
    shifts = shifts.alias(watched=Exists(watched))
    return shifts.annotate(stands=Exists(crew), leads=Exists(crew.filter(is_lead=True))).filter(
        Q(stands=True) | Q(watched=True)
    )


def gate_shifts(user: User) -> ShiftQuerySet:
    """Those of them the person may log on: only a gate has passages."""
    return duty_shifts(user).filter(post__kind=Post.Kind.CHECKPOINT)


def leads_gate(user: User, shift: Shift) -> bool:
    """Whether the person may let somebody go against the rule: they lead the shift, or watch over its gate."""
    if may_in(user, Permission.GATE_WATCH, shift.post.compound.community):
        return True
    return Assignment.objects.standing().filter(shift=shift, cadre__user=user, is_lead=True).exists()


def correctable_passages(user: User) -> PassageQuerySet:
    """The passages the person may correct: of the shifts they lead, and of the communities they answer for."""
    led = Assignment.objects.standing().filter(cadre__user=user, is_lead=True).values("shift")
    mine = Q(community__in=communities_for(user, Permission.GATE_LOG), shift__in=led)
    return Passage.objects.filter(mine | Q(community__in=communities_for(user, Permission.PASSAGE_CORRECT)))


def confirmable_handovers(user: User) -> CommunityQuerySet:
    """The hand-overs the person may confirm: of the post's next shift they stand, and of communities they watch over."""
    stands = Assignment.objects.standing().filter(
        cadre__user=user,
        shift__post=OuterRef("shift__post"),
        shift__state=Shift.State.PUBLISHED,
        shift__starts_at__gt=OuterRef("shift__starts_at"),
        shift__starts_at__lt=OuterRef("shift__ends_at") + TAKEN_OVER_WITHIN,
    )
    rows = Handover.objects.within(communities_for(user, Permission.HANDOVER_VIEW))
    watched = Q(shift__post__compound__community__in=communities_for(user, Permission.GATE_WATCH))
    return rows.filter(watched | Q(Exists(stands)))


def gates(user: User) -> PostQuerySet:
    """The gates where the person may take goods in; the one they stand at now comes first."""
    stands = Assignment.objects.standing().filter(
        cadre__user=user, shift__post=OuterRef("pk"), shift__in=Shift.objects.running()
    )
    rows = Post.objects.within(communities_for(user, Permission.DELIVERY_HANDLE)).in_use().gates()
    rows = rows.select_related("compound__community").annotate(stands=Exists(stands))
    return rows.order_by("-stands", "compound", "pk")


def may_settle(user: User, batch: DeliveryBatch) -> bool:
    """Who decides about goods: the community, and the lead of the shift that stands at the gate now."""
    if may_in(user, Permission.DELIVERY_SETTLE, batch.community):
        return True
    leads = Assignment.objects.standing().filter(cadre__user=user, is_lead=True, shift__post=batch.post_id)
    return (
        may_in(user, Permission.DELIVERY_HANDLE, batch.community) and leads.filter(shift__in=Shift.objects.running()).exists()
    )


# The name of the phone in its session.
DEVICE = "gate_device"
KEY: Any = GateDevice._meta.get_field("key")

USUAL_LIMIT = DutyPolicy().fever_limit

# gate_shifts() and the fever limit of the day's policy in one short statement: phones send every few seconds, and
# building it by the ORM took longer than storing fifty passages. tests/checkpoints/test_gate.py holds them equal.
HELD_STATES = ", ".join(f"'{state}'" for state in HELD)
SHIFT = Prepared("gate_of", f"""
SELECT s.day, s.starts_at, s.ends_at, s.post_id, p.compound_id, k.name, c.id, t.id, t.district_id,
    EXISTS (SELECT 1 FROM checkpoints_gatedevice g
        WHERE g.shift_id = s.id AND g.key = %(device)s AND g.revoked_at IS NOT NULL),
    EXISTS (SELECT 1 FROM checkpoints_gatedevice g
        WHERE g.shift_id = s.id AND g.user_id = %(user)s AND g.revoked_at IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM checkpoints_gatedevice g
        WHERE g.shift_id = s.id AND g.user_id = %(user)s AND g.key = %(device)s AND g.revoked_at IS NULL),
    EXISTS (SELECT 1 FROM checkpoints_assignment a WHERE a.shift_id = s.id AND a.released_at IS NULL
        AND a.cadre_id = (SELECT id FROM deployments_cadre WHERE user_id = %(user)s)),
    EXISTS (SELECT 1 FROM checkpoints_assignment a WHERE a.shift_id = s.id AND a.released_at IS NULL AND a.is_lead
        AND a.cadre_id = (SELECT id FROM deployments_cadre WHERE user_id = %(user)s)),
    EXISTS (SELECT 1 FROM residents_quarantinecase q WHERE q.community_id = c.id AND q.state IN ({HELD_STATES})),
    (SELECT fever_limit FROM residents_dutypolicy l
        WHERE l.starts_on <= s.day AND (l.ends_on IS NULL OR l.ends_on >= s.day)
            AND (l.community_id = c.id OR l.subdistrict_id = t.id OR l.district_id = t.district_id
                OR (l.community_id IS NULL AND l.subdistrict_id IS NULL AND l.district_id IS NULL))
        ORDER BY l.community_id IS NULL, l.subdistrict_id IS NULL, l.district_id IS NULL, l.starts_on DESC, l.id DESC LIMIT 1)
FROM checkpoints_shift s
    JOIN checkpoints_post p ON p.id = s.post_id JOIN residents_compound k ON k.id = p.compound_id
    JOIN residents_community c ON c.id = k.community_id JOIN residents_subdistrict t ON t.id = c.subdistrict_id
WHERE s.id = %(shift)s AND s.state <> 'draft' AND p.kind = 'checkpoint'
""", shift="bigint", user="bigint", device="uuid")  # fmt: skip  # noqa: S608 - names of states


class ShutOut(PermissionDenied):
    """This phone was shut out of the shift."""


def gate_of(user: User, pk: int, device: UUID | None = None) -> tuple[Shift, Decimal] | None:
    """One of gate_shifts() and its fever limit, or None where it is not there or not theirs.

    Raises ShutOut where the phone was shut out.
    """
    phone = KEY.get_db_prep_value(device, connection)
    found = SHIFT.rows({"shift": min(pk, 2**63 - 1), "user": user.pk, "device": phone})
    if not found:
        return None
    (row,) = found
    day, starts_at, ends_at, post, compound, name, community, subdistrict, district, *rest = row
    revoked, unknown, stands, leads, keeps, limit = rest
    # Rows of a few columns: a whole model calls for its defaults, a random code among them.
    place = _some(Community, id=community, subdistrict_id=subdistrict)
    place.subdistrict = _some(Subdistrict, id=subdistrict, district_id=district)
    watches = may_in(user, Permission.GATE_WATCH, place) if unknown or not stands else False
    if not may_in(user, Permission.GATE_LOG, place) or not (stands or watches):
        return None
    if revoked or (unknown and not watches):
        raise ShutOut
    day, starts_at, ends_at = converted(Shift, ("day", "starts_at", "ends_at"), (day, starts_at, ends_at))
    shift = _some(Shift, id=pk, post_id=post, day=day, starts_at=starts_at, ends_at=ends_at)
    # Whether anybody of the community may not leave home: else nobody is looked up.
    shift.keeps_homes = bool(keeps)
    shift.leads = bool(leads) or may_in(user, Permission.GATE_WATCH, place)
    shift.post = _some(Post, id=post, compound_id=compound)
    shift.post.compound = _some(Compound, id=compound, name=name, community_id=community)
    shift.post.compound.community = place
    return shift, Decimal(str(limit or USUAL_LIMIT))


def is_shut_out(user: User, shift: Shift, device: UUID | None) -> bool:
    """The same for pages: this phone was shut out, or the person's was and this is one that nobody let in yet.

    Whoever watches over gates answers for them; only their phones are shut out, not they.
    """
    phones = GateDevice.objects.filter(shift=shift)
    if device and phones.filter(key=device, revoked_at__isnull=False).exists():
        return True
    if not phones.filter(user=user, revoked_at__isnull=False).exists():
        return False
    let_in = phones.filter(user=user, key=device, revoked_at=None).exists() if device else False
    return not let_in and not may_in(user, Permission.GATE_WATCH, shift.post.compound.community)


def logs_at_gate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a phone send to a shift its user may log on; the view gets the shift and the fever limit.

    A phone that is signed out is told so with 401: a redirect would look like success to it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            error = _("You are signed out. Sign in again; what you logged stays on this phone.")
            return JsonResponse({"error": error}, status=401)
        try:
            found = gate_of(request.user, pk, device_of(request))
        except ShutOut:
            return shut_out()
        if found is None:
            raise Http404 if has(request.user, Permission.GATE_LOG) else PermissionDenied
        return view(request, *found)

    guarded.permission = Permission.GATE_LOG  # type: ignore[attr-defined]
    return guarded


def _some(model: type[Any], **values: Any) -> Any:
    """A row of which only these columns are known; from_db() asks each of the others what it holds where nothing is given."""
    row: Any = object.__new__(model)
    row._state = ModelState()
    row._state.db, row._state.adding = connection.alias, False
    row.__dict__ |= values
    return row


def device_of(request: HttpRequest) -> UUID | None:
    """Which phone asks: as its session knows it, else as it says itself, else as it was called before its last sign-in."""
    said = request.session.get(DEVICE) or request.headers.get("Gate-Device") or request.COOKIES.get(DEVICE, "")
    try:
        return UUID(said)
    except ValueError:
        return None


def shut_out() -> JsonResponse:
    """What a phone hears that was shut out: it forgets what it was given."""
    why = _("This phone was shut out of the shift. Ask the lead or the community; what it holds stays sealed on it.")
    return JsonResponse({"error": why, "revoked": True}, status=403)
