"""The way of goods through a gate: taken in, counted, disinfected, standing, free, handed out. Homes are in drops.

Every service locks the batch before it looks; drops are only touched under the lock of their batch.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import DeliveryBatch, Post
from checkpoints.models.deliveries import COMING, EARLY, FREE, OVER, DeliveryState
from checkpoints.models.drops import LYING, DropState
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.services.policies import duty_policy

State = DeliveryState
# One minute's task frees so many; the next takes the rest.
AT_ONCE = 500


def locked(batch_id: int) -> DeliveryBatch:
    """The batch, locked, and freed where its time is over: two people stand at one shelf."""
    rows = DeliveryBatch.objects.select_for_update(of=("self",), no_key=True)
    batch: DeliveryBatch = rows.select_related("post__compound__community__subdistrict").get(pk=batch_id)
    if batch.state == State.HOLDING and batch.is_due:
        _free(batch, timezone.now(), by=None)
    return batch


@transaction.atomic
def take_in(
    *, key: uuid.UUID, post: Post, expected: int | None = None, arrived: bool = True, by: User, **facts: Any
) -> DeliveryBatch:
    """Write down what stands at the gate, or is on its way; the same key again finds the first.

    `facts` are what, spec, sender, source, care, way.
    """
    # One after the other at a gate: the second of two taps must see the first.
    Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post.pk)
    if stored := DeliveryBatch.objects.filter(key=key, community=post.compound.community_id).first():
        return stored
    now = timezone.now()
    with explained(DeliveryBatch):
        batch = DeliveryBatch.objects.create(
            key=key, community=post.compound.community, post=post, expected=expected,
            state=State.ARRIVED if arrived else State.ORDERED,
            arrived_at=now if arrived else None, arrived_by=by if arrived else None, **facts,
        )  # fmt: skip
    kind = "delivery.arrived" if arrived else "delivery.expected"
    audit.record(kind, batch, by=by, after={"source": batch.source, "expected": expected})
    return batch


@transaction.atomic
def arrive(*, batch_id: int, by: User) -> DeliveryBatch:
    """What was expected has come."""
    batch = locked(batch_id)
    _only(batch, State.ORDERED, _("This delivery has come already."))
    return _moved(batch, State.ARRIVED, "delivery.arrived", by=by, arrived_at=timezone.now(), arrived_by=by)


@transaction.atomic
def count(*, batch_id: int, counted: int, wrong: str = "", by: User) -> DeliveryBatch:
    """Count what came: as announced it goes on, short or wrong it waits until somebody has settled it."""
    return tally(locked(batch_id), counted, wrong=wrong, by=by)


def tally(batch: DeliveryBatch, counted: int, *, wrong: str = "", by: User) -> DeliveryBatch:
    """count() for a batch that is locked already."""
    _only(batch, State.ARRIVED, _("This delivery was counted already."))
    short = batch.expected is not None and counted != batch.expected
    if short or wrong or counted < batch.placed or not counted:
        why = wrong or _("%(counted)s counted, %(expected)s expected") % {
            "counted": counted, "expected": batch.expected if short else batch.placed}  # fmt: skip
        return _moved(batch, State.DISPUTED, "delivery.disputed", by=by, counted=counted, dispute=why[:120])
    return _moved(batch, State.CHECKED, "delivery.counted", by=by, counted=counted, packages=counted)


@transaction.atomic
def settle(*, batch_id: int, packages: int, note: str, by: User) -> DeliveryBatch:
    """Say how many packages there really are after asking the sender; homes cannot get more than that."""
    batch = locked(batch_id)
    _only(batch, State.DISPUTED, _("Nothing is open about this delivery."))
    if packages < batch.placed:
        why = _("%(placed)s packages go to homes. Take some off the list first, or settle it with more.")
        raise Refused(why % {"placed": batch.placed})
    dispute = f"{batch.dispute}; {note}"[:120]
    return _moved(batch, State.CHECKED, "delivery.settled", by=by, packages=packages, dispute=dispute)


@transaction.atomic
def disinfect(*, batch_id: int, by: User) -> DeliveryBatch:
    """The goods were sprayed: from now on they stand for the minutes of the day's policy."""
    return spray(locked(batch_id), by=by)


def spray(batch: DeliveryBatch, *, by: User) -> DeliveryBatch:
    """disinfect() for a batch that is locked already."""
    _only(batch, State.CHECKED, _("Count it first; what was disinfected stands already."))
    now = timezone.now()
    minutes = duty_policy(batch.post.compound.community, timezone.localdate(now)).hold_minutes
    return _moved(
        batch, State.HOLDING, "delivery.disinfected", by=by, disinfected_at=now, disinfected_by=by, hold_minutes=minutes,
        release_at=now + dt.timedelta(minutes=minutes),
    )  # fmt: skip


@transaction.atomic
def free_early(*, batch_id: int, reason: str, by: User) -> DeliveryBatch:
    """Let medicine or frozen goods go before their time; the reason stays on record."""
    batch = locked(batch_id)
    if batch.state in FREE:
        raise Refused(_("These goods are free already."))
    _only(batch, State.HOLDING, _("Disinfect it first."))
    if batch.care not in EARLY:
        raise Refused(_("Only medicine and frozen goods go before their time. Wait until the clock has run down."))
    if not reason.strip():
        raise Refused(_("Write why it cannot wait."))
    batch.early_reason = reason.strip()[:120]
    _free(batch, timezone.now(), by=by)
    return batch


@transaction.atomic
def sort(*, batch_id: int, by: User) -> DeliveryBatch:
    """The packages lie by building: the labels are on."""
    batch = locked(batch_id)
    refuse_while_standing(batch)
    _only(batch, State.RELEASED, _("This delivery was sorted already."))
    return _moved(batch, State.SORTED, "delivery.sorted", by=by)


@transaction.atomic
def end(*, batch_id: int, state: str, reason: str, by: User) -> DeliveryBatch:
    """Send back or throw away all that is left, and say why."""
    batch = locked(batch_id)
    if batch.state in OVER:
        raise Refused(_("This delivery has ended already."))
    if not reason.strip():
        raise Refused(_("Say why."))
    rest = batch.drops.filter(state__in=LYING)
    rest.update(state=DropState.RETURNED if state == State.RETURNED else DropState.DISCARDED, end_reason=reason[:120])
    kind = "delivery.returned" if state == State.RETURNED else "delivery.discarded"
    return _moved(batch, State(state), kind, by=by, ended_at=timezone.now(), end_reason=reason[:120])


def refuse_while_standing(batch: DeliveryBatch) -> None:
    """Nobody hands out what was not counted, disinfected and left standing."""
    if batch.state in FREE:
        return
    if batch.state == State.HOLDING and batch.release_at:
        until = timezone.localtime(batch.release_at).strftime("%H:%M")
        raise Refused(_("The goods stand until %(time)s. Medicine and frozen goods: ask the lead.") % {"time": until})
    if batch.state in OVER:
        raise Refused(_("This delivery has ended already."))
    raise Refused(_("Count and disinfect it first."))


def finish_if_empty(batch: DeliveryBatch, *, by: User | None) -> None:
    """Close a batch when every package has found its home."""
    if batch.state not in FREE:
        return
    lying = batch.drops.filter(state__in=LYING).exists()
    if batch.left or lying:
        if batch.state != State.DROPPING:
            batch.state = State.DROPPING
            batch.save(update_fields=["state"])
        return
    _moved(batch, State.FINISHED, "delivery.finished", by=by, ended_at=timezone.now())


def due() -> None:
    """Free what has stood long enough; a page that is asked before does the same."""
    keys = DeliveryBatch.objects.due(timezone.now()).order_by("release_at").values_list("pk", flat=True)[:AT_ONCE]
    for key in list(keys):
        with transaction.atomic():
            locked(key)


def _free(batch: DeliveryBatch, now: dt.datetime, *, by: User | None) -> None:
    _moved(batch, State.RELEASED, "delivery.freed", by=by, released_at=now, released_by=by, early_reason=batch.early_reason)


def _only(batch: DeliveryBatch, state: str, otherwise: str) -> None:
    if batch.state == state:
        return
    if batch.state in OVER:
        raise Refused(_("This delivery has ended already."))
    if batch.state in COMING and state not in COMING:
        raise Refused(_("Count and disinfect it first."))
    raise Refused(otherwise)


def _moved(batch: DeliveryBatch, state: str, kind: str, *, by: User | None, **values: Any) -> DeliveryBatch:
    before, batch.state = batch.state, state
    for name, value in values.items():
        setattr(batch, name, value)
    with explained(DeliveryBatch):
        batch.save(update_fields=["state", *values])
    audit.record(kind, batch, by=by, before={"state": before}, after={"state": state, **_told(values)})
    return batch


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in {"counted", "packages", "hold_minutes", "release_at"}}
