"""What a stop can find, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FINDINGS: dict[str, str | Promise] = {
    "fever": _("fever"),
    "symptom": _("symptom"),
    "no_food": _("food runs out"),
    "medicine": _("medicine runs out"),
    "dark": _("dark window of a watched home"),
    "complaint": _("complaint or request"),
    "exposed": _("met somebody infected"),
    "returnee": _("returned from another area"),
    "unreached": _("cannot be reached"),
    "positive": _("positive antigen test"),
    "hazard": _("fence, fire or rubbish"),
    "gathering": _("gathering that would not disperse"),
}
