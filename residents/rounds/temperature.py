"""量体温: everybody of the home, at the door; a fever starts an alert at once."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan, Symptom
from residents.rounds.kinds import AT_THE_DOOR, Given, Kind, Outcome, Question, Start
from residents.rounds.whom import people

SYMPTOMS = (("", _("none")), *Symptom.choices)


def starts(given: Given) -> Iterable[Start]:
    """From the limit of the place on it is a fever; a symptom counts without one."""
    temperature = given.answers.get("temperature")
    if temperature is not None and temperature >= given.fever_limit:
        yield Start("fever", f"{temperature} °C")
    if symptom := given.answers.get("symptom"):
        yield Start("symptom", str(dict(SYMPTOMS)[symptom]))


KIND = Kind(
    code="temperature",
    label=_("Temperature round"),
    icon="temperature",
    visits=people,
    questions=(
        Question("temperature", _("temperature"), "temperature", required=True, unit="°C"),
        Question("symptom", _("symptom"), "choice", choices=SYMPTOMS),
    ),
    starts=starts,
    outcomes=(Outcome("done", _("Measured")),),
    reasons=AT_THE_DOOR,
    is_health_check=True,
    whom=RoundPlan.Whom.LIVED_IN,
    slots=("08:00", "16:00"),
)
