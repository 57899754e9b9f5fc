"""The levels at which rows of communities are counted: what each is called, and by which way a row belongs to it."""

from django.utils.translation import gettext_lazy as _

PATHS = {"community": "community", "subdistrict": "community__subdistrict", "district": "community__subdistrict__district"}
NAMES = {"community": _("community"), "subdistrict": _("subdistrict"), "district": _("district")}
