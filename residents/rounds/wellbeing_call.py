"""唠嗑、关爱电话: a friendly call that asks how somebody is; also what other findings start."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import MOVED_OUT, NOT_NEEDED, OTHER, REFUSED, Given, Kind, Outcome, Question, Start
from residents.rounds.whom import homes

ENOUGH = (("", _("not asked")), ("yes", _("enough")), ("no", _("not enough")))
MOODS = (("", _("not asked")), ("good", _("good")), ("low", _("low")))
UNREACHED = Outcome("no_answer", _("Cannot be reached"), "x", excused=True)


def starts(given: Given) -> Iterable[Start]:
    """Nobody is left alone with an empty shelf, and nobody who does not answer is forgotten."""
    if given.outcome == UNREACHED.code:
        yield Start("unreached", given.answers.get("wish", ""))
    if given.answers.get("food") == "no":
        yield Start("no_food", given.answers.get("wish", ""))
    if given.answers.get("medicine") == "no":
        yield Start("medicine", given.answers.get("wish", ""))
    if given.answers.get("unwell"):
        yield Start("symptom", given.answers["unwell"])


KIND = Kind(
    code="wellbeing_call",
    label=_("Wellbeing call"),
    icon="phone",
    visits=homes,
    questions=(
        Question("food", _("food"), "choice", choices=ENOUGH),
        Question("medicine", _("medicine"), "choice", choices=ENOUGH),
        Question("mood", _("mood"), "choice", choices=MOODS),
        Question("unwell", _("unwell? what?")),
        Question("wish", _("what they ask for")),
    ),
    starts=starts,
    outcomes=(Outcome("done", _("All is well")),),
    reasons=(UNREACHED, REFUSED, NOT_NEEDED, MOVED_OUT, OTHER),
    whom=RoundPlan.Whom.CARE,
    by_phone=True,
    slots=("10:00",),
)
