"""What rounds show on a compound's picture: when somebody last met the home, and which windows are lit tonight."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.layers import Layer, Mark
from residents.models import Stop
from residents.models.households import DwellingQuerySet

SEEN = ("lit", "dark", "away")
LIGHTS = Q(round__kind="light_count")


def last_met(homes: DwellingQuerySet) -> Mapping[int, str]:
    """How long ago a round met somebody of the home; a lit window is no meeting."""
    stops = Stop.objects.filter(~LIGHTS, dwelling__in=homes, state=Stop.State.DONE)
    today = timezone.localdate()
    newest = stops.values_list("dwelling").annotate(last=Max("done_at")).order_by()
    return {pk: _age((today - timezone.localdate(last)).days) for pk, last in newest}


def _age(days: int) -> str:
    return "today" if days < 1 else "days" if days < 3 else "week" if days < 8 else "long"


def lights(homes: DwellingQuerySet) -> Mapping[int, str]:
    """What was seen of the windows in the last eighteen hours; the newest count of a window stands."""
    rows = Stop.objects.filter(LIGHTS, dwelling__in=homes, done_at__gte=_since(), outcome__in=SEEN).order_by("done_at")
    return dict(rows.values_list("dwelling", "outcome"))


def _since() -> dt.datetime:
    return timezone.now() - dt.timedelta(hours=18)


def _facts() -> dict[str, Any]:
    """Both answers for one home, as columns of its row."""
    here = Stop.objects.filter(dwelling=OuterRef("pk")).order_by("-done_at")
    met = here.filter(~LIGHTS, state=Stop.State.DONE)
    seen = here.filter(LIGHTS, done_at__gte=_since(), outcome__in=SEEN)
    return {"met_at": Subquery(met.values("done_at")[:1]), "light_seen": Subquery(seen.values("outcome")[:1])}


def _met(home: Any, people: Sequence[Any]) -> str:
    return _age((timezone.localdate() - timezone.localdate(home.met_at)).days) if home.met_at else ""


def _light(home: Any, people: Sequence[Any]) -> str:
    return home.light_seen or ""


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
        of_home=_met,
        facts=_facts,
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
        of_home=_light,
        facts=_facts,
    ),
]
