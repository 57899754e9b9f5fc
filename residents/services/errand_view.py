"""What errands show elsewhere: a layer of a compound's picture, lines of a home's timeline."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib.languages import in_language
from residents.access import Permission
from residents.layers import Layer, Mark
from residents.models import Dwelling, Errand
from residents.models.errand_states import URGENT, WAITING
from residents.timeline import Entry, only_for
from residents.worst import Worst


def _cases() -> dict[str, Q]:
    waits = Q(state__in=WAITING)
    return {"late": waits & Q(promised_by__lt=timezone.now()), "urgent": waits & Q(urgency__in=URGENT), "waiting": waits}


# Of several errands of one home the worst is shown.
WORST = Worst("worst_errand", Errand.objects.open, _cases, rest="in_hand")

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
        WORST.of_homes,
        rest=_("nothing asked"),
        permission=Permission.ERRAND_VIEW,
        of_home=WORST.of_home,
        facts=WORST.facts,
    )
]


@only_for(Permission.ERRAND_VIEW)
def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest errands of this home: asked, taken, done."""
    rows = dwelling.errands.select_related("kind", "assignee", "requested_by", "delivered_by")
    for row in rows.order_by("-requested_at")[:most]:
        address, kind = reverse("residents:errand_detail", args=[row.pk]), in_language(row.kind)
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
