"""The demo's shelf: goods at the east gate in every state, and a parcel or two for single homes."""

import datetime as dt
import uuid
from random import Random

from django.utils import timezone

from checkpoints.models import DeliveryBatch, DeliveryDrop, Post
from checkpoints.models.deliveries import FREE, Care, DeliveryState, Way
from checkpoints.models.drops import DropState
from checkpoints.services import drops
from portal.accounts.models import User
from portal.demo.names import person_name, phone
from residents.models import Dwelling

S, B = DeliveryState, DeliveryBatch.Source
# minutes ago, what, spec, source, care, state, homes, brought by
SHELF = (
    (-90, "肉类团购", "五花肉 2 斤一份", B.GROUP_BUY, Care.FROZEN, S.ORDERED, 12, "保供商超"),
    (6, "爱心蔬菜", "约 8 斤一袋", B.DONATION, Care.ORDINARY, S.ARRIVED, 0, "菜农合作社"),
    (14, "大米", "10 斤一袋", B.GROUP_BUY, Care.ORDINARY, S.DISPUTED, 6, "粮油店"),
    (19, "快递", "", B.PARCEL, Care.ORDINARY, S.CHECKED, 1, "中通"),
    (35, "快递", "", B.PARCEL, Care.ORDINARY, S.HOLDING, 1, "顺丰"),
    (52, "快递", "", B.PARCEL, Care.ORDINARY, S.HOLDING, 1, "京东"),
    (100, "蔬菜包", "约 10 斤一包", B.SUPPLY, Care.ORDINARY, S.HOLDING, 14, "区保供车队"),
    (70, "胰岛素", "冷藏", B.PARCEL, Care.MEDICINE, S.RELEASED, 1, "药房"),
    (140, "牛奶", "12 盒一箱", B.GROUP_BUY, Care.ORDINARY, S.RELEASED, 8, "超市"),
    (190, "面粉", "50 斤一袋", B.GROUP_BUY, Care.ORDINARY, S.SORTED, 5, "粮油店"),
    (230, "蔬菜包", "约 10 斤一包", B.SUPPLY, Care.ORDINARY, S.DROPPING, 10, "区保供车队"),
    (400, "水果", "5 斤一箱", B.GROUP_BUY, Care.ORDINARY, S.FINISHED, 4, "果园"),
    (430, "午餐", "", B.TAKEAWAY, Care.HOT, S.DISCARDED, 1, "骑手"),
    (460, "快递", "", B.PARCEL, Care.ORDINARY, S.RETURNED, 1, "圆通"),
)
COMING = (S.ORDERED, S.ARRIVED, S.DISPUTED, S.CHECKED)


def build(gate: Post, *, taker: User, secretary: User) -> None:
    """Fill the shelf."""
    chance = Random("deliveries")
    homes = list(Dwelling.objects.filter(entrance__building__compound=gate.compound_id).select_related("entrance__building"))
    special = drops.at_door([home.pk for home in homes])
    for minutes, what, spec, source, care, state, count, sender in SHELF:
        came = timezone.now() - dt.timedelta(minutes=minutes)
        batch = DeliveryBatch.objects.create(
            key=uuid.UUID(int=chance.getrandbits(128), version=4), community=gate.compound.community, post=gate, source=source,
            what=what, spec=spec, sender=sender, care=care, state=state, expected=max(count, 30 if not count else 0),
            way=Way.ENTRANCE if count > 1 else Way.SHELF, placed=count, **_facts(state, came, count, taker, secretary),
        )  # fmt: skip
        chosen = chance.sample(homes, min(count, len(homes)))
        DeliveryDrop.objects.bulk_create(
            _drop(batch, home, n, home.pk in special, chance, taker) for n, home in enumerate(chosen)
        )
        DeliveryBatch.objects.filter(pk=batch.pk).update(placed=len(chosen))


def _facts(state: str, came: dt.datetime, count: int, taker: User, secretary: User) -> dict[str, object]:
    """What follows from where a batch stands."""
    facts: dict[str, object] = {}
    if state != S.ORDERED:
        facts |= {"arrived_at": came, "arrived_by": taker}
    if state == S.DISPUTED:
        facts |= {"counted": count - 1, "dispute": "少一袋，已联系店家"}
    if state not in COMING:
        sprayed = came + dt.timedelta(minutes=8)
        facts |= {"disinfected_at": sprayed, "disinfected_by": taker, "release_at": sprayed + dt.timedelta(minutes=120)}
    if state not in (S.ORDERED, S.ARRIVED, S.DISPUTED):
        facts |= {"counted": count, "packages": count}
    if state in (*FREE, S.FINISHED):
        free = came + dt.timedelta(minutes=128)
        facts |= {"released_at": free}
        if free > timezone.now():
            facts |= {"released_at": came + dt.timedelta(minutes=20), "released_by": secretary, "early_reason": "病人急用"}
    if state in (S.FINISHED, S.DISCARDED, S.RETURNED):
        reasons = {S.FINISHED: "", S.DISCARDED: "收件人未取，已变质", S.RETURNED: "地址不属本小区"}
        facts |= {"ended_at": came + dt.timedelta(minutes=200), "end_reason": reasons[DeliveryState(state)]}
    return facts


def _drop(batch: DeliveryBatch, home: Dwelling, n: int, door: bool, chance: Random, taker: User) -> DeliveryDrop:
    drop = DeliveryDrop(
        batch=batch, dwelling=home, written_home=str(home), written_name=person_name(chance),
        written_phone=phone(6000 + chance.randint(0, 900)), way=Way.DOOR if door else batch.way, is_special=door,
    )  # fmt: skip
    now = timezone.now()
    if batch.state == S.FINISHED or (batch.state == S.DROPPING and n < 5):
        drop.state, drop.handed, drop.done_at, drop.done_by = DropState.DONE, drop.way, now - dt.timedelta(minutes=9), taker
    elif batch.state in (S.DISCARDED, S.RETURNED):
        drop.state, drop.end_reason = DropState(batch.state), batch.end_reason
    elif batch.state == S.DROPPING and n == 5:
        drop.state, drop.kept_at = DropState.KEPT, "二层左"
    elif batch.state in FREE and n % 2:
        drop.state = DropState.CALLED
    if drop.state in (DropState.CALLED, DropState.KEPT, DropState.DONE):
        drop.called_at, drop.called_by = now - dt.timedelta(minutes=25), taker
    return drop
