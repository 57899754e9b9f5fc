"""An errand that goes along with a round: whoever walks past the door anyhow does it there.

Whatever concerns both locks the round first, then the errand.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import tell
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from portal.lib.languages import in_language_lazy
from residents.models import Errand, ErrandState, Outcome, Round, Stop
from residents.models.errand_states import WAITING
from residents.rounds import KINDS
from residents.services import errand_states, errands, rounds

State = ErrandState
CARRYING = [code for code, kind in KINDS.items() if kind.carries]


def open_for(errand: Errand) -> "QuerySet[Round]":
    """The open rounds that still come by: to this home, or to another of its building."""
    if errand.dwelling is None:
        return Round.objects.none()
    near = Stop.objects.open().filter(round=OuterRef("pk"), dwelling__entrance__building=errand.dwelling.entrance.building_id)
    rows = Round.objects.open().filter(Exists(near), community=errand.community_id, kind__in=CARRYING)
    return rows.order_by("due_at", "id")


@transaction.atomic
def join(*, errand_id: int, round_id: int, by: User) -> Errand:
    """Let a round do it. The home gets a stop there if it has none."""
    found = rounds.locked(round_id)
    errand = errand_states.locked(errand_id)
    if errand.state == State.MERGED and errand.merged_round_id == found.pk:
        return errand
    errand_states.expect(errand, *WAITING)
    if not open_for(errand).filter(pk=found.pk).exists():
        raise Refused(_("This round is over, or does not come by there. Choose another."))
    _stop_for(found, errand)
    errand.merged_round = found
    return errand_states.end(errand, State.MERGED, str(rounds.title(found)), by, "errand.merged")


def _stop_for(found: Round, errand: Errand) -> None:
    here = found.stops.filter(dwelling=errand.dwelling)
    if here.filter(state=Stop.State.OPEN).exists():
        return
    if here.filter(resident=None, finding=None).exists():
        raise Refused(_("This round has been at the home already. Choose another."))
    last = found.stops.aggregate(last=Max("position"))["last"] or 0
    with explained(Stop):
        Stop.objects.create(round=found, position=last + 1, dwelling=errand.dwelling)


@transaction.atomic
def leave(*, errand_id: int, by: User) -> Errand:
    """Take it out of the round again: it waits for somebody of its own."""
    errand = errand_states.locked(errand_id)
    if errand.merged_round_id is None:
        raise Refused(_("This errand goes with no round."))
    errand_states.expect(errand, State.MERGED)
    return _waits(errand, by, "errand.reopened")


@transaction.atomic
def withdraw(*, errand_id: int, reason: str) -> Errand:
    """The resident does not need it any more, whether it goes along with a round or not; who walks it is told."""
    errand = errand_states.locked(errand_id)
    if errand.merged_round_id is None:
        return errands.cancel(errand_id=errand_id, reason=reason, by=None)
    errand_states.expect(errand, State.MERGED)
    facts: dict[str, Any] = {"errand": errand.pk, "label": in_language_lazy(errand.kind)}
    walking = Stop.objects.open().filter(round=errand.merged_round_id).values("assignee")
    for walker in User.objects.filter(pk__in=walking):
        tell(walker, "errand_cancelled", key=f"errand_cancelled-{errand.pk}", **facts)
    errand.merged_round = None
    return errand_states.end(errand, State.CANCELLED, reason, None, "errand.cancelled")


def waiting_at(stop: Stop) -> "QuerySet[Errand]":
    """What a round brings along to this door."""
    rows = Errand.objects.filter(state=State.MERGED, merged_round=stop.round_id, dwelling=stop.dwelling_id)
    return rows.exclude(dwelling=None).select_related("kind").prefetch_related("lines").order_by("id")


def after(stop: Stop, *, by: User) -> None:
    """The stop has ended: what it brought along is done with it, or waits again. Its round is locked."""
    for errand in waiting_at(stop):
        locked = errand_states.locked(errand.pk)
        if locked.state != State.MERGED:
            continue
        if stop.state == Stop.State.DONE:
            _done(locked, by)
        else:
            locked.notes.create(text=_("The round did not get it done."), by=by)
            _waits(locked, by, "errand.failed")


def undone(stop: Stop, *, by: User) -> None:
    """The stop is taken back: what was done at it is not done after all."""
    rows = Errand.objects.filter(state=State.DELIVERED, merged_round=stop.round_id, dwelling=stop.dwelling_id)
    for errand in rows.filter(delivered_at__gte=stop.done_at):
        locked = errand_states.locked(errand.pk)
        locked.assignee = locked.accepted_at = locked.accepted_by = locked.delivered_at = locked.delivered_by = None
        locked.outcome = ""
        fields = ["assignee", "accepted_at", "accepted_by", "delivered_at", "delivered_by"]
        errand_states.end(locked, State.MERGED, locked.end_reason, by, "errand.merged", fields=fields)


def _done(errand: Errand, by: User) -> None:
    now = timezone.now()
    errand.assignee, errand.accepted_by, errand.accepted_at = by, by, now
    errand.first_accepted_at = errand.first_accepted_at or now
    errand.delivered_by, errand.delivered_at, errand.outcome = by, now, Outcome.HANDED
    before, errand.state, errand.ended_at = {"state": errand.state}, State.DELIVERED, None
    fields = ["state", "assignee", "accepted_by", "accepted_at", "first_accepted_at", "delivered_by", "delivered_at",
              "outcome", "ended_at"]  # fmt: skip
    errand.save(update_fields=fields)
    audit.record("errand.delivered", errand, by=by, before=before, after={"state": errand.state, "assignee": by.pk})


def _waits(errand: Errand, by: User, kind: str) -> Errand:
    errand.merged_round, errand.ended_at, errand.end_reason = None, None, ""
    return errand_states.waits(errand, State.REQUESTED, by, kind)
