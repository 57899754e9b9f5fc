"""What people are told because of the clock: derived from rows each minute, so nothing is lost or told twice."""

import datetime as dt
from collections.abc import Iterable
from typing import cast

from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Assignment, Handover, Shift
from portal.accounts.models import Message, User
from portal.accounts.outbox import draft, send
from residents.models import Community, DutyPolicy, Membership, Role
from residents.services.policies import duty_policies

# After a longer outage nobody is told of what is past caring about.
LOOK_AHEAD = dt.timedelta(hours=12)
HANDOVER_MEMORY = dt.timedelta(hours=24)


def due(now: dt.datetime | None = None) -> int:
    """Tell everybody what is due at this moment; return how many messages were drafted."""
    now = now or timezone.now()
    drafts = [*_shifts_soon(now), *_not_signed_in(now), *_handovers_waiting(now)]
    send(drafts)
    return len(drafts)


def _assignments(now: dt.datetime) -> list[Assignment]:
    return list(
        Assignment.objects.standing()
        # Whoever is on leave or gone is not called to a shift.
        .with_comes()
        .filter(comes=True)
        .filter(shift__state=Shift.State.PUBLISHED, cadre__user__isnull=False, cadre__user__is_active=True)
        .filter(starts_at__lte=now + LOOK_AHEAD, ends_at__gt=now, attendance=None)
        .select_related("cadre__user", "shift__post__compound__community__subdistrict")
    )


def _policies(communities: Iterable[Community], now: dt.datetime) -> dict[int, DutyPolicy]:
    return duty_policies(list({community.pk: community for community in communities}.values()), timezone.localdate(now))


def _minutes(number: int) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def _shifts_soon(now: dt.datetime) -> list[Message]:
    coming = [a for a in _assignments(now) if a.starts_at > now]
    policies = _policies((a.shift.post.compound.community for a in coming), now)
    return [
        _about_shift("shift_soon", a)
        for a in coming
        if a.starts_at - now <= _minutes(policies[a.shift.post.compound.community_id].remind_before_minutes)
    ]


def _not_signed_in(now: dt.datetime) -> list[Message]:
    begun = [a for a in _assignments(now) if a.starts_at <= now]
    policies = _policies((a.shift.post.compound.community for a in begun), now)
    return [
        _about_shift("shift_not_signed_in", a)
        for a in begun
        if now - a.starts_at > _minutes(policies[a.shift.post.compound.community_id].late_after_minutes)
    ]


def _about_shift(kind: str, assignment: Assignment) -> Message:
    shift = assignment.shift
    return draft(
        cast(User, assignment.cadre.user),
        kind,
        key=f"{kind}-{assignment.pk}",
        link=reverse("checkpoints:my_day"),
        post=f"{shift.post.compound.name} {shift.post.name}",
        starts=f"{timezone.localtime(shift.starts_at):%H:%M}",
    )


def _handovers_waiting(now: dt.datetime) -> list[Message]:
    # A sheet written ahead waits for nobody until its shift is over.
    rows = Handover.objects.filter(confirmed_at=None).annotate(since=Greatest("handed_over_at", "shift__ends_at"))
    rows = rows.filter(since__gt=now - HANDOVER_MEMORY, since__lte=now)
    waiting = list(rows.select_related("shift__post__compound__community__subdistrict"))
    policies = _policies((h.shift.post.compound.community for h in waiting), now)
    late = [
        h for h in waiting
        if now - h.since > _minutes(policies[h.shift.post.compound.community_id].handover_within_minutes)
    ]  # fmt: skip
    secretaries = _secretaries({h.shift.post.compound.community_id for h in late})
    return [
        draft(
            user,
            "handover_waiting",
            key=f"handover_waiting-{handover.pk}",
            link=reverse("checkpoints:handover_detail", args=[handover.shift_id]),
            post=f"{handover.shift.post.compound.name} {handover.shift.post.name}",
            time=f"{timezone.localtime(handover.handed_over_at):%H:%M}",
        )
        for handover in late
        for user in secretaries.get(handover.shift.post.compound.community_id, [])
    ]


def _secretaries(communities: set[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    rows = Membership.objects.live().filter(role=Role.SECRETARY, community__in=communities, user__is_active=True)
    for membership in rows.select_related("user"):
        found.setdefault(membership.community_id or 0, []).append(membership.user)
    return found
