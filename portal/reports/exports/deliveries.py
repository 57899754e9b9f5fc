"""The delivery sheet (物资配送派送单): every home's goods of the days asked for, by building, entrance and room."""

from collections.abc import Iterator, Sequence
from typing import Any

from checkpoints.models import DeliveryDrop
from checkpoints.models.deliveries import Way
from checkpoints.models.drops import DropState
from portal.lib import masks
from portal.lib.dates import day_bounds

CHUNK = 2000
WAYS = {Way.SHELF: "货架自取", Way.ENTRANCE: "单元门口", Way.DOOR: "上门"}
STATES = {DropState.KEPT: "无人接，暂存", DropState.RETURNED: "已退回", DropState.DISCARDED: "已丢弃"}


def drops_of(asked: Any) -> Any:
    """The goods that came on these days."""
    first, after = day_bounds(asked.first)[0], day_bounds(asked.last)[1]
    rows = DeliveryDrop.objects.within(asked.communities)
    return rows.filter(batch__arrived_at__gte=first, batch__arrived_at__lt=after)


def delivery_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """One line a home; names and phones are masked unless they were asked for in full."""
    rows = drops_of(asked).select_related("batch", "dwelling__entrance__building").in_home_order()
    for number, row in enumerate(rows.iterator(CHUNK), 1):
        yield _row(number, row, asked)


def _row(number: int, row: DeliveryDrop, asked: Any) -> Sequence[Any]:
    batch, home = row.batch, row.dwelling
    building, entrance, room = (
        (home.entrance.building.number, home.entrance.number, home.room_no) if home else ("", "", row.written_home)
    )
    name = row.written_name if asked.full else masks.name(row.written_name)
    collector = row.collector if asked.full else masks.name(row.collector)
    note = " ".join(filter(None, [STATES.get(DropState(row.state), ""), row.kept_at, row.end_reason]))
    return (
        number, batch.number, batch.arrived_at, batch.disinfected_at, batch.release_at, building, entrance, room, name,
        asked.phone(row.written_phone), batch.what, batch.spec, row.packages, row.packages, WAYS[Way(row.handed or row.way)],
        row.done_at, collector, "是" if row.is_special else "", note,
    )  # fmt: skip
