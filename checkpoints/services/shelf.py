"""What lies at the gates: for the list, for a home's page, for the picture of a compound."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from checkpoints.models import DeliveryBatch, DeliveryDrop, Post
from checkpoints.models.deliveries import COMING, FREE, ON_SHELF, OVER, DeliveryState
from checkpoints.models.drops import LYING
from residents.layers import Layer, Mark
from residents.models import Dwelling
from residents.models.households import DwellingQuerySet
from residents.services import search
from residents.timeline import Entry

VIEWS = ("shelf", "todo", "standing", "free", "disputed", "expected", "ended")
ORDERS = ("home", "walk", "batch")
S = DeliveryState


def _of(view: str, now: dt.datetime) -> Q:
    """The rows of one pill."""
    standing = Q(state=S.HOLDING, release_at__gt=now)
    return {
        "shelf": Q(state__in=ON_SHELF),
        "todo": Q(state__in=[S.ARRIVED, S.CHECKED]),
        "standing": standing,
        "free": Q(state__in=FREE) | Q(state=S.HOLDING, release_at__lte=now),
        "disputed": Q(state=S.DISPUTED),
        "expected": Q(state=S.ORDERED),
        "ended": Q(state__in=OVER),
    }[view]


def chosen(rows: Any, view: str, now: dt.datetime) -> Any:
    """The batches of one pill, what is free first, then by the clock; each with the homes that still wait."""
    waiting = DeliveryDrop.objects.lying().select_related("dwelling__entrance__building")
    rows = rows.filter(_of(view, now)).with_places()
    rows = rows.annotate(homes=Count("drops"), waiting=Count("drops", filter=Q(drops__state__in=LYING)))
    order = ("-ended_at", "-pk") if view == "ended" else ("release_at", "pk")
    return rows.prefetch_related(Prefetch("drops", waiting, to_attr="open_drops")).order_by(*order)


def counts(rows: Any, now: dt.datetime) -> dict[str, int]:
    """How many each pill holds, in one statement; what has ended is not counted, it only grows."""
    views = [view for view in VIEWS if view != "ended"]
    found: dict[str, int] = rows.order_by().aggregate(**{view: Count("pk", filter=_of(view, now)) for view in views})
    return found


def searched(rows: Any, text: str) -> Any:
    """Batches with goods of a home, a name, or the last digits of a phone; or with a number."""
    text = search.UNREADABLE.sub("", text)[:40].strip()
    if not text:
        return rows
    drops = DeliveryDrop.objects.filter(batch=OuterRef("pk"))
    if (said := search.parts(text)) is not None:
        building, entrance, room = said
        of = {"dwelling__entrance__building__number": building, "dwelling__entrance__number": entrance}
        mine = Q(dwelling__room_no=room, **of) | Q(written_home=text)
    elif text.isdecimal() and len(text) >= 4:
        mine = Q(written_phone__endswith=text) | Q(written_home__contains=text)
    else:
        mine = Q(written_name__contains=text) | Q(written_home__contains=text)
    return rows.filter(Exists(drops.filter(mine)) | Q(what__contains=text))


def ordered(drops: Any, order: str) -> Any:
    """The homes in one of the three orders of a sheet."""
    if order == "walk":
        return drops.in_walking_order()
    return drops.in_batch_order() if order == "batch" else drops.in_home_order()


def at_gate(post: Post) -> dict[str, Any]:
    """What a hand-over says of the shelf: packages and homes waiting, batches that stand, and the last clock."""
    now = timezone.now()
    rows = DeliveryBatch.objects.filter(post=post)
    drops = DeliveryDrop.objects.lying().filter(batch__post=post, batch__state__in=ON_SHELF)
    standing = rows.filter(_of("standing", now)).order_by("release_at").values_list("release_at", flat=True)
    times = [timezone.localtime(at).strftime("%H:%M") for at in standing]
    found: dict[str, Any] = rows.aggregate(
        batches=Count("pk", filter=Q(state__in=ON_SHELF)), disputed=Count("pk", filter=Q(state=S.DISPUTED))
    )
    return {**found, "homes": drops.count(), "standing": times}


# On the picture of a compound.


def goods(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Which homes have goods at the gate, what is free first."""
    now = timezone.now()
    rows = DeliveryDrop.objects.lying().filter(dwelling__in=homes).exclude(batch__state__in=[S.ORDERED, *OVER])
    found: dict[int, str] = {}
    for pk, state, release_at, kept in rows.values_list("dwelling", "batch__state", "batch__release_at", "kept_at"):
        free = state in FREE or (state == S.HOLDING and release_at <= now)
        mark = "kept" if kept else "free" if free else "standing"
        found[pk] = max(mark, found.get(pk, "standing"), key=("standing", "free", "kept").index)
    return found


LAYERS = [
    Layer(
        "deliveries",
        _("Goods at the gate"),
        (
            Mark("kept", pgettext_lazy("sign", "K"), _("called, nobody answers"), "bad"),
            Mark("free", pgettext_lazy("sign", "G"), _("goods to collect"), "warn"),
            Mark("standing", pgettext_lazy("sign", "T"), _("goods still stand"), "info"),
        ),
        goods,
        rest=_("nothing at the gate"),
    )
]


def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest goods of this home: at the gate, handed out."""
    rows = DeliveryDrop.objects.filter(dwelling=dwelling).exclude(batch__state__in=COMING[:1])
    for row in rows.select_related("batch__post", "batch__arrived_by", "done_by").order_by("-id")[:most]:
        address, facts = reverse("checkpoints:delivery_detail", args=[row.batch_id]), {"what": row.batch.what}
        if row.batch.arrived_at:
            yield Entry(
                at=row.batch.arrived_at, what=gettext("Goods at the gate: %(what)s") % facts, who=str(row.batch.arrived_by),
                name=row.written_name, note=row.get_state_display(), icon="package", address=address,
            )  # fmt: skip
        if row.done_at:
            yield Entry(
                at=row.done_at, what=gettext("Goods handed out: %(what)s") % facts, who=str(row.done_by),
                name=row.collector, note=row.get_handed_display(), icon="circle-check", address=address,
            )  # fmt: skip
