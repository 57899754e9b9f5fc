"""收垃圾: rubbish taken from the doors of people who cannot walk stairs, twice a day; other standing service alike."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import AT_THE_DOOR, Given, Kind, Outcome, Question, Start
from residents.rounds.whom import homes


def starts(given: Given) -> Iterable[Start]:
    """What is asked at the door reaches the secretary at once."""
    if asked := given.answers.get("request"):
        yield Start("complaint", asked)


KIND = Kind(
    code="rubbish",
    label=_("Rubbish and standing service"),
    icon="trash",
    visits=homes,
    questions=(
        Question("bags", _("bags"), "number", least=0, most=50),
        Question("request", _("asked for at the door")),
    ),
    starts=starts,
    outcomes=(Outcome("done", _("Collected")),),
    reasons=AT_THE_DOOR,
    whom=RoundPlan.Whom.CARE,
    categories=("mobility",),
    slots=("08:00", "13:00"),
    carries=True,
)
