"""What errands show elsewhere: a layer of a compound's picture, lines of a home's timeline."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from residents.access import Permission
from residents.layers import Layer, Mark
from residents.models import Dwelling, Errand
from residents.models.errands import URGENT, WAITING
from residents.models.households import DwellingQuerySet
from residents.timeline import Entry, only_for

# Of several errands of one home the worst is shown.
WORST = ("in_hand", "waiting", "urgent", "late")


def open_errands(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Which homes wait for something, the worst of each."""
    now = timezone.now()
    found: dict[int, str] = {}
    rows = Errand.objects.open().filter(dwelling__in=homes).values_list("dwelling", "state", "urgency", "promised_by")
    for pk, state, urgency, promised_by in rows:
        mark = "in_hand" if state not in WAITING else "late" if promised_by < now else "waiting"
        if mark == "waiting" and urgency in URGENT:
            mark = "urgent"
        found[pk] = max(mark, found.get(pk, "in_hand"), key=WORST.index)
    return found


def _facts() -> dict[str, Any]:
    """The worst of one home as a column of its row."""
    now = timezone.now()
    waits = Q(state__in=WAITING)
    rank = Case(
        When(waits & Q(promised_by__lt=now), then=Value(WORST.index("late"))),
        When(waits & Q(urgency__in=URGENT), then=Value(WORST.index("urgent"))),
        When(waits, then=Value(WORST.index("waiting"))),
        default=Value(WORST.index("in_hand")),
        output_field=IntegerField(),
    )
    rows = Errand.objects.open().filter(dwelling=OuterRef("pk")).annotate(rank=rank).order_by("-rank")
    return {"worst_errand": Subquery(rows.values("rank")[:1])}


def _worst(home: Any, people: Sequence[Any]) -> str:
    return "" if home.worst_errand is None else WORST[home.worst_errand]


LAYERS = [
    Layer(
        "errands",
        _("Open errands"),
        (
            Mark("late", "!", _("waits longer than promised"), "bad"),
            Mark("urgent", pgettext_lazy("sign", "U"), _("urgent, waits"), "bad"),
            Mark("waiting", pgettext_lazy("sign", "W"), _("waits"), "warn"),
            Mark("in_hand", pgettext_lazy("sign", "H"), _("somebody has it"), "info"),
        ),
        open_errands,
        rest=_("nothing asked"),
        permission=Permission.ERRAND_VIEW,
        of_home=_worst,
        facts=_facts,
    )
]


@only_for(Permission.ERRAND_VIEW)
def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest errands of this home: asked, taken, done."""
    rows = dwelling.errands.select_related("kind", "assignee", "requested_by", "delivered_by")
    for row in rows.order_by("-requested_at")[:most]:
        address, kind = reverse("residents:errand_detail", args=[row.pk]), row.kind.name
        yield Entry(
            at=row.requested_at,
            what=gettext("Errand asked: %(kind)s") % {"kind": kind},
            who=str(row.requested_by or gettext("the resident")),
            name=row.name,
            note=row.get_state_display(),
            icon="shopping-bag",
            address=address,
        )
        if row.delivered_at:
            yield Entry(
                at=row.delivered_at,
                what=gettext("Errand done: %(kind)s") % {"kind": kind},
                who=str(row.delivered_by),
                note=row.get_outcome_display(),
                icon="circle-check",
                address=address,
            )
