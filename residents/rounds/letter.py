"""致居民的一封信、告知书: a letter or notice to every home."""

from django.utils.translation import gettext_lazy as _

from residents.rounds.kinds import AT_THE_DOOR, Kind, Outcome
from residents.rounds.whom import homes

KIND = Kind(
    code="letter",
    label=_("Letter or notice"),
    icon="mail",
    visits=homes,
    outcomes=(Outcome("done", _("Handed over")), Outcome("left", _("Left at the door"), "door")),
    reasons=AT_THE_DOOR,
    revisits=True,
    carries=True,
)
