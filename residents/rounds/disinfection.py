"""消杀: what was sprayed where, how strong and how long; the place stays closed until it has worked."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import RoundPlan
from residents.rounds.kinds import OTHER, Kind, Outcome, Question
from residents.rounds.whom import places

# What was sprayed, beside the name of the place: a day's coverage is read by it.
TARGETS = (
    ("", _("not said")),
    ("road", _("roads")),
    ("corner", _("corners")),
    ("corridor", _("corridors and entrances")),
    ("lift", _("lifts")),
    ("goods", _("goods for homes")),
    ("gear", _("protective gear of the staff")),
    ("vehicle", pgettext_lazy("disinfection", "vehicles")),
    ("home", _("home of a case")),
    ("other", _("something else")),
)
METHODS = (("spray", _("spraying")), ("wipe", _("wiping")), ("uv", _("ultraviolet light")))

KIND = Kind(
    code="disinfection",
    label=_("Disinfection"),
    icon="shield-check",
    visits=places,
    questions=(
        Question("area_m2", _("area"), "number", required=True, least=1, unit="m²"),
        Question("agent", _("disinfectant"), required=True, initial=_("chlorine")),
        # Floors and lifts 250-500 mg/L, 30 minutes.
        Question("concentration_mg_l", _("effective chlorine"), "number", most=20_000, unit="mg/L", initial=500),
        Question("method", _("method"), "choice", choices=METHODS, initial="spray"),
        Question("contact_minutes", _("contact time"), "number", required=True, most=1440, unit=_("minutes"), initial=30),
        Question("checker", _("checked by")),
        Question("target", _("what was disinfected"), "choice", choices=TARGETS),
        # A professional disinfection is done by somebody else, and logged all the same.
        Question("firm", _("outside firm, if one did it")),
    ),
    outcomes=(Outcome("done", _("Disinfected")),),
    reasons=(Outcome("locked", _("Locked"), "lock", excused=True), OTHER),
    whom=RoundPlan.Whom.PLACES,
    counts="area_m2",
    closes_for="contact_minutes",
    slots=("08:30", "14:30"),
)
