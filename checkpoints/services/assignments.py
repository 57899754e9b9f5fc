"""Putting people on shifts, and taking them off: every refusal in words, every race ended by a lock and a constraint."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, PostStatus, Shift
from checkpoints.services import availability
from deployments.models import Cadre
from portal.accounts import audit, outbox
from portal.accounts.models import User
from portal.lib.constraints import explained, lasts_on
from portal.lib.errors import Refused
from residents.services.policies import duty_policy

# Far enough to see the shifts beside one: no rest is asked that is longer.
BESIDE = dt.timedelta(hours=48)


class Full(Refused):
    """Nothing is wrong with the person: others have the places already."""


@transaction.atomic
def assign(*, shift_id: int, cadre_id: int, by: User) -> Assignment:
    """Put a cadre on a free seat of a shift; the first one on a shift leads it."""
    shift = locked_shift(shift_id)
    cadre = locked_cadres([cadre_id])[0]
    crew = _crew(shift)
    if any(member.cadre_id == cadre.pk for member in crew):
        raise Refused(_("%(name)s is already on this shift.") % {"name": cadre.name})
    _check_open(shift)
    _check_fit(cadre, shift)
    seat = _free_seat(shift, crew, by=by)

    return _seated(shift, cadre, seat, is_lead=not any(member.is_lead for member in crew), by=by)


@transaction.atomic
def unassign(*, assignment_id: int, by: User) -> Assignment:
    """Take a cadre off a shift; who was told about it is told again."""
    [assignment] = _locked(assignment_id)
    _release(assignment, by=by)
    _hand_lead_on(assignment.shift)
    return assignment


@transaction.atomic
def move(*, assignment_id: int, shift_id: int, by: User) -> Assignment:
    """Take a cadre from one shift to another in one step: refused, they stay where they were."""
    [old] = _locked(assignment_id, also=[shift_id])
    if old.shift_id == shift_id:
        raise Refused(_("%(name)s is already on this shift.") % {"name": old.cadre.name})
    shift = locked_shift(shift_id)
    _check_same_community(old.shift, shift)
    crew = _crew(shift)
    _check_open(shift)
    _check_fit(old.cadre, shift, apart_from=[old.pk])
    seat = _free_seat(shift, crew, by=by)

    _release(old, by=by)
    _hand_lead_on(old.shift)
    return _seated(shift, old.cadre, seat, is_lead=not any(member.is_lead for member in crew), by=by)


@transaction.atomic
def swap(*, first_id: int, second_id: int, by: User) -> tuple[Assignment, Assignment]:
    """Let two people take each other's place."""
    if first_id == second_id:
        raise Refused(_("Choose two different people."))
    first, second = _locked(first_id, second_id)
    _check_same_community(first.shift, second.shift)
    if first.shift_id == second.shift_id:
        raise Refused(_("Both are on the same shift already."))
    locked_cadres([first.cadre_id, second.cadre_id])
    both = [first.pk, second.pk]
    for assignment, other in ((first, second), (second, first)):
        _check_open(other.shift)
        _check_fit(assignment.cadre, other.shift, apart_from=both)

    for assignment in (first, second):
        _release(assignment, by=by)
    return (
        _seated(second.shift, first.cadre, second.seat, is_lead=second.is_lead, by=by),
        _seated(first.shift, second.cadre, first.seat, is_lead=first.is_lead, by=by),
    )


@transaction.atomic
def make_lead(*, assignment_id: int, by: User) -> Assignment:
    """Let one of the crew lead the shift; whoever led it before steps back."""
    [assignment] = _locked(assignment_id)
    assignment.shift.crew.standing().filter(is_lead=True).update(is_lead=False)
    assignment.is_lead = True
    with explained(Assignment):
        assignment.save(update_fields=["is_lead"])
    audit.record("assignment.lead", assignment, by=by, after={"is_lead": True})
    return assignment


def locked_shift(shift_id: int) -> Shift:
    """The shift, held until the transaction ends. Shifts are locked before cadres, and both by rising key."""
    shifts = Shift.objects.select_for_update(of=("self",), no_key=True)
    return shifts.select_related("post__compound__community__subdistrict").get(pk=shift_id)


def locked_cadres(cadre_ids: Collection[int]) -> list[Cadre]:
    """The cadres, held until the transaction ends: one person is planned by one board at a time."""
    cadres = Cadre.objects.select_for_update(of=("self",), no_key=True)
    return list(cadres.filter(pk__in=cadre_ids).order_by("pk"))


def told_facts(shift: Shift) -> dict[str, object]:
    """What a message to the crew says about a shift."""
    place = f"{shift.post.compound.name} {shift.post.name}"
    return {"place": place, "day": shift.day, "hours": shift.hours}


def release(assignment: Assignment, *, by: User) -> None:
    """Free the seat, tell the person if they knew of it; part of a wider change that holds the lock on the shift."""
    assignment.released_at = timezone.now()
    assignment.save(update_fields=["released_at"])
    audit.record("assignment.released", assignment, by=by, after={"cadre": assignment.cadre, "shift": assignment.shift})
    user = assignment.cadre.user
    if assignment.told_at and user and not assignment.shift.is_over:
        key = f"assignment-off-{assignment.pk}"
        outbox.tell(user, "shift_released", key=key, link=reverse("checkpoints:my_day"), **told_facts(assignment.shift))


def _locked(*assignment_ids: int, also: Collection[int] = ()) -> list[Assignment]:
    """Standing assignments in the order asked; their shifts (and other shifts) are locked first, by rising key."""
    stands = Assignment.objects.filter(pk__in=assignment_ids)
    shifts = Shift.objects.filter(pk__in={*stands.values_list("shift_id", flat=True), *also}).order_by("pk")
    list(shifts.select_for_update(of=("self",), no_key=True))
    rows = stands.select_for_update(of=("self",), no_key=True).select_related(
        "cadre__user", "shift__post__compound__community__subdistrict", "attendance"
    )
    found = {row.pk: row for row in rows.order_by("pk")}
    for row in found.values():
        if row.released_at:
            raise Refused(_("%(name)s has already been taken off this shift.") % {"name": row.cadre.name})
    return [found[pk] for pk in assignment_ids]


def _release(assignment: Assignment, *, by: User) -> None:
    _check_not_over(assignment.shift)
    if hasattr(assignment, "attendance"):
        text = _("%(name)s has signed in to this shift and cannot be taken off it. Sign them out instead.")
        raise Refused(text % {"name": assignment.cadre.name})
    release(assignment, by=by)


def _hand_lead_on(shift: Shift) -> None:
    """A crew without a lead gets the one on its lowest seat."""
    crew = list(shift.crew.standing().order_by("seat"))
    if crew and not any(member.is_lead for member in crew):
        shift.crew.filter(pk=crew[0].pk).update(is_lead=True)


def _check_not_over(shift: Shift) -> None:
    """While a shift runs somebody may still stand in; from its end on the crew is what attendance was kept of.

    To the minute, without an hour of grace: the board offers nothing on it from then on either, and whoever tidies up
    late would put an absence on somebody or take one away.
    """
    if shift.is_over:
        text = _("This shift is over: its crew stays. Correct the attendance, and write into the hand-over who stood in.")
        raise Refused(text)


def _check_open(shift: Shift) -> None:
    if shift.state == Shift.State.CANCELLED:
        raise Refused(_("This shift is cancelled. Choose another shift."))
    _check_not_over(shift)
    if shift.post.closed_on and shift.post.closed_on <= shift.day:
        raise Refused(_("This post has been given up. Choose another post."))
    if PostStatus.objects.filter(lasts_on(shift.day), post=shift.post, status=PostStatus.Status.SEALED).exists():
        raise Refused(_("This post is sealed on that day. Open it first, or choose another post."))


def _check_same_community(first: Shift, second: Shift) -> None:
    if first.post.compound.community_id != second.post.compound.community_id:
        raise Refused(_("The two shifts belong to different communities."))


def _crew(shift: Shift) -> list[Assignment]:
    rows = shift.crew.standing().with_comes().select_related("cadre__user", "attendance")
    for member in (crew := list(rows.order_by("seat"))):
        member.shift = shift
    return crew


def _free_seat(shift: Shift, crew: list[Assignment], *, by: User) -> int:
    """The seat to fill; on a full shift that of somebody who will not come, who is taken off for it."""
    taken = {member.seat for member in crew}
    free = [seat for seat in range(1, shift.required + 1) if seat not in taken]
    if free:
        return _left_last(shift, free) or free[0]
    for member in crew:
        if not member.comes and not hasattr(member, "attendance"):  # type: ignore[attr-defined]
            release(member, by=by)
            crew.remove(member)
            return member.seat
    raise Full(_("This shift is full. Choose another shift, or take somebody off first."))


def _left_last(shift: Shift, free: list[int]) -> int | None:
    """Of free seats that of whoever knew of the shift and was taken off last: who comes now stands in for them."""
    gone = shift.crew.filter(seat__in=free, told_at__isnull=False, released_at__isnull=False)
    return gone.order_by("-released_at", "-pk").values_list("seat", flat=True).first()


def _check_fit(cadre: Cadre, shift: Shift, *, apart_from: Collection[int | None] = ()) -> None:
    facts = availability.facts_of([cadre.pk], shift.starts_at - BESIDE, shift.ends_at + BESIDE)
    rest_hours = duty_policy(shift.post.compound.community, shift.day).min_rest_hours
    if found := availability.obstacle(cadre, shift, facts, rest_hours=rest_hours, apart_from=apart_from):
        raise Refused(found.text)


def _seated(shift: Shift, cadre: Cadre, seat: int, *, is_lead: bool, by: User) -> Assignment:
    with explained(Assignment):
        assignment = Assignment.objects.create(
            shift=shift, cadre=cadre, seat=seat, is_lead=is_lead, starts_at=shift.starts_at, ends_at=shift.ends_at
        )
    audit.record("assignment.made", assignment, by=by, after={"cadre": cadre, "shift": shift, "seat": seat})
    return assignment
