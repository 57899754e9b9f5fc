"""数灯泡、点灯护院: from the yard, which windows are lit; a dark one of a watched home asks for a call this evening."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import Dwelling, Stop
from residents.rounds.kinds import OTHER, Given, Kind, Outcome, Start
from residents.rounds.whom import homes

LIT = Outcome("lit", _("Lit"), "bulb")
DARK = Outcome("dark", _("Dark"), "moon")
AWAY = Outcome("away", _("Known to be away"), "briefcase")


GONE = (Dwelling.State.AWAY, Dwelling.State.VACANT)


def known(stop: Stop) -> str:
    """Nobody is expected where the ledger says that nobody is there."""
    return AWAY.code if stop.dwelling and stop.dwelling.state in GONE else ""


def starts(given: Given) -> Iterable[Start]:
    """Dark, on the watch list, and not known to be away."""
    home = given.stop.dwelling
    if home is None or given.outcome != DARK.code:
        return
    if (home.light_watch or home.watch_level > 0) and home.state not in GONE:
        yield Start("dark", follow_up="wellbeing_call")


KIND = Kind(
    code="light_count",
    label=_("Light count"),
    icon="bulb",
    visits=homes,
    starts=starts,
    outcomes=(LIT, DARK, AWAY),
    reasons=(OTHER,),
    windows=True,
    known=known,
    slots=("20:00",),
)
