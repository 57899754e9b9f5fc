"""抗原: test kits handed out at the doors, and a positive that somebody shows there."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import AT_THE_DOOR, Given, Kind, Outcome, Question, Start
from residents.rounds.whom import homes

RESULTS = (("", _("not shown")), ("negative", _("negative")), ("positive", _("positive")))


def starts(given: Given) -> Iterable[Start]:
    """A positive result cannot wait for the evening's report."""
    if given.answers.get("result") == "positive":
        yield Start("positive")


KIND = Kind(
    code="antigen",
    label=_("Antigen hand-out"),
    icon="virus",
    visits=homes,
    questions=(
        Question("kits", _("kits"), "number", required=True, least=1, most=99, initial=2),
        Question("result", _("result shown"), "choice", choices=RESULTS),
    ),
    starts=starts,
    outcomes=(Outcome("done", _("Handed out")),),
    reasons=AT_THE_DOOR,
    whom=RoundPlan.Whom.LIVED_IN,
    counts="kits",
    carries=True,
)
