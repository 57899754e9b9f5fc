"""电话摸排: everybody rung up one by one and asked the same; who was not reached is rung again."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import RoundPlan
from residents.rounds.kinds import MOVED_OUT, OTHER, REFUSED, Given, Kind, Outcome, Question, Start
from residents.rounds.sweep import starts as of_a_sweep
from residents.rounds.wellbeing_call import ENOUGH, UNREACHED
from residents.rounds.whom import people

WHERE = (("", _("not asked")), ("here", _("at home")), ("town", _("elsewhere in the city")), ("away", _("out of the city")))


def starts(given: Given) -> Iterable[Start]:
    """What a sweep starts; and who has met somebody infected is looked after before anything else."""
    if contact := given.answers.get("contact"):
        yield Start("exposed", contact)
    yield from of_a_sweep(given)


KIND = Kind(
    code="phone_sweep",
    label=_("Sweep by phone"),
    icon="phone-call",
    visits=people,
    questions=(
        Question("where", _("where they are now"), "choice", choices=WHERE),
        Question("returnee", _("who came back, from where")),
        Question("contact", _("met somebody infected? where, when")),
        Question("unwell", _("who is unwell, how")),
        Question("food", _("food"), "choice", choices=ENOUGH),
        Question("complaint", _("complaint or request")),
    ),
    starts=starts,
    outcomes=(Outcome("done", pgettext_lazy("phone", "Answered, all is well")),),
    reasons=(UNREACHED, Outcome("wrong_number", _("Wrong number"), "x", excused=True), REFUSED, MOVED_OUT, OTHER),
    whom=RoundPlan.Whom.LIVED_IN,
    by_phone=True,
    revisits=True,
    sweeps=True,
    slots=("09:00",),
)
