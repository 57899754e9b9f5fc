"""What single homes get out of a batch: written down, called, collected or carried, kept, sent back."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import DeliveryBatch, DeliveryDrop, Post
from checkpoints.models.deliveries import OVER, Way
from checkpoints.models.drops import DropState
from checkpoints.services import deliveries
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Building, CareProfile, Dwelling, Errand, ErrandKind, QuarantineCase
from residents.models.errand_states import DONE
from residents.models.quarantine import FOLLOWED
from residents.services import errand_requests, search
from residents.services.errand_homes import STAIRS

MOST_LINES = 500
# 17-3-702 2 王建国 19900000001: the home first, the rest in any order.
PHONE = re.compile(r"^1\d{10}$")
NAMESPACE = uuid.UUID("3a7f0a2e-90c5-5a55-8d0a-6a3b1f6f0d11")


@dataclass(frozen=True)
class Line:
    """One home of a list: as it was written, and how many packages."""

    home: str
    packages: int = 1
    name: str = ""
    phone: str = ""


def lines_in(text: str) -> list[Line]:
    """The homes of a list, one a line, as it came from a group chat: 17-3-702 2 王建国 19900000001."""
    parts = (re.split(r"[\s,\uff0c;\uff1b、]+", line.strip()) for line in text.splitlines())
    return [_line(words) for words in parts if words and words[0]]


def _line(words: Sequence[str]) -> Line:
    packages, name, phone = 1, "", ""
    for word in words[1:]:
        if PHONE.fullmatch(word):
            phone = word
        elif found := re.fullmatch(r"[x×*]?(\d{1,4})[份件袋箱包个]?", word):
            packages = int(found[1])
        elif not name:
            name = word[:40]
    return Line(words[0][:40], packages, name, phone)


@transaction.atomic
def place(*, batch_id: int, lines: Sequence[Line], by: User) -> list[DeliveryDrop]:
    """Say which homes get how many packages; quarantined and mobility-impaired homes are served at the door."""
    if len(lines) > MOST_LINES:
        raise Refused(_("At most %(most)s homes at once.") % {"most": MOST_LINES})
    return _placed(deliveries.locked(batch_id), lines, by=by)


def _placed(batch: DeliveryBatch, lines: Sequence[Line], *, by: User) -> list[DeliveryDrop]:
    if batch.state in OVER:
        raise Refused(_("This delivery has ended already."))
    if any(line.packages < 1 for line in lines):
        raise Refused(_("Each home gets at least one package."))
    homes = _homes(batch, lines)
    special = at_door([home.pk for home in homes.values() if home])
    rows = [_drop(batch, line, homes[line.home], special) for line in lines]
    _grow(batch, sum(line.packages for line in lines))
    made = DeliveryDrop.objects.bulk_create(rows)
    audit.record("delivery.placed", batch, by=by, after={"homes": len(made), "placed": batch.placed})
    return made


def place_all(*, batch_id: int, building: Building, each: int, by: User) -> list[DeliveryDrop]:
    """So many packages for every home of a building where somebody is."""
    homes = Dwelling.objects.filter(entrance__building=building, state__in=[Dwelling.State.AT_HOME, Dwelling.State.LET])
    rows = homes.select_related("entrance__building").in_place_order()
    return place(batch_id=batch_id, lines=[Line(str(home), each) for home in rows], by=by)


@transaction.atomic
def parcel(
    *, key: uuid.UUID, post: Post, line: Line, disinfected: bool = True, by: User, **facts: Any
) -> tuple[DeliveryBatch, DeliveryDrop]:
    """A courier's parcel for one home, in one tap: taken in, counted, disinfected, on the shelf."""
    batch = deliveries.take_in(key=key, post=post, expected=line.packages, by=by, **facts)
    if drop := batch.drops.first():
        return batch, drop
    (drop,) = _placed(batch, [line], by=by)
    batch = deliveries.tally(batch, line.packages, by=by)
    if disinfected:
        batch = deliveries.spray(batch, by=by)
    return batch, drop


@transaction.atomic
def take_off(*, drop_id: int, by: User) -> None:
    """Take a home off the list while nothing was handed to it."""
    batch, drop = _locked(drop_id)
    if drop.state != DropState.PLANNED:
        raise Refused(_("This home was called already. Send the goods back, or keep them."))
    drop.delete()
    _grow(batch, -drop.packages)
    audit.record("delivery.placed", batch, by=by, after={"homes": -1, "placed": batch.placed})


@transaction.atomic
def call(*, drop_id: int, by: User) -> DeliveryDrop:
    """The home was rung up and knows that its goods are free."""
    batch, drop = _locked(drop_id)
    deliveries.refuse_while_standing(batch)
    return _moved(drop, DropState.CALLED, "drop.called", by=by, called_at=timezone.now(), called_by=by)


@transaction.atomic
def hand_out(*, drop_id: int, handed: str, collector: str = "", by: User) -> DeliveryDrop:
    """The home has its goods: collected at the shelf, left at the entrance, or carried to the door."""
    batch, drop = _locked(drop_id)
    if drop.state == DropState.DONE and drop.done_by_id == by.pk:
        return drop
    deliveries.refuse_while_standing(batch)
    if handed != Way.DOOR and drop.dwelling_id and _quarantined([drop.dwelling_id]):
        raise Refused(_("Nobody of this home may come out. Carry it to the door."))
    drop = _moved(
        drop, DropState.DONE, "drop.handed_out", by=by, done_at=timezone.now(), done_by=by, handed=handed,
        collector=collector[:40],
    )  # fmt: skip
    deliveries.finish_if_empty(batch, by=by)
    return drop


@transaction.atomic
def keep(*, drop_id: int, kept_at: str, by: User) -> DeliveryDrop:
    """Nobody answers: the goods stay, and the label says where."""
    batch, drop = _locked(drop_id)
    deliveries.refuse_while_standing(batch)
    if not kept_at.strip():
        raise Refused(_("Say where it is kept."))
    return _moved(drop, DropState.KEPT, "drop.kept", by=by, kept_at=kept_at.strip()[:40])


@transaction.atomic
def end(*, drop_id: int, state: str, reason: str, by: User) -> DeliveryDrop:
    """Send the goods of a home back, or throw them away, and say why."""
    batch, drop = _locked(drop_id)
    if not reason.strip():
        raise Refused(_("Say why."))
    kind = "drop.returned" if state == DropState.RETURNED else "drop.discarded"
    drop = _moved(drop, DropState(state), kind, by=by, end_reason=reason.strip()[:120])
    deliveries.finish_if_empty(batch, by=by)
    return drop


@transaction.atomic
def ask_carrier(*, drop_id: int, by: User) -> DeliveryDrop:
    """Put it to the errands: somebody carries it up. One drop is one errand however often it is pressed."""
    batch, drop = _locked(drop_id)
    if drop.errand_id:
        return drop
    if not drop.is_lying:
        raise Refused(_("This home has its goods already."))
    deliveries.refuse_while_standing(batch)
    kind = ErrandKind.objects.filter(code="parcel", in_use=True).first()
    if kind is None:
        raise Refused(_("There is no errand of the kind parcel. Ask the operator to put it down."))
    errand = errand_requests.ask(
        key=uuid.uuid5(NAMESPACE, str(drop.pk)), place=_place_of(batch, drop), kind=kind,
        what=_("%(packages)s × %(what)s, on the shelf at %(post)s, label %(number)s") % {
            "packages": drop.packages, "what": batch.what, "post": batch.post, "number": batch.number},
        channel=Errand.Channel.GATE, by=by,
    )  # fmt: skip
    drop.errand, drop.way = errand, Way.DOOR
    drop.save(update_fields=["errand", "way"])
    audit.record("drop.carrier_asked", drop, by=by, after={"errand": errand})
    return drop


def due() -> None:
    """What an errand has brought is handed out: looked up, whoever ended the errand."""
    rows = DeliveryDrop.objects.lying().filter(errand__state__in=DONE).select_related("errand__delivered_by")
    for drop in rows[: deliveries.AT_ONCE]:
        try:
            hand_out(drop_id=drop.pk, handed=Way.DOOR, by=drop.errand.delivered_by)
        except Refused:
            # Somebody was quicker.
            continue


def at_door(homes: Iterable[int]) -> set[int]:
    """Which of these homes are served at the door: nobody may leave them, or nobody there can walk the stairs."""
    keys = list(homes)
    weak = CareProfile.objects.live().filter(category__code__in=STAIRS, resident__left_on=None, resident__dwelling__in=keys)
    return _quarantined(keys) | set(weak.values_list("resident__dwelling", flat=True))


def _quarantined(homes: Iterable[int]) -> set[int]:
    return set(QuarantineCase.objects.filter(dwelling__in=homes, state__in=FOLLOWED).values_list("dwelling", flat=True))


def _homes(batch: DeliveryBatch, lines: Sequence[Line]) -> dict[str, Dwelling | None]:
    """The home of the ledger that each written one names; one statement however many lines."""
    asked = {line.home: search.parts_of(batch.post.compound.name, line.home) for line in lines}
    rooms = {said[2] for said in asked.values() if said}
    rows = Dwelling.objects.filter(entrance__building__compound=batch.post.compound_id, room_no__in=rooms)
    known = {
        (home.entrance.building.number, home.entrance.number, home.room_no): home
        for home in rows.select_related("entrance__building")
    }
    return {written: known.get(said) if said else None for written, said in asked.items()}


def _drop(batch: DeliveryBatch, line: Line, home: Dwelling | None, special: set[int]) -> DeliveryDrop:
    door = home is not None and home.pk in special
    return DeliveryDrop(
        batch=batch, dwelling=home, written_home=line.home, written_name=line.name, written_phone=line.phone,
        packages=line.packages, way=Way.DOOR if door else batch.way, is_special=door,
    )  # fmt: skip


def _grow(batch: DeliveryBatch, packages: int) -> None:
    if batch.packages is not None and batch.placed + packages > batch.packages:
        left = batch.packages - batch.placed
        raise Refused(_("Only %(left)s packages are left for homes.") % {"left": left})
    with explained(DeliveryBatch):
        DeliveryBatch.objects.filter(pk=batch.pk).update(placed=F("placed") + packages)
    batch.placed += packages


def _locked(drop_id: int) -> tuple[DeliveryBatch, DeliveryDrop]:
    key = DeliveryDrop.objects.values_list("batch_id", flat=True).get(pk=drop_id)
    batch = deliveries.locked(key)
    drop = DeliveryDrop.objects.filter(pk=drop_id).select_related("dwelling__entrance__building").first()
    if drop is None:
        raise Refused(_("This home was taken off the list."))
    return batch, drop


def _place_of(batch: DeliveryBatch, drop: DeliveryDrop) -> errand_requests.Place:
    community = batch.post.compound.community
    return errand_requests.Place(
        community, drop.dwelling, None, f"{batch.post.compound} {drop.written_home}"[:40], None, drop.written_name,
        drop.written_phone,
    )  # fmt: skip


def _moved(drop: DeliveryDrop, state: str, kind: str, *, by: User, **values: Any) -> DeliveryDrop:
    if not drop.is_lying:
        raise Refused(_("This home has its goods already.") if drop.state == DropState.DONE else _("These goods have gone."))
    before, drop.state = drop.state, state
    for name, value in values.items():
        setattr(drop, name, value)
    with explained(DeliveryDrop):
        drop.save(update_fields=["state", *values])
    audit.record(kind, drop, by=by, before={"state": before}, after={"state": state})
    return drop
