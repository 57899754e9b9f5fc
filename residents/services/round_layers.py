"""What rounds show on a compound's picture: when somebody last met the home, and which windows are lit tonight."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.layers import Layer, Mark
from residents.models import Stop
from residents.models.households import DwellingQuerySet


def last_met(homes: DwellingQuerySet) -> Mapping[int, str]:
    """How long ago a round met somebody of the home; a lit window is no meeting."""
    stops = Stop.objects.filter(dwelling__in=homes, state=Stop.State.DONE).exclude(round__kind="light_count")
    today = timezone.localdate()
    newest = stops.values_list("dwelling").annotate(last=Max("done_at")).order_by()
    return {pk: _age((today - timezone.localdate(last)).days) for pk, last in newest}


def _age(days: int) -> str:
    return "today" if days < 1 else "days" if days < 3 else "week" if days < 8 else "long"


def lights(homes: DwellingQuerySet) -> Mapping[int, str]:
    """What was seen of the windows in the last eighteen hours; the newest count of a window stands."""
    since = timezone.now() - dt.timedelta(hours=18)
    rows = Stop.objects.filter(dwelling__in=homes, round__kind="light_count", done_at__gte=since).order_by("done_at")
    return {pk: outcome for pk, outcome in rows.values_list("dwelling", "outcome") if outcome in ("lit", "dark", "away")}


LAYERS = [
    Layer(
        "last_met",
        _("Last contacted"),
        (
            Mark("today", "0", _("today"), "ok"),
            Mark("days", "2", _("within two days"), "quiet"),
            Mark("week", "7", _("within a week"), "warn"),
            Mark("long", "!", _("longer ago"), "bad"),
        ),
        last_met,
        rest=_("never, by a round"),
    ),
    Layer(
        "lights",
        _("Lights tonight"),
        (
            Mark("lit", pgettext_lazy("sign", "lit"), _("Lit"), "ok"),
            Mark("dark", pgettext_lazy("sign", "dark"), _("Dark"), "bad"),
            Mark("away", pgettext_lazy("sign", "A"), _("Known to be away"), "info"),
        ),
        lights,
        rest=_("not counted yet"),
    ),
]
