"""送菜上门: every day the same things to the doors nobody may leave, put down and not handed over."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import NOT_NEEDED, OTHER, Given, Kind, Outcome, Question, Start
from residents.rounds.whom import homes


def starts(given: Given) -> Iterable[Start]:
    """Whoever asks for something else is not made to wait for tomorrow's bag."""
    if wish := given.answers.get("wish"):
        yield Start("complaint", wish)


KIND = Kind(
    code="vegetables",
    label=_("Vegetables to the door"),
    icon="shopping-bag",
    visits=homes,
    questions=(Question("bags", _("bags"), "number", most=50), Question("wish", _("asked for besides"))),
    starts=starts,
    outcomes=(Outcome("done", _("Left at the door")),),
    reasons=(NOT_NEEDED, Outcome("not_there", _("Nothing came to hand out"), "x", excused=True), OTHER),
    whom=RoundPlan.Whom.QUARANTINE,
    counts="bags",
    carries=True,
    slots=("10:00",),
)
