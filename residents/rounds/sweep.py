"""摸排: the same questions at every home, not one left out; who did not open is visited again."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import AT_THE_DOOR, Given, Kind, Outcome, Question, Start
from residents.rounds.wellbeing_call import ENOUGH
from residents.rounds.whom import homes


def starts(given: Given) -> Iterable[Start]:
    """A returnee is reported, an ailing or hungry home is called back the same day."""
    if given.answers.get("returnee"):
        yield Start("returnee", given.answers["returnee"])
    if given.answers.get("unwell"):
        yield Start("symptom", given.answers["unwell"], follow_up="wellbeing_call")
    if given.answers.get("food") == "no":
        yield Start("no_food", follow_up="wellbeing_call")
    if given.answers.get("complaint"):
        yield Start("complaint", given.answers["complaint"])


KIND = Kind(
    code="sweep",
    label=_("Sweep"),
    icon="clipboard-check",
    visits=homes,
    questions=(
        Question("people", _("people living in"), "number", most=99),
        Question("returnee", _("who came back, from where")),
        Question("unwell", _("who is unwell, how")),
        Question("food", _("food"), "choice", choices=ENOUGH),
        Question("complaint", _("complaint or request")),
    ),
    starts=starts,
    outcomes=(Outcome("done", _("All is well")),),
    reasons=AT_THE_DOOR,
    whom=RoundPlan.Whom.ALL,
    counts="people",
    revisits=True,
    carries=True,
    sweeps=True,
)
