"""消杀: what was sprayed where, how strong and how long; the place stays closed until it has worked."""

from django.utils.translation import gettext_lazy as _

from residents.models import RoundPlan
from residents.rounds.kinds import OTHER, Kind, Outcome, Question
from residents.rounds.whom import places

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
    ),
    outcomes=(Outcome("done", _("Disinfected")),),
    reasons=(Outcome("locked", _("Locked"), "lock", excused=True), OTHER),
    whom=RoundPlan.Whom.PLACES,
    counts="area_m2",
    closes_for="contact_minutes",
    slots=("08:30", "14:30"),
)
