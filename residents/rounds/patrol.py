"""巡逻: fixed points of a route, at least twice a day; what is found is written, who is gathered is talked to."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import OTHER, Given, Kind, Outcome, Question, Start
from residents.rounds.whom import places

SEEN = (
    ("", _("nothing")),
    ("gathering", _("gathering")),
    ("strolling", _("strolling")),
    ("dog_walking", _("dog walking")),
    ("no_mask", _("no mask")),
    ("fence_broken", _("fence broken")),
    ("rubbish_pile", _("pile of rubbish")),
    ("scrap_picking", _("scrap picking")),
    ("waste_unsorted", _("waste not sorted")),
    ("fire_risk", _("fire risk")),
    ("other", _("something else")),
)
PEOPLE = {"gathering", "strolling", "dog_walking", "no_mask", "scrap_picking", "waste_unsorted"}


def starts(given: Given) -> Iterable[Start]:
    """People who went home are done with; a thing that is broken, or people who stay, need the office."""
    seen, detail = given.answers.get("seen"), given.answers.get("detail", "")
    if not seen:
        return
    named = f"{dict(SEEN)[seen]} {detail}".strip()
    if seen not in PEOPLE:
        yield Start("hazard", named)
    elif not given.answers.get("persuaded"):
        yield Start("gathering", named)


KIND = Kind(
    code="patrol",
    label=_("Patrol"),
    icon="walk",
    visits=places,
    questions=(
        Question("seen", _("what was found"), "choice", choices=SEEN),
        Question("persuaded", _("people persuaded"), "number", most=500),
        Question("detail", _("details")),
    ),
    starts=starts,
    outcomes=(Outcome("done", _("In order")),),
    reasons=(Outcome("unreachable", _("Cannot be reached"), "barrier-block", excused=True), OTHER),
    whom=RoundPlan.Whom.PLACES,
    counts="persuaded",
    slots=("09:30", "15:30"),
)
