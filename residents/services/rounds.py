"""Rounds: opened by the clock, handed over, closed once every stop is explained. Whatever changes one locks it first."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts import audit
from portal.accounts.models import Message, User
from portal.accounts.outbox import draft, send
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.access import Permission, communities_for, may_in
from residents.models import Community, Membership, Role, Round, RoundPlan, Stop
from residents.rounds import KINDS, kind_of
from residents.rounds.kinds import MOVED_OUT

# Nobody is told of what is past caring about.
TELL_WITHIN = dt.timedelta(hours=24)
MINE_SHOWN = 20


def due(now: dt.datetime | None = None) -> int:
    """Open every round whose time has come and say which are late; return how many were opened."""
    now = now or timezone.now()
    opened = open_due(now)
    tell_late(now)
    return opened


def open_due(now: dt.datetime) -> int:
    """Open the rounds of all plans; the round before may well be open still."""
    yesterday, today = _days(now)
    plans = RoundPlan.objects.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gte=yesterday))
    known = set(Round.objects.filter(day__gte=yesterday, plan__isnull=False).values_list("plan", "starts_at"))
    waiting = {plan.pk: plan for plan in plans for at in slots_due(plan, now) if (plan.pk, at) not in known}
    return sum(len(open_slots(plan, now)) for plan in waiting.values())


def slots_due(plan: RoundPlan, now: dt.datetime) -> Iterator[dt.datetime]:
    """The moments at which the plan asks for a round: all of today up to now, so that what an outage missed is seen as
    missed, and of yesterday what can still be walked. What was over before the timetable was written does not count."""
    yesterday, today = _days(now)
    for day in (yesterday, today):
        if plan.starts_on <= day and (plan.ends_on is None or day <= plan.ends_on):
            for at in (moment(day, time) for time in plan.times):
                until = at + dt.timedelta(minutes=plan.minutes)
                if at <= now and until > plan.timed_at and (day == today or until > now):
                    yield at


def _days(now: dt.datetime) -> tuple[dt.date, dt.date]:
    today = timezone.localdate(now)
    return today - dt.timedelta(days=1), today


@transaction.atomic
def open_slots(plan: RoundPlan, now: dt.datetime) -> list[Round]:
    """Open what a plan asks for by now and has not got; two clocks at once open it once."""
    plan = RoundPlan.objects.select_for_update(of=("self",)).select_related("community").get(pk=plan.pk)
    stored = set(plan.rounds.filter(day__gte=_days(now)[0]).values_list("starts_at", flat=True))
    team = list(plan.team.all())
    return [_open(plan, team, at, now) for at in slots_due(plan, now) if at not in stored and plan.kind in KINDS]


def _open(plan: RoundPlan, team: list[User], at: dt.datetime, now: dt.datetime) -> Round:
    targets = list(kind_of(plan.kind).visits(plan))
    made = Round.objects.create(
        plan=plan,
        community=plan.community,
        kind=plan.kind,
        name=plan.name,
        day=timezone.localdate(at),
        starts_at=at,
        due_at=at + dt.timedelta(minutes=plan.minutes),
        # Nobody to visit: nothing for anybody to close.
        closed_at=None if targets else now,
    )
    walks = Round.walkers.through
    walks.objects.bulk_create(walks(round_id=made.pk, user_id=user.pk) for user in team)
    Stop.objects.bulk_create(
        Stop(round=made, position=position, dwelling=target.dwelling, resident=target.resident, place=target.place)
        for position, target in enumerate(targets, 1)
    )
    audit.record("round.opened", made, by=None, after={"stops": len(targets)})
    send(
        draft(user, "round_opened", key=f"round_opened:{made.pk}", link=_link(made), name=made.name, stops=len(targets))
        for user in (team if targets and made.due_at > now else ())
    )
    return made


def rounds_for(user: User) -> "QuerySet[Any]":
    """The rounds a person may open: all of the communities they work in, elsewhere those they walk."""
    walks = Round.objects.walked_by(user).filter(community__in=communities_for(user, Permission.ROUND_WALK))
    return Round.objects.filter(Q(community__in=communities_for(user, Permission.ROUND_VIEW)) | Q(pk__in=walks.values("pk")))


def mine(user: User) -> list[Round]:
    """The open rounds somebody walks or has stops of, what is due first; `title` and `what` say which they are."""
    rows = Round.objects.open().walked_by(user).filter(community__in=communities_for(user, Permission.ROUND_WALK))
    found = list(rows.with_progress().select_related("plan__compound").order_by("due_at", "id")[:MINE_SHOWN])
    for one in found:
        one.title, one.what = title(one), kind_of(one.kind)
    return found


def locked(round_id: int) -> Round:
    """The round, locked: two people walk it at once, and somebody may just be closing it."""
    return Round.objects.select_for_update(of=("self",), no_key=True).select_related("community__subdistrict").get(pk=round_id)


@transaction.atomic
def close(*, round_id: int, by: User) -> Round:
    """Close a round; not while a stop is unexplained. A second tap changes nothing."""
    found = locked(round_id)
    if found.closed_at:
        return found
    drop_gone(found)
    if untouched := found.stops.open().count():
        raise Refused(
            ngettext(
                "%(count)d stop is untouched. Do it, or give the reason why not, then close the round.",
                "%(count)d stops are untouched. Do them, or give the reason why not, then close the round.",
                untouched,
            )
            % {"count": untouched}
        )
    found.closed_at, found.closed_by = timezone.now(), by
    found.save(update_fields=["closed_at", "closed_by"])
    audit.record("round.closed", found, by=by, before={"closed_at": None}, after={"closed_at": found.closed_at})
    return found


def drop_gone(found: Round) -> int:
    """End the stops of people who have moved out since the round was opened."""
    gone = found.stops.open().filter(resident__left_on__lte=timezone.localdate())
    return gone.update(state=Stop.State.EXCUSED, outcome=MOVED_OUT.code, done_at=timezone.now())


@transaction.atomic
def hand_over(*, round_id: int, to: User, giver: User | None = None, by: User) -> Round:
    """Give a round to somebody else: from one walker, who then is off it, or from the whole team."""
    found = locked(round_id)
    _may_take(found, to)
    if giver:
        found.walkers.remove(giver)
        found.stops.open().filter(assignee=giver).update(assignee=None)
    else:
        found.walkers.clear()
        found.stops.open().update(assignee=None)
    found.walkers.add(to)
    audit.record("round.handed_over", found, by=by, before={"from": giver}, after={"to": to})
    _tell_taker(found, to)
    return found


@transaction.atomic
def hand_over_stops(*, round_id: int, stop_ids: Iterable[int], to: User, by: User) -> int:
    """Give single open stops of a round to somebody; return how many."""
    found = locked(round_id)
    _may_take(found, to)
    count: int = found.stops.open().filter(pk__in=list(stop_ids)).update(assignee=to)
    if not count:
        raise Refused(_("None of these stops is open any more. Choose others."))
    audit.record("round.handed_over", found, by=by, after={"to": to, "stops": count})
    _tell_taker(found, to)
    return count


def _may_take(found: Round, to: User) -> None:
    if found.closed_at:
        raise Refused(_("This round is closed: there is nothing left to hand over."))
    if not to.is_active or not may_in(to, Permission.ROUND_WALK, found.community):
        raise Refused(_("%(name)s does not work in this community today. Choose somebody who does.") % {"name": to})


def takers(community: Community) -> "QuerySet[User]":
    """Who may be given a round of this community today."""
    roles = [Role.SECRETARY, Role.WORKER, Role.CADRE, Role.VOLUNTEER]
    live = Membership.objects.live().filter(community=community, role__in=roles)
    return User.objects.filter(is_active=True, pk__in=live.values("user")).order_by("name", "pk")


def tell_late(now: dt.datetime) -> int:
    """Tell walkers and secretaries once of each round that is not closed when it should be."""
    late = list(Round.objects.late(now).filter(due_at__gte=now - TELL_WITHIN).prefetch_related("walkers"))
    leads = secretaries({found.community_id for found in late})
    drafts: list[Message] = [
        draft(user, "round_late", key=f"round_late:{found.pk}", link=_link(found), name=title(found))
        for found in late
        for user in {*found.walkers.all(), *leads.get(found.community_id, [])}
    ]
    send(drafts)
    return len(drafts)


def secretaries(communities: Iterable[int]) -> dict[int, list[User]]:
    """Who answers for each of the communities today."""
    rows = Membership.objects.live().filter(community__in=list(communities), role=Role.SECRETARY, user__is_active=True)
    found: dict[int, list[User]] = {}
    for membership in rows.select_related("user"):
        found.setdefault(membership.community_id, []).append(membership.user)
    return found


def title(found: Round) -> str:
    """What a round is called: follow-ups go by their kind."""
    return found.name or str(kind_of(found.kind).label)


def _tell_taker(found: Round, to: User) -> None:
    send(
        [draft(to, "round_given", key=f"round_given:{found.pk}:{timezone.now():%d%H%M}", link=_link(found), name=title(found))]
    )


def _link(found: Round) -> str:
    return reverse("residents:round_detail", args=[found.pk])
